import Diagnostics
import Engine
import Files
import HDF5
import Tensors
import VGNets
import Architectures

/// What running a network showed: its cost, its speed, and what it makes of an input or of a data set.
public struct NetworkEvaluation: Sendable, Equatable {
    /// How long runs of one batch take on so many threads.
    public struct Timing: Sendable, Equatable, Codable {
        /// Threads of a run.
        public let threads: Int
        /// Images of a run.
        public let batch: Int
        /// Wall-clock times of whole runs.
        public let latency: Latency

        /// Groups the values.
        public init(threads: Int, batch: Int, latency: Latency) {
            self.threads = threads
            self.batch = batch
            self.latency = latency
        }
    }

    /// What is timed: every batch on every number of threads.
    public struct Timings: Sendable, Equatable {
        /// Timed runs of each; 0 for none.
        public var runs: Int
        /// Numbers of threads, 1 or more.
        public var threads: [Int]
        /// Images of a run; nil takes those of the input.
        public var batches: [Int]?

        /// One thread and the input's own batch unless others are named.
        public init(runs: Int = 20, threads: [Int] = [1], batches: [Int]? = nil) {
            self.runs = runs
            self.threads = threads
            self.batches = batches
        }
    }

    /// The network's name.
    public let network: String
    /// The weights' file; nil where they are random.
    public let weightsPath: String?
    /// Padding, ε, activations, preprocessing and the like, each with where it came from.
    public let conventions: [Convention]
    /// What was passed over or done otherwise than the file says, one sentence each.
    public let remarks: [String]
    /// Learnable, fixed and running parameters.
    public let parameters: ParameterCounts
    /// Multiply-accumulates for one image of the input's size.
    public let macs: Int
    /// N×C×H×W of the input.
    public let inputShape: Shape
    /// The memory that the activations of the input need on one thread, in bytes.
    public let activationBytes: Int
    /// The largest memory of the process while it planned and ran the network, weights and program included, in bytes;
    /// nil where the system does not tell.
    public private(set) var peakMemoryBytes: Int?
    /// The times, batches outermost.
    public private(set) var timings: [Timing]
    /// Logits, N×classes.
    public let logits: Tensor
    /// The five most probable classes of the first image; nil where the weights or the input are random, or where the
    /// network has no classifier.
    public let topClasses: [TopClasses.Guess]?
    /// The names of the outputs and where they come from.
    public let names: OutputNames
    /// Channels, rows and columns of the map with which a network without a classifier ends; nil for one that has one.
    public let outputMap: [Int]?
    /// The EXIF orientation, 2 to 8, by which the photograph was turned; nil where it was not.
    public let exifOrientation: Int?
    /// How the precision changed the logits; nil in f32.
    public let precisionCost: PrecisionCost?
    /// What was computed in bytes; nil except in int8.
    public let quantization: QuantizationSummary?
    /// How well it tells a data set's images apart; nil where that was not measured.
    public var accuracy: AccuracyEvaluation?
    /// How alike the maps before and behind its spatial convolutions are; nil where that was not measured.
    public var similarities: [LayerSimilarity]?

    /// The same without times and memory of the process, which differ from run to run.
    public var reproducible: NetworkEvaluation {
        var copy = self
        copy.timings = []
        copy.peakMemoryBytes = nil
        return copy
    }

    /// Milliseconds of one forward pass of the first batch on the first number of threads; nil where nothing was timed.
    public var latency: Latency? { timings.first?.latency }

