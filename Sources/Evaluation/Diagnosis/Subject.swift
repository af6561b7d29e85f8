import Architectures
import Checkpoints
import Diagnostics
import Engine
import Evaluation
import Images
import Tensors

/// A network under examination: what rules may look at.
public struct Subject: Sendable {
    /// A tensor of the file with numbers that are NaN or infinite.
    public struct Damage: Sendable, Equatable {
        /// Its name in the file.
        public let tensor: String
        /// How many of its numbers are not finite.
        public let count: Int
        /// How many numbers it has.
        public let total: Int
    }

    /// The checkpoint's convolutions and what is known of them.
    public let network: ConvNetwork
    /// Every convolution in network order.
    public let layers: [SubjectLayer]
    /// Tensors with numbers that are not finite, in file order.
    public let damages: [Damage]
    /// The network ready to run; nil where it does not run here.
    public let runnable: RunnableNetwork?
    /// Why it does not run; nil where it does.
    public let obstacle: KernelVizError?
    /// What was measured on pictures; nil without any, or where the network does not run.
    public let pictures: PictureMeasurement?
    /// What is known of every channel without pictures; nil where the network does not run.
    let moments: ChannelMoments?
    /// What every channel can be at most; nil where the network does not run.
    let bounds: ChannelBounds?

    /// What can be given to rules.
    public var has: Set<DiagnosisNeed> {
        var has: Set<DiagnosisNeed> = []
        if layers.contains(where: { $0.layer.batchNorm != nil }) { has.insert(.batchNorm) }
        if runnable != nil { has.insert(.graph) }
        if pictures != nil { has.insert(.images) }
        return has
    }

    /// How pixels are prepared: what the network is run with, else what its file or library says.
    var preprocessing: InputConvention {
        guard let own = runnable?.preprocessing, case .affine(let offset, let scale) = own.normalization else {
            return network.input
        }
        return InputConvention(
            padding: network.input.padding, size: runnable?.inputSize,
            channelOrder: own.channelOrder == .bgr ? .bgr : .rgb, mean: offset, scale: scale)
    }

    /// The layers with N×N kernels.
    var spatial: [SubjectLayer] { layers.filter(\.isSpatial) }

    /// Gathers what rules look at.
    ///
    /// - Parameters:
    ///   - network: whose weights are read once.
    ///   - runnable: the same checkpoint ready to run, or why it is not.
    ///   - images: pictures to run it on; nil for none.
    ///   - progress: called with how many pictures are done; may throw to stop.
    /// Throws what reading the checkpoint or the pictures throws, and what `progress` throws.
    public init(
        network: ConvNetwork, runnable: Result<RunnableNetwork, KernelVizError>, pictures images: PictureSource? = nil,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        self.network = network
        let bare = try network.layers.map {
            SubjectLayer(layer: $0, weight: try network.weight(of: $0, nonFinite: .kept))
        }
        damages = try Self.damages(network) ?? Self.damages(bare)
        guard case .success(let found) = runnable, let places = GraphPlaces(found, bare) else {
            layers = bare
            self.runnable = nil
            if case .failure(let error) = runnable { obstacle = error } else { obstacle = nil }
            (pictures, moments, bounds) = (nil, nil, nil)
            return
        }
        self.runnable = found
        obstacle = nil
        let placed = bare.indices.map { bare[$0].placed(places.places[$0]) }
        layers = placed
        moments = ChannelMoments(found.graph, shapes: places.shapes)
        bounds = ChannelBounds(found, shapes: places.shapes)
        let isSound = damages.isEmpty && !Self.hasNegativeVariance(placed)
        pictures = try isSound ? images.flatMap { try PictureMeasurement(found, placed, $0, progress: progress) } : nil
    }

    private static func hasNegativeVariance(_ layers: [SubjectLayer]) -> Bool {
        layers.contains { $0.layer.batchNorm?.runningVariance.contains { !($0 >= 0) } == true }
    }

    /// Looks through the weights of a network that lies in no file.
    private static func damages(_ layers: [SubjectLayer]) -> [Damage] {
        layers.compactMap { layer in
            let count = layer.weight.nonFiniteCount
            return count == 0
                ? nil
                : Damage(tensor: layer.layer.tensorName, count: count, total: layer.weight.scalars.count)
        }
    }

    /// Looks through every tensor of the file, one at a time; nil without a file.
    private static func damages(_ network: ConvNetwork) throws -> [Damage]? {
        guard !network.checkpoint.entries.isEmpty else { return nil }
        return try network.checkpoint.entries.compactMap { entry in
            guard !entry.dtype.contains("int"), entry.dtype != "bool" else { return nil }
            let tensor = try network.checkpoint.tensor(named: entry.name)
            let count = tensor.nonFiniteCount
            return count == 0 ? nil : Damage(tensor: entry.name, count: count, total: tensor.shape.elementCount)
        }
    }
}
