import Datasets
import Diagnostics
import Models

/// One option of a training: `kernelviz train`, the `train:` of a plan and an exported PyTorch project's `train.py` take
/// the same ones, with the same names and bounds. ``all`` is the table of them.
public struct TrainingOption: Sendable {
    /// What a value may be.
    public enum Values: Sendable, Equatable {
        /// A whole number.
        case whole(ClosedRange<Int>)
        /// A finite number from `least` to `most`; each end counts only where `includes` says so.
        case real(least: Double, most: Double, includesLeast: Bool, includesMost: Bool)
        /// One of these words.
        case words([String])
        /// true or false.
        case flag
        /// A path.
        case file

        static func above(_ least: Double) -> Values {
            .real(least: least, most: .infinity, includesLeast: false, includesMost: true)
        }

        static func atLeast(_ least: Double) -> Values {
            .real(least: least, most: .infinity, includesLeast: true, includesMost: true)
        }

        /// What is allowed, in words that follow "expected".
        public var expectation: String {
            switch self {
            case .whole(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
            case .real(let least, let most, let includesLeast, let includesMost):
                "a number \(includesLeast ? "from" : "above") \(Self.text(least))"
                    + (most == .infinity ? "" : " to \(includesMost ? "" : "below ")\(Self.text(most))")
            case .words(let words): words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
            case .flag: "true or false"
            case .file: "a file"
            }
        }

        private static func text(_ bound: Double) -> String {
            bound == bound.rounded() ? NumberFormat.fixed(bound, 0) : "\(bound)"
        }

        /// Whether a text is a value of this kind, within its bounds.
        public func allow(_ text: String) -> Bool {
            switch self {
            case .whole(let range): Int(text).map(range.contains) ?? false
            case .real(let least, let most, let includesLeast, let includesMost):
                Double(text).map {
                    $0.isFinite && (includesLeast ? $0 >= least : $0 > least) && (includesMost ? $0 <= most : $0 < most)
                } ?? false
            case .words(let words): words.contains(text.lowercased())
            case .flag: ["true", "false"].contains(text.lowercased())
            case .file: !text.isEmpty
            }
        }
    }

    /// The long name without dashes; the key in a plan.
    public let name: String
    /// Other long names.
    public private(set) var otherNames: [String]
    /// The long name in an exported project's `train.py`; nil for what these do not have.
    public let projectName: String?
    /// What it does, a sentence.
    public let help: String
    /// What stands for its value in a usage line; nil for the name.
    public let valueName: String?
    /// What its value may be.
    public let values: Values

    let read: @Sendable (TrainingSettings) -> String?
    /// The text is one that ``values`` allow.
    let write: @Sendable (inout TrainingSettings, String) -> Void
    let recorded: (@Sendable (TrainingRecipe) -> String?)?

    /// The value without a choice, as text; nil where it depends on the net or the data.
    public var defaultText: String? { read(TrainingSettings()) }

    /// Every option, in the order of `kernelviz train --help`.
    public static let all = numbers + pictures + starts

    /// The option of a name, "_" for "-" allowed; nil where there is none.
    public static func named(_ name: String) -> TrainingOption? {
        let name = name.replacing("_", with: "-")
        return all.first { $0.name == name || $0.otherNames.contains(name) }
    }
}

// MARK: - The table

extension TrainingOption {
    private static let numbers = [
        whole("epochs", \.epochs, epochs, "Passes over the training images.", inProject: "epochs") {
            "\($0.epochs)"
        },
        whole("batch", \.batch, 1...65_536, "Images of a step.", inProject: "batch") { "\($0.batch)" },
        real("lr", \.rate, .above(0), "The highest learning rate.", inProject: "lr") { "\($0.rate)" }
            .also("learning-rate"),
        whole(
            "warmup", \.warmUp, 0...100_000, "Epochs during which the learning rate rises.",
            inProject: "warmup-epochs"
        ) { "\($0.warmUpEpochs)" },
        real(
            "wd", \.weightDecay, .atLeast(0),
            "Weight decay (not on biases and batch normalisation).", inProject: "weight-decay"
        ) { "\($0.optimizer.weightDecay)" },
        real(
            "momentum", \.momentum, .real(least: 0, most: 1, includesLeast: true, includesMost: false), "Momentum.",
            inProject: "momentum"
        ) {
            "\($0.optimizer.momentum)"
        },
        real(
            "smoothing", \.smoothing, .real(least: 0, most: 1, includesLeast: true, includesMost: true),
            "Label smoothing.",
            inProject: "label-smoothing"
        ) { "\($0.labelSmoothing)" },
    ]

