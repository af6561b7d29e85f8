import Diagnostics
import Dispatch
import Images
import Parallel
import Synchronization
import Tensors

/// Images of one step, ready for the net.
public struct ImageBatch: Sendable {
    /// N×C×H×W.
    public let images: Tensor
    /// The class of each.
    public let labels: [Int]
    /// How many images of the epoch's order are used up with this batch, unreadable ones included.
    public let consumed: Int
    /// Images that could not be read on the way to this batch: name and reason.
    public let unreadable: [String]
    /// How many of the images their EXIF orientation turned.
    public let turned: Int
}

/// Batches of one pass over a data set, decoded by a thread of its own while the net computes.
///
/// The order and every random choice follow from ``Settings/seed`` and ``Settings/epoch`` alone. An unreadable image is left out and the next
/// one takes its place; images that fill no batch at the end are dropped where ``Settings/dropsLast``.
public final class BatchStream: Sendable {
    private struct State {
        var ready: [Result<ImageBatch, KernelVizError>] = []
        var isStopped = false
    }

    private let source: BatchSource
    private let state = Mutex(State())
    /// Where no thread could be started: the place from which the caller decodes on.
    private let position: Mutex<Int>
    private let isDecodedByCaller = Atomic<Bool>(false)
    private let filled = DispatchSemaphore(value: 0)
    // Not made with its first value: a semaphore may not end below the value that it began with.
    private let room = DispatchSemaphore(value: 0)

    /// What batches are made of.
    public struct Settings: Sendable {
        /// Images of a batch.
        public var batch: Int
        /// Rows and columns of an image.
        public var size: Int
        /// 1 or 3.
        public var channels: Int
        /// How images are varied; nil keeps the data set's own order and takes the middle of each image.
        public var augmentation: Augmentation?
        /// Names order and augmentation.
        public var seed: UInt64
        /// From 0; each has an order of its own.
        public var epoch: Int
        /// Makes an unreadable image an error.
        public var isStrict: Bool
        /// Leaves out what does not fill a batch.
        public var dropsLast: Bool

        /// Groups the settings; see the properties.
        public init(
            batch: Int, size: Int, channels: Int, augmentation: Augmentation? = nil, seed: UInt64 = 0, epoch: Int = 0,
            isStrict: Bool = false, dropsLast: Bool = true
        ) {
            self.batch = batch
            self.size = size
            self.channels = channels
            self.augmentation = augmentation
            self.seed = seed
            self.epoch = epoch
            self.isStrict = isStrict
            self.dropsLast = dropsLast
        }
    }

    /// Starts decoding; `consumed` images of the order were used up by an interrupted pass.
    public init(_ data: ImageDataSet, _ settings: Settings, consumed: Int = 0) {
        let order =
            settings.augmentation == nil
            ? Array(0..<data.count) : Self.order(data.count, seed: settings.seed, epoch: settings.epoch)
        position = Mutex(consumed)
        source = BatchSource(data: data, settings: settings, order: order)
        for _ in 0..<2 { room.signal() }
        // A thread of its own: waiting would hold one of the few that all trainings of a process share.
        let hasThread = SystemThread.detach { [self] in
            var position = consumed
            while true {
                room.wait()
                if state.withLock({ $0.isStopped }) { return }
                let result = source.next(&position)
                state.withLock { $0.ready.append(result ?? .failure(Self.end)) }
                filled.signal()
                guard case .success? = result else { return }
            }
        }
        isDecodedByCaller.store(!hasThread, ordering: .relaxed)
    }

    private static let end = KernelVizError(code: "data.end", subject: "", found: "")

    /// The next batch, nil at the end; throws `data.unreadable` where an image cannot be read and ``Settings/isStrict``.
    public func next() throws -> ImageBatch? {
        if isDecodedByCaller.load(ordering: .relaxed) { return try position.withLock { try source.next(&$0)?.get() } }
        filled.wait()
        let result = state.withLock { $0.ready.removeFirst() }
        room.signal()
        switch result {
        case .success(let batch): return batch
        case .failure(let error) where error.code == Self.end.code:
            state.withLock { $0.ready.append(result) }
            filled.signal()
            return nil
        case .failure(let error): throw error
        }
    }

    /// Lets the decoding thread end early.
    public func stop() {
        state.withLock { $0.isStopped = true }
        room.signal()
    }

    /// Fisher and Yates' shuffle.
    static func order(_ count: Int, seed: UInt64, epoch: Int) -> [Int] {
        var generator = SeededGenerator(seed: seed &+ UInt64(epoch) &* 0x9E37_79B9)
        var order = Array(0..<count)
        for index in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(index, Int(generator.uniform() * Double(index + 1)))
        }
        return order
    }
}

/// Makes one batch after another.
private struct BatchSource {
    let data: ImageDataSet
    let settings: BatchStream.Settings
    let order: [Int]

    func next(_ position: inout Int) -> Result<ImageBatch, KernelVizError>? {
        var images: [RGBImage] = []
        var labels: [Int] = []
        var unreadable: [String] = []
        var turned = 0
        while images.count < settings.batch && position < order.count {
            let index = order[position]
            position += 1
            do {
                let reading = try data.reading(index)
                images.append(prepared(reading.image, index))
                turned += reading.turn == nil ? 0 : 1
                labels.append(data.labels[index])
            } catch let error as KernelVizError {
                if settings.isStrict { return .failure(error) }
                unreadable.append("\(error)")
            } catch {
                return .failure(
                    KernelVizError(code: "data.unreadable", subject: data.name(of: index), found: "\(error)"))
            }
        }
        if images.isEmpty || (settings.dropsLast && images.count < settings.batch) { return nil }
        let tensor = BatchInput.tensor(images, channels: settings.channels)
        return .success(
            ImageBatch(
                images: tensor, labels: labels, consumed: position, unreadable: unreadable, turned: turned))
    }

    private func prepared(_ image: RGBImage, _ index: Int) -> RGBImage {
        // Each image has a generator of its own, so that a missing neighbour changes nothing.
        var generator = SeededGenerator(
            seed: settings.seed
                ^ (UInt64(settings.epoch) &* 0xD1B5_4A32_D192_ED03 &+ UInt64(index) &* 0x8CB9_2BA7_2F3D_8DD7))
        return (settings.augmentation ?? .none).apply(to: image, size: settings.size, generator: &generator)
    }
}

/// Pictures of one size as a net's input, normalised with ImageNet's mean and deviation.
package enum BatchInput {
    /// N×C×H×W; one channel is the mean of the three.
    package static func tensor(_ images: [RGBImage], channels: Int) -> Tensor {
        let rgb = ImagePreprocessing.tensor(images, .rgb, .imageNet)
        return channels == 1 ? grey(rgb) : rgb
    }

    /// The mean of the three normalised channels, N×1×H×W.
    package static func grey(_ rgb: Tensor) -> Tensor {
        let images = rgb.shape[0]
        let plane = rgb.shape[2] * rgb.shape[3]
        var grey = [Float](repeating: 0, count: images * plane)
        for image in 0..<images {
            for pixel in 0..<plane {
                let start = image * 3 * plane + pixel
                grey[image * plane + pixel] =
                    (rgb.scalars[start] + rgb.scalars[start + plane] + rgb.scalars[start + 2 * plane]) / 3
            }
        }
        return Tensor(shape: [images, 1, rgb.shape[2], rgb.shape[3]], scalars: grey)
    }
}
