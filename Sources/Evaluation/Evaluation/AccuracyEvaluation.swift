import Datasets
import Diagnostics
import Engine
import Images
import Numerics
import Parallel
import Synchronization
import Tensors

/// How well a network tells the images of a data set apart.
public struct AccuracyEvaluation: Sendable, Equatable {
    /// One class of the data set.
    public struct ClassResult: Sendable, Equatable, Codable {
        /// Its number in the data set.
        public let index: Int
        /// Its name, or its number in words.
        public let name: String
        /// Images of the class.
        public let images: Int
        /// How many of them were told right.
        public let correct: Int
        /// How many images of other classes were taken for it.
        public let wronglyTaken: Int
    }

    /// Images of one class that were taken for another.
    public struct Confusion: Sendable, Equatable, Codable {
        /// The class of the images.
        public let actual: String
        /// The class that they were taken for.
        public let predicted: String
        /// How many.
        public let images: Int
    }

    /// The network's name.
    public let network: String
    /// The file of its weights; nil where they are random.
    public let weightsPath: String?
    /// The data set's path.
    public let dataPath: String
    /// Images that were read.
    public let images: Int
    /// The share of images whose class came first.
    public let top1: ShareInterval
    /// The share of images whose class was among the first five.
    public let top5: ShareInterval
    /// Classes that the data set has images of, by their number.
    public let classes: [ClassResult]
    /// The most frequent confusions, the worst first.
    public let confusions: [Confusion]
    /// The share of images for which two random crops get the same class; nil where it was not asked for.
    ///
    /// Source: R. Zhang, arXiv 1904.11486 (antialiased-cnns), "consistency".
    public let shiftConsistency: ShareInterval?
    /// How the precision changed the logits; nil in f32.
    public let precisionCost: PrecisionCost?
    /// Images that could not be read: name and reason.
    public let unreadable: [String]
    /// Which outputs stand for the data's classes, and by what they were matched.
    public let matching: ClassMatching
    /// The names of the outputs and where they come from.
    public let names: OutputNames
    /// What lay beside the pictures.
    public let findings: ImageDataSet.Findings
    /// How many images were turned by their EXIF orientation.
    public let turned: Int

    /// How a data set is evaluated.
    public struct Options: Sendable {
        /// Images of a run, from 1.
        public var batch = 16
        /// Threads, each with images of its own, from 1; the result does not depend on their number.
        public var threads = 1
        /// In another than f32, every image is computed in both and the answers are compared.
        public var precision = ExecutionOptions.Precision.float32
        /// Also measures shift-consistency, crops drawn from ``seed``.
        public var measuresShifts = false
        /// Draws the crops.
        public var seed: UInt64 = 1
        /// Makes an unreadable image an error.
        public var isStrict = false
        /// Names that replace the network's own.
        public var classNames: [String]?
        /// The file of ``classNames``, for errors.
        public var labelsPath: String?

        /// One thread, single precision, the network's own names.
        public init() {}

        /// The same with some of them changed.
        public static func with(_ change: (inout Options) -> Void) -> Options {
            var options = Options()
            change(&options)
            return options
        }
    }

    /// Runs `network` over `data`; `progress` is called with how many images are done and may throw to stop.
    ///
    /// Classes are matched as ``ClassMatching`` does. Throws `data.classes` where the data set does not have the net's
    /// classes, `eval.noClassifier` for a network that ends with a map, `eval.nonFinite` where an output is NaN or infinite,
    /// `eval.badLabels` for a wrong number of names, and the errors of reading and planning.
    public static func evaluate(
        _ network: RunnableNetwork, on data: ImageDataSet, options: Options = Options(),
        progress: @Sendable (_ done: Int) throws -> Void = { _ in }
    ) throws -> AccuracyEvaluation {
        let (names, matching) = try match(
            network, with: data, classNames: options.classNames, labelsPath: options.labelsPath)
        try NonFiniteSearch(network).checkParameters()
        let shape = network.inputShape(images: min(options.batch, max(1, data.count)))
        let worker = AccuracyWorker(
            network: network, data: data,
            plan: try network.plan(shape, options: ExecutionOptions(precision: options.precision)),
            reference: options.precision == .float32 ? nil : try ExecutionPlan(network.graph, inputShape: shape),
            seed: options.seed, shifts: options.measuresShifts)
        let size = min(options.batch, max(1, data.count))
        let pieces = (data.count + size - 1) / size
        let finished = Atomic<Int>(0)
        let ordered = try Parallel(threads: options.threads).map(
            pieces: pieces, state: { worker.plan.makeWorkspace() },
            { workspace, piece in
                let range = piece * size..<min(data.count, (piece + 1) * size)
                let predictions = try worker.predict(range, &workspace)
                try progress(finished.add(range.count, ordering: .relaxed).newValue)
                return predictions
            }
        ).flatMap(\.self)
        if !ordered.isEmpty, ordered.allSatisfy({ $0.failure != nil }),
            let error = ordered.lazy.compactMap(\.failure).first
        {
            throw KernelVizError(
                code: "data.empty", subject: data.path, found: "none of \(ordered.count) images can be read (\(error))",
                expected: "PNG or JPEG files", advice: "Check the paths and formats of the images")
        }
        if options.isStrict, let error = ordered.lazy.compactMap(\.failure).first { throw error }
        return AccuracyEvaluation(network, data, ordered, matching, names, shifts: options.measuresShifts)
    }

