import Datasets
import Diagnostics
import Engine
import Images
import Tensors

extension RunnableNetwork {
    /// Images on which the ranges of results are found unless another number is asked for.
    public static let calibrationImages = 100

    /// The network with the ranges of its results on images of a data set, evenly over the classes: it then runs in int8.
    ///
    /// Throws `data.empty` where no image can be read, `eval.badInput` for a network that does not take pictures, and as
    /// `Quantization.calibrated` does.
    /// - Parameters:
    ///   - images: The data set.
    ///   - source: Which images they are, in words.
    ///   - limit: At most so many.
    ///   - method: How ranges follow from what is met.
    ///   - threads: Of the runs.
    public func calibrated(
        on images: ImageDataSet, source: String, limit: Int = calibrationImages,
        method: Quantization.Method = .standard, threads: Int = 1
    ) throws -> RunnableNetwork {
        let chosen = images.limited(to: limit)
        var failure: KernelVizError?
        var tensors: [Tensor] = []
        for index in 0..<chosen.count {
            do {
                let image = preprocessing.prepared(try chosen.image(index))
                tensors.append(input(of: [image], filledTo: 1))
            } catch let error as KernelVizError {
                failure = failure ?? error
            }
        }
        guard !tensors.isEmpty else {
            throw failure
                ?? KernelVizError(
                    code: "data.empty", subject: images.path, found: "no images", expected: "images to calibrate on")
        }
        return try calibrated(on: tensors, source: source, method: method, threads: threads)
    }

    /// The network with the ranges of its results on inputs, all of one shape.
    ///
    /// Throws as `Quantization.calibrated` does.
    public func calibrated(
        on inputs: [Tensor], source: String, method: Quantization.Method = .standard, threads: Int = 1
    ) throws -> RunnableNetwork {
        var copy = self
        copy.quantization = try Quantization.calibrated(
            graph, pieces: inputs.count, method: method, source: source, threads: threads
        ) { inputs[$0] }
        return copy
    }

    /// A plan of the network's graph; in int8 by the ranges that were found.
    ///
    /// Throws as `ExecutionPlan` does.
    public func plan(_ shape: Shape, options: ExecutionOptions = ExecutionOptions()) throws -> ExecutionPlan {
        try ExecutionPlan(graph, inputShape: shape, options: options, quantization: quantization)
    }
}
