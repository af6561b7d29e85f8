import Datasets
import Diagnostics
import Engine
import Images
import Tensors

/// What a net says about one image.
struct ImagePrediction: Sendable {
    let index: Int
    /// The five largest outputs, the largest first.
    let classes: [Int]
    /// Whether two random crops get the same class.
    let agrees: Bool
    /// What the precision changed; nil in f32.
    var cost: PrecisionCost?
    /// Whether its EXIF orientation turned it.
    var isTurned = false
    let failure: KernelVizError?
}

/// Reads, prepares and classifies images of a data set.
struct AccuracyWorker: Sendable {
    let network: RunnableNetwork
    let data: ImageDataSet
    let plan: ExecutionPlan
    /// The same in f32 where ``plan`` has another precision.
    let reference: ExecutionPlan?
    let seed: UInt64
    let shifts: Bool

    func predict(_ range: Range<Int>, _ workspace: inout Workspace) throws -> [ImagePrediction] {
        // Prepared at once: of a batch of large photographs one is in memory.
        var images: [(index: Int, prepared: RGBImage, crops: (RGBImage, RGBImage)?, isTurned: Bool)] = []
        var result: [ImagePrediction] = []
        for index in range {
            do {
                let reading = try data.reading(index)
                images.append(
                    (
                        index, network.preprocessing.prepared(reading.image),
                        shifts ? crops(reading.image, index) : nil, reading.turn != nil
                    ))
            } catch let error as KernelVizError {
                result.append(ImagePrediction(index: index, classes: [], agrees: false, failure: error))
            }
        }
        guard !images.isEmpty else { return result }
        let prepared = images.map(\.prepared)
        let subjects = images.map { data.name(of: $0.index) }
        let best = try classes(prepared, subjects, &workspace)
        let costs = try costs(prepared, &workspace)
        var agreements = Array(repeating: false, count: images.count)
        if shifts {
            let pairs = images.compactMap(\.crops)
            let one = try classes(pairs.map(\.0), subjects, &workspace)
            let other = try classes(pairs.map(\.1), subjects, &workspace)
            agreements = zip(one, other).map { $0[0] == $1[0] }
        }
        for (place, image) in images.enumerated() {
            result.append(
                ImagePrediction(
                    index: image.index, classes: best[place], agrees: agreements[place],
                    cost: costs.isEmpty ? nil : costs[place], isTurned: image.isTurned, failure: nil))
        }
        return result
    }

    /// What the precision changes of each image's logits; empty in f32.
    private func costs(_ images: [RGBImage], _ workspace: inout Workspace) throws -> [PrecisionCost] {
        guard let reference else { return [] }
        let input = network.input(of: images, filledTo: plan.inputShape[0])
        let (found, expected) = (try plan.run(input, in: &workspace), try reference.run(input))
        return images.indices.map { image in
            let row = image * network.classes..<(image + 1) * network.classes
            return PrecisionCost(
                plan.options.precision,
                logits: Tensor(shape: [1, network.classes], scalars: Array(found.scalars[row])),
                inFloat32: Tensor(shape: [1, network.classes], scalars: Array(expected.scalars[row])))
        }
    }

    /// The five best outputs of each image; `subjects` names the images.
    private func classes(
        _ images: [RGBImage], _ subjects: [String], _ workspace: inout Workspace
    ) throws -> [[Int]] {
        let input = network.input(of: images, filledTo: plan.inputShape[0])
        let logits = try plan.run(input, in: &workspace)
        if logits.nonFiniteCount > 0 {
            try NonFiniteSearch(network).check(logits, on: input) { subjects.indices.contains($0) ? subjects[$0] : nil }
        }
        return images.indices.map { image in
            let row = logits.scalars[image * network.classes..<(image + 1) * network.classes]
            return row.enumerated().sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }.prefix(5).map(\.offset)
        }
    }

    /// Two crops at random places, as antialiased-cnns takes 224 of 256: from the middle square of the resized image,
    /// offsets 0 to 31. Images without a margin are shifted by up to an eighth, with black behind.
    private func crops(_ image: RGBImage, _ index: Int) -> (RGBImage, RGBImage) {
        var generator = SeededGenerator(seed: seed ^ (UInt64(index) &* 0x9E37_79B9_7F4A_7C15))
        let size = network.preprocessing.crop ?? network.inputSize
        let side = max(size, network.preprocessing.shortSide ?? size)
        let square = image.resized(shortSide: side, filter: network.preprocessing.filter).centerCropped(side)
        func offset() -> Int {
            side > size
                ? Int(generator.uniform() * Double(side - size))
                : Int(generator.uniform() * Double(2 * (size / 8) + 1)) - size / 8
        }
        func crop() -> RGBImage {
            let (y, x) = (offset(), offset())
            return square.cropped(x: x, y: y, width: size, height: size)
        }
        return (crop(), crop())
    }
}

extension RunnableNetwork {
    /// Prepared pictures as a batch of `count`, the missing ones zero.
    package func input(of images: [RGBImage], filledTo count: Int) -> Tensor {
        var tensor = ImagePreprocessing.tensor(images, preprocessing.channelOrder, preprocessing.normalization)
        if inputChannels == 1 { tensor = BatchInput.grey(tensor) }
        let missing = count - images.count
        guard missing > 0 else { return tensor }
        let image = tensor.shape.dimensions.dropFirst().reduce(1, *)
        return Tensor(
            shape: [count, tensor.shape[1], tensor.shape[2], tensor.shape[3]],
            scalars: tensor.scalars + Array(repeating: 0, count: missing * image))
    }
}