    /// The names of the outputs, and how the data's classes are matched with them: what can be known before anything runs.
    ///
    /// Throws `eval.noClassifier`, `eval.badLabels` and `data.classes` as
    /// ``evaluate(_:on:options:progress:)`` does.
    @discardableResult
    public static func match(
        _ network: RunnableNetwork, with data: ImageDataSet, classNames: [String]? = nil, labelsPath: String? = nil
    ) throws -> (names: OutputNames, matching: ClassMatching) {
        try network.checkClassifier(for: "accuracy on a data set")
        let names = try network.outputNames(option: classNames, path: labelsPath)
        return (names, try ClassMatching(network, names, data))
    }

    private init(
        _ network: RunnableNetwork, _ data: ImageDataSet, _ all: [ImagePrediction], _ matching: ClassMatching,
        _ names: OutputNames, shifts: Bool
    ) {
        self.network = network.name
        self.matching = matching
        self.names = names
        findings = data.findings
        turned = all.count { $0.isTurned }
        weightsPath = network.weightsPath
        dataPath = data.path
        unreadable = all.compactMap { $0.failure.map { "\($0)" } }
        let read = all.filter { $0.failure == nil }
        images = read.count
        // The data's class of each output, where it has one.
        let owners = Dictionary(
            matching.outputs.enumerated().flatMap { index, outputs in outputs.map { ($0, index) } },
            uniquingKeysWith: { first, _ in first })
        func name(class index: Int) -> String {
            // Numbers get the network's names where it has some.
            guard let output = matching.outputs[index].first, let known = names.names else {
                return data.classNames[index]
            }
            guard matching.kind == .names else { return known[output] }
            // An identifier says little to people.
            let own = data.classNames[index]
            return OutputNames.wordNetID(own) == own && known[output] != own ? "\(known[output]) (\(own))" : own
        }
        func name(output: Int) -> String {
            names.names?[output] ?? owners[output].map { data.classNames[$0] } ?? "output \(output)"
        }
        var (first, five) = (0, 0)
        var counts = Array(repeating: (images: 0, correct: 0, taken: 0), count: data.classNames.count)
        var confused: [[Int]: Int] = [:]
        for prediction in read {
            let label = data.labels[prediction.index]
            let best = prediction.classes[0]
            counts[label].images += 1
            if matching.outputs[label].contains(best) {
                first += 1
                counts[label].correct += 1
            } else {
                confused[[label, best], default: 0] += 1
                if let owner = owners[best] { counts[owner].taken += 1 }
            }
            if prediction.classes.contains(where: matching.outputs[label].contains) { five += 1 }
        }
        top1 = ShareInterval(count: first, total: images)
        top5 = ShareInterval(count: five, total: images)
        classes = counts.enumerated().filter { $1.images > 0 }.map {
            ClassResult(
                index: $0, name: name(class: $0), images: $1.images, correct: $1.correct, wronglyTaken: $1.taken)
        }
        confusions = confused.sorted { ($1.value, $0.key[0], $0.key[1]) < ($0.value, $1.key[0], $1.key[1]) }
            .prefix(10)
            .map { Confusion(actual: name(class: $0.key[0]), predicted: name(output: $0.key[1]), images: $0.value) }
        precisionCost = read.compactMap(\.cost).reduce(nil) { $0?.joined(with: $1) ?? $1 }
        shiftConsistency =
            shifts ? ShareInterval(count: read.count { $0.agrees }, total: read.count) : nil
    }
}
