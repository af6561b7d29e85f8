import Datasets
import Diagnostics
import Engine
import Tensors

/// The names of a network's outputs, and where they come from.
public struct OutputNames: Sendable, Equatable {
    /// Where names come from.
    public enum Origin: String, Sendable, Equatable, Codable {
        /// The weights' file.
        case file
        /// A file of names that the user gave.
        case option
        /// ImageNet-1k's list, because the number of outputs is its own.
        case assumed
        /// There are none.
        case none
    }

    /// One name an output; nil where none are known.
    public let names: [String]?
    /// Where they come from.
    public let origin: Origin
    /// Where they come from, or why there are none, in words.
    public let sentence: String
    /// The WordNet identifier of each output, where it is known.
    let wordNetIDs: [String?]

    /// The file that a user gave them in; nil for others.
    private let labelsPath: String?

    private init(
        _ names: [String]?, _ origin: Origin, _ sentence: String, isImageNet: Bool = false, labelsPath: String? = nil
    ) {
        self.labelsPath = labelsPath
        self.names = names
        self.origin = origin
        self.sentence = sentence
        let padding = max(0, (names?.count ?? 0) - ImageNetClasses.wordNetIDs.count)
        wordNetIDs =
            isImageNet
            ? Array(repeating: nil, count: padding) + ImageNetClasses.wordNetIDs
            : (names ?? []).map { Self.wordNetID($0) }
    }

    /// "n02124075" at the beginning of a name; nil where there is none.
    static func wordNetID(_ name: String) -> String? {
        let word = name.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return word.count == 9 && word.first == "n" && word.dropFirst().allSatisfy(\.isNumber) ? String(word) : nil
    }

    /// The names of `network`'s outputs: those of an option, else of its file, else ImageNet's where it may be one of its
    /// nets.
    ///
    /// Throws `eval.badLabels` where the option's names are not as many as the outputs; 1,000 names fit 1,001 outputs, the
    /// first of which is the background.
    init(of network: RunnableNetwork, option: [String]?, path: String?) throws {
        let outputs = network.classes
        let background = network.backgroundClasses
        let count = NumberFormat.grouped(outputs)
        func filled(_ names: [String]) -> [String]? {
            names.count == outputs
                ? names : background > 0 && names.count + background == outputs ? ["background"] + names : nil
        }
        /// Whether the names are ImageNet's in its order, whatever list they came from: then the identifiers are known.
        func areImageNet(_ names: [String]) -> Bool {
            let classes = names.suffix(ImageNetClasses.names.count).map { ClassNames.normalised($0.firstPart) }
            guard classes.count == ImageNetClasses.names.count, names.count - classes.count <= 1 else { return false }
            let equal = zip(classes, ImageNetClasses.names).count { $0 == ClassNames.normalised($1) }
            // Lists differ in a few spellings.
            return equal * 10 >= classes.count * 9
        }
        if let option {
            let subject = path ?? "--labels"
            try network.checkClassifier(for: subject)
            guard let names = filled(option) else {
                throw KernelVizError(
                    code: "eval.badLabels", subject: subject, found: "\(NumberFormat.grouped(option.count)) names",
                    expected: background > 0
                        ? "\(count), one an output of \(network.name), or 1,000 without the background"
                        : "\(count), one an output of \(network.name)",
                    advice: option.count == outputs + 1
                        && ["background", "dummy"].contains(option.first.map(ClassNames.normalised) ?? "")
                        ? "Leave out the first line, the background" : "Check that the list belongs to this network")
            }
            self.init(
                names, .option,
                "names: \(subject)"
                    + (names.count == option.count ? "" : ", for the outputs behind the background"),
                isImageNet: areImageNet(names), labelsPath: subject)
            return
        }
        let problem: String
        if let own = network.classNames {
            if let names = filled(own) {
                self.init(names, .file, "names: from \(network.classSource)", isImageNet: areImageNet(names))
                return
            }
            problem = "the file's \(NumberFormat.grouped(own.count)) names do not fit \(count) outputs"
        } else {
            problem = "the network has no names"
        }
        let isImageNetSized =
            outputs - background == ImageNetClasses.names.count && network.weightsPath != nil
            && network.inputChannels == 3 && network.inputSize >= 96 && network.outputMap == nil
        guard isImageNetSized, let names = filled(ImageNetClasses.names) else {
            self.init(nil, .none, problem)
            return
        }
        self.init(
            names, .assumed,
            "names: ImageNet-1k (assumed from \(count) outputs\(background > 0 ? ", the first being the background" : ""))",
            isImageNet: true)
    }
}

extension OutputNames {
    /// The error of a user's list in which one name stands for several outputs, with its lines; nil for other lists.
    ///
    /// ImageNet's own list has two such names, which are meant.
    var repetition: KernelVizError? {
        guard origin == .option, let names, let labelsPath, wordNetIDs.allSatisfy({ $0 == nil }) else { return nil }
        var first: [String: Int] = [:]
        for (output, name) in names.enumerated() {
            guard let other = first.updateValue(output, forKey: ClassNames.normalised(name)) else { continue }
            let lines = ClassNames.lines(of: name, in: labelsPath)
            let place =
                lines.count > 1
                ? "lines \(lines.dropLast().map(String.init).joined(separator: ", ")) and \(lines[lines.count - 1])"
                : "outputs \(other) and \(output)"
            return KernelVizError(
                code: "eval.badLabels", subject: labelsPath,
                found: "'\(name)' stands for several outputs (\(place))", expected: "a name of its own for each output",
                advice: "Mend the list: the data have classes that none of its names fits")
        }
        return nil
    }
}

extension String {
    /// The text before the first comma, without spaces around it.
    var firstPart: String {
        var part = prefix { $0 != "," }
        while part.last?.isWhitespace == true { part.removeLast() }
        return String(part.drop { $0.isWhitespace })
    }
}

extension RunnableNetwork {
    /// The names of the outputs; see ``OutputNames``.
    ///
    /// - Parameters:
    ///   - option: names that replace the network's own.
    ///   - path: the file that they come from.
    /// Throws `eval.badLabels` where they are not as many as the outputs.
    public func outputNames(option: [String]? = nil, path: String? = nil) throws -> OutputNames {
        try OutputNames(of: self, option: option, path: path)
    }

    /// Throws `eval.noClassifier` for a network that ends with a map or with features, `purpose` being what needs classes.
    package func checkClassifier(for purpose: String) throws {
        guard let map = outputMap else { return }
        throw KernelVizError(
            code: "eval.noClassifier", subject: weightsPath ?? name,
            found: "\(name) ends with \(Self.words(map)), not with scores of classes",
            expected: "a network with a classifier for \(purpose)",
            advice: "Use the checkpoint with its classifier; counts, latency and kernels can be had from this one")
    }
}
