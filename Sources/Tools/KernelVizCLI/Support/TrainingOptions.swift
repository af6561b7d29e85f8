import ArgumentParser
import KernelViz

/// A value given for an option of the table ``TrainingOption/all``, within its bounds.
struct TrainingValue {
    let option: TrainingOption
    let text: String
}

extension TrainingOption {
    /// The option of a name that the table has.
    fileprivate static func row(_ name: String) -> TrainingOption {
        guard let option = named(name) else { preconditionFailure("no training option '\(name)'") }
        return option
    }

    fileprivate var names: NameSpecification {
        NameSpecification(([name] + otherNames).map { NameSpecification.Element.customLong($0) })
    }

    fileprivate var argumentHelp: ArgumentHelp {
        let word: String? = if case .words(let words) = values { words.joined(separator: "|") } else { valueName }
        return ArgumentHelp("\(help)\(defaultText.map { " (default: \($0))" } ?? "")", valueName: word)
    }

    /// Reads a value; the parser names the option in front of what is thrown here.
    fileprivate func value(_ text: String) throws -> TrainingValue {
        guard values.allow(text) else { throw ValidationError("expected \(values.expectation)") }
        return TrainingValue(option: self, text: text)
    }
}

extension Option where Value == TrainingValue? {
    /// An option of the table.
    fileprivate init(training name: String) {
        let option = TrainingOption.row(name)
        self.init(name: option.names, help: option.argumentHelp, transform: option.value)
    }
}

/// The options of the table ``TrainingOption/all``, which names them, explains them and bounds their values.
struct TrainingOptions: ParsableArguments {
    @Option(training: "epochs") var epochs: TrainingValue?
    @Option(training: "batch") var batch: TrainingValue?
    @Option(training: "lr") var rate: TrainingValue?
    @Option(training: "warmup") var warmUp: TrainingValue?
    @Option(training: "wd") var weightDecay: TrainingValue?
    @Option(training: "momentum") var momentum: TrainingValue?
    @Option(training: "smoothing") var smoothing: TrainingValue?
    @Option(training: "crop") var crop: TrainingValue?
    @Flag(inversion: .prefixedNo, help: ArgumentHelp(stringLiteral: TrainingOption.row("flip").help)) var flip = true
    @Option(training: "cutout") var cutout: TrainingValue?
    @Option(training: "input-size") var inputSize: TrainingValue?
    @Option(training: "classes") var classes: TrainingValue?
    @Option(training: "limit") var limit: TrainingValue?
    @Option(training: "validation") var validation: TrainingValue?
    @Option(training: "validation-seed") var validationSeed: TrainingValue?
    @Option(training: "test-every") var testEvery: TrainingValue?
    @Option(training: "start") var start: TrainingValue?
    @Option(training: "init") var initial: TrainingValue?
    @Flag(help: ArgumentHelp(stringLiteral: TrainingOption.row("strict").help)) var strict = false

    /// The settings that the given values make of the defaults.
    func settings() throws -> TrainingSettings {
        var settings = TrainingSettings()
        let values = [
            epochs, batch, rate, warmUp, weightDecay, momentum, smoothing, crop, cutout, inputSize, classes, limit,
            validation, validationSeed, testEvery, start, initial,
        ]
        for value in values.compactMap({ $0 }) { try settings.set(value.option, to: value.text) }
        settings.flip = flip
        settings.strict = strict
        return settings
    }
}