    /// Runs `network` on `input`.
    ///
    /// - Parameters:
    ///   - input: What it is run on.
    ///   - network: The network.
    ///   - timings: What is timed beside the run that gives the logits.
    ///   - precision: Of that run and of what is timed; in another than f32, what it costs is measured on the input.
    ///   - classNames: Names that replace the network's own.
    ///   - labelsPath: The file that they come from.
    ///   - progress: Called after each timed run with how many are done and of how many; may throw to stop.
    /// In int8 the network must have been calibrated. Throws `eval.badLabels` for names of another number than the outputs, `eval.nonFinite` for a network whose outputs
    /// are NaN or infinite, with the layer that makes them so, and the errors of reading the input and of planning.
    public static func evaluate(
        _ network: RunnableNetwork, input: NetworkInput, timings: Timings = Timings(),
        precision: ExecutionOptions.Precision = .float32, classNames: [String]? = nil,
        labelsPath: String? = nil, progress: (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
    ) throws -> NetworkEvaluation {
        let names = try network.outputNames(option: classNames, path: labelsPath)
        let search = NonFiniteSearch(network)
        try search.checkParameters()
        let (tensor, turn) = try input.reading(for: network)
        let memory = PeakMemory()
        let plan = try network.plan(tensor.shape, options: ExecutionOptions(precision: precision))
        var workspace = plan.makeWorkspace()
        let logits = try plan.run(tensor, in: &workspace)
        let peak = memory.bytes
        try search.check(logits, on: tensor)
        var cost: PrecisionCost?
        if precision != .float32 {
            let reference = try ExecutionPlan(network.graph, inputShape: tensor.shape).run(tensor)
            cost = PrecisionCost(precision, logits: logits, inFloat32: reference)
        }
        let map = network.outputMap
        var guesses: [TopClasses.Guess]?
        if network.weightsPath != nil, map == nil, case .image = input {
            guesses = TopClasses.of(Array(logits.scalars.prefix(network.classes)), names: names.names)
        }
        return NetworkEvaluation(
            network: network.name, weightsPath: network.weightsPath,
            conventions: network.conventions, remarks: network.remarks, parameters: network.parameters,
            macs: plan.macs / max(1, tensor.shape[0]), inputShape: tensor.shape,
            activationBytes: plan.workspaceByteCount, peakMemoryBytes: peak,
            timings: try measure(network, tensor, timings, precision, progress), logits: logits, topClasses: guesses,
            names: names, outputMap: map, exifOrientation: turn?.rawValue, precisionCost: cost,
            quantization: plan.quantizationSummary)
    }

    private static func measure(
        _ network: RunnableNetwork, _ tensor: Tensor, _ timings: Timings,
        _ precision: ExecutionOptions.Precision, _ progress: (Int, Int) throws -> Void
    ) throws -> [Timing] {
        guard timings.runs > 0 else { return [] }
        let batches = timings.batches ?? [tensor.shape[0]]
        let total = batches.count * timings.threads.count * timings.runs
        var measured: [Timing] = []
        for batch in batches {
            // The same images over and over fill a batch of another size.
            let shape: Shape = [batch, tensor.shape[1], tensor.shape[2], tensor.shape[3]]
            let count = shape.elementCount
            let images =
                batch == tensor.shape[0]
                ? tensor : Tensor(shape: shape, scalars: (0..<count).map { tensor.scalars[$0 % tensor.scalars.count] })
            for threads in timings.threads {
                let plan = try network.plan(
                    shape, options: ExecutionOptions(threads: threads, precision: precision))
                var workspace = plan.makeWorkspace()
                let before = measured.count * timings.runs
                let latency = try Latency.measure(
                    runs: timings.runs, progress: { try progress(before + $0, total) },
                    body: { _ = try plan.run(images, in: &workspace) })
                measured.append(Timing(threads: threads, batch: batch, latency: latency))
            }
        }
        return measured
    }

    /// Writes the logits as data set `/logits` of an HDF5 file, whole or not at all.
    public func saveLogits(to path: String, overwriting: AtomicFile.Overwriting = .replace) throws {
        try HDF5Writer.write(to: path, overwriting: overwriting) { writer in
            try writer.write(logits.scalars, dimensions: logits.shape.dimensions, to: "/logits")
            try writer.setAttribute("network", to: network)
        }
    }
}

/// How alike the feature maps before and behind a convolution are.
///
/// Source: VGNet paper, section 3, Fig. 6: maps of adjacent layers that show the same thing.
public struct LayerSimilarity: Sendable, Equatable, Codable {
    /// The ordinal among the network's spatial convolutions, from 1.
    public let number: Int
    /// The convolution's name.
    public let name: String
    /// The share of output channels that some input channel shows, |r| > 0.95 over the pixels.
    public let share: Double
    /// The mean over output channels of the largest |r| with an input channel.
    public let meanCorrelation: Double

    /// Groups the values.
    public init(number: Int, name: String, share: Double, meanCorrelation: Double) {
        self.number = number
        self.name = name
        self.share = share
        self.meanCorrelation = meanCorrelation
    }
}
