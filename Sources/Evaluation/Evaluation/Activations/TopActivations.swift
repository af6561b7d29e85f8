import Architectures
import Datasets
import Diagnostics
import Engine
import Images
import Kernels
import Numerics
import Parallel
import Tensors

/// The inputs that excite the channels of a network's N×N convolutions most, found among pictures.
///
/// A channel's activation is the convolution's output behind the normalisation that alone reads it, before the function.
/// Where a branch of training was merged into the kernels it is the sum with the branch, as the kernels are read.
public struct TopActivations: Sendable {
    /// A picture as the network sees it.
    public struct Picture: Sendable, Equatable {
        /// Its file below the folder, or its number.
        public let name: String
        /// Resized and cropped.
        public let image: RGBImage
    }

    /// A convolution with what excites its channels.
    public struct Layer: Sendable {
        /// The weight's name in the checkpoint.
        public let tensorName: String
        /// One entry an output channel; of kernels that repeat, one a kernel.
        public let channels: [ChannelPeaks]
        /// Where its units lie on the picture, from above to below.
        package let rows: UnitGeometry
        /// Where its units lie on the picture, from left to right.
        package let columns: UnitGeometry
    }

    /// A convolution without, or why.
    public struct LeftOut: Sendable, Equatable {
        /// The layer as it is called elsewhere.
        public let layer: String
        /// What kept it from being measured.
        public let reason: String
    }

    /// Where the pictures lie.
    public let path: String
    /// How many pictures there are, of which ``pictures`` were chosen evenly.
    public let available: Int
    /// The pictures that were shown.
    public let pictures: [Picture]
    /// Pictures that could not be read, a sentence each.
    public let unreadable: [String]
    /// The layers that were measured, in network order.
    public let layers: [Layer]
    /// The layers that were not, in network order.
    public let leftOut: [LeftOut]

    /// The layer with this weight; nil where it was not measured.
    public func layer(ofWeight name: String) -> Layer? { layers.first { $0.tensorName == name } }

    /// What is said where a network cannot be shown pictures at all.
    ///
    /// Throws `kernels.none` where it has no layer of square kernels.
    public init(unavailable reason: String, for network: ConvNetwork, images: ImageDataSet) throws {
        try self.init(
            path: images.path, available: images.count, pictures: [], layers: [],
            leftOut: KernelBanks.squareLayers(of: network).map { LeftOut(layer: $0.label, reason: reason) })
    }

    /// Shows pictures to a network.
    ///
    /// - Parameters:
    ///   - runnable: the network, ready to run.
    ///   - network: the same checkpoint's convolutions.
    ///   - images: the pictures; the result does not depend on threads.
    ///   - limit: how many of them are used, evenly spread.
    ///   - progress: called with how many are done; may throw to stop.
    /// Throws `data.empty` where no picture can be read, `kernels.none`, and the errors of reading and planning.
    public static func measure(
        _ runnable: RunnableNetwork, of network: ConvNetwork, on images: ImageDataSet, limit: Int,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> TopActivations {
        guard runnable.inputChannels == 1 || runnable.inputChannels == 3 else {
            return try TopActivations(
                unavailable: "the network reads \(runnable.inputChannels) channels, pictures have 1 or 3", for: network,
                images: images)
        }
        var watch = try ActivationWatch(runnable, network)
        let places = (0..<images.count).evenSample(limit)
        var (pictures, unreadable): ([Picture], [String]) = ([], [])
        // A few at a time, so that their maps do not lie in memory together.
        let parallel = Parallel.everyCore
        for start in stride(from: 0, to: places.count, by: 8) {
            var chunk: [Picture] = []
            for place in places[start..<min(start + 8, places.count)] {
                do {
                    chunk.append(try picture(place, of: images, for: runnable))
                } catch let error as KernelVizError {
                    unreadable.append("\(error)")
                }
            }
            try watch.show(chunk, from: pictures.count, parallel)
            pictures += chunk
            try progress(min(start + 8, places.count), places.count)
        }
        guard !pictures.isEmpty else {
            throw KernelVizError(
                code: "data.empty", subject: images.path,
                found: unreadable.first.map { "no picture that can be read: \($0)" } ?? "no picture",
                expected: "at least one")
        }
        return TopActivations(
            path: images.path, available: images.count, pictures: pictures, unreadable: unreadable,
            layers: watch.layers, leftOut: watch.leftOut)
    }

    /// Groups what was found.
    package init(
        path: String, available: Int, pictures: [Picture], unreadable: [String] = [], layers: [Layer],
        leftOut: [LeftOut] = []
    ) {
        (self.path, self.available, self.pictures, self.unreadable) = (path, available, pictures, unreadable)
        (self.layers, self.leftOut) = (layers, leftOut)
    }

    private static func picture(
        _ place: Int, of images: ImageDataSet, for network: RunnableNetwork
    ) throws -> Picture {
        let image = network.preprocessing.prepared(try images.image(place))
        let name = images.name(of: place)
        let folder = images.path.hasSuffix("/") ? images.path : images.path + "/"
        return Picture(name: name.hasPrefix(folder) ? String(name.dropFirst(folder.count)) : name, image: image)
    }
}