    private static let pictures = [
        TrainingOption(
            "crop", "How images are cut; by the image size if not given.",
            .words(TrainingSettings.Crop.allCases.map(\.rawValue)), inProject: "crop", read: { $0.crop?.rawValue },
            write: { $0.crop = TrainingSettings.Crop(rawValue: $1.lowercased()) },
            recorded: { $0.augmentation.crop.words }),
        flag("flip", \.flip, "Mirror half of the images.", inProject: "flip") { "\($0.augmentation.flips)" },
        whole("cutout", \.cutout, 0...4096, "The side of a blanked square; 0 for none.") {
            "\($0.augmentation.cutout)"
        },
        whole("input-size", \.inputSize, 1...4096, "Rows and columns of the images; the design's own by default."),
        whole("classes", \.classes, 1...1_000_000, "The number of classes; the data set's own by default."),
        whole(
            "limit", \.limit, images, "Use at most so many training images, evenly over the classes.",
            value: "images", inProject: "limit"),
        whole(
            "validation", \.validation, 0...images.upperBound,
            "Hold so many training images out and measure on them; the test set is then measured after the last epoch alone.",
            value: "images", inProject: "validation"
        ) { "\($0.validation ?? 0)" },
        whole(
            "validation-seed", \.validationSeed, 0...Int(seeds.upperBound), "Names which images are held out.",
            inProject: "validation-seed"
        ) { $0.validationSeed.map { "\($0)" } },
        whole(
            "test-every", \.testEvery, 0...100_000,
            "Test after every so many epochs and after the last one; 0 for the last one alone.", value: "epochs"),
    ]

    private static let starts = [
        TrainingOption(
            "start",
            "How the weights start: default (PyTorch's), or unit-gain (each depthwise kernel scaled to gain 1).",
            .words(WeightStart.allCases.map(\.rawValue)), read: { $0.start.rawValue },
            write: { $0.start = WeightStart(rawValue: $1.lowercased()) ?? .standard },
            recorded: { ($0.start ?? .standard).rawValue }),
        TrainingOption(
            "init",
            "A checkpoint to start from: tensors of the same name and shape are taken, larger ones are sampled evenly.",
            .file, read: { $0.initial }, write: { $0.initial = $1 },
            recorded: { $0.initialSHA256.map { "a file of SHA-256 \($0)" } }),
        flag("strict", \.strict, "Stop at an image that cannot be read instead of leaving it out."),
    ]

    /// Passes over the training images.
    public static let epochs = 1...100_000
    /// How many training images may be asked for.
    public static let images = 2...1_000_000_000

    /// The seed is no setting, since a sweep trains the same with several; below 2³², so that every reader of JSON and
    /// PyTorch's generators take it.
    public static let seeds: ClosedRange<UInt64> = 0...UInt64(UInt32.max)
}

// MARK: - Rows of the table

extension TrainingOption {
    private typealias Path<Value> = WritableKeyPath<TrainingSettings, Value> & Sendable
    private typealias Record = @Sendable (TrainingRecipe) -> String?

    private init(
        _ name: String, _ help: String, _ values: Values, value: String? = nil,
        inProject: String? = nil, read: @escaping @Sendable (TrainingSettings) -> String?,
        write: @escaping @Sendable (inout TrainingSettings, String) -> Void, recorded: Record? = nil
    ) {
        self.name = name
        otherNames = inProject.flatMap { $0 == name ? nil : [$0] } ?? []
        projectName = inProject
        self.help = help
        valueName = value
        self.values = values
        self.read = read
        self.write = write
        self.recorded = recorded
    }

    private func also(_ name: String) -> TrainingOption {
        var option = self
        option.otherNames.append(name)
        return option
    }

    private static func whole(
        _ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>, _ help: String,
        value: String? = nil, inProject: String? = nil, recorded: Record? = nil
    ) -> TrainingOption {
        TrainingOption(
            name, help, .whole(range), value: value, inProject: inProject,
            read: { "\($0[keyPath: path])" }, write: { $0[keyPath: path] = Int($1) ?? $0[keyPath: path] },
            recorded: recorded)
    }

    private static func whole(
        _ name: String, _ path: Path<Int?>, _ range: ClosedRange<Int>, _ help: String, value: String? = nil,
        inProject: String? = nil
    ) -> TrainingOption {
        TrainingOption(
            name, help, .whole(range), value: value, inProject: inProject,
            read: { $0[keyPath: path].map { "\($0)" } }, write: { $0[keyPath: path] = Int($1) })
    }

    private static func real(
        _ name: String, _ path: Path<Double>, _ values: Values, _ help: String, inProject: String,
        recorded: @escaping Record
    ) -> TrainingOption {
        TrainingOption(
            name, help, values, inProject: inProject, read: { "\($0[keyPath: path])" },
            write: { $0[keyPath: path] = Double($1) ?? $0[keyPath: path] }, recorded: recorded)
    }

    private static func flag(
        _ name: String, _ path: Path<Bool>, _ help: String, inProject: String? = nil, recorded: Record? = nil
    ) -> TrainingOption {
        TrainingOption(
            name, help, .flag, inProject: inProject, read: { "\($0[keyPath: path])" },
            write: { $0[keyPath: path] = $1.lowercased() == "true" }, recorded: recorded)
    }
}

extension Augmentation.Crop {
    /// "center", "padded by 4", "resized".
    var words: String {
        switch self {
        case .center: "center"
        case .padded(let border): "padded by \(border)"
        case .resized: "resized"
        }
    }
}
