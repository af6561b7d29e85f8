import Engine
import Models
import Tensors
import VGNets

extension Latency {
    /// Times one image of a design's own size, random weights, one thread.
    ///
    /// Throws the errors of planning and what `progress` throws.
    public static func measure(
        _ config: VGNetConfig, runs: Int = 20, progress: (_ done: Int) throws -> Void = { _ in }
    ) throws -> Latency {
        let plan = try VGNet(config, seed: 1).plan()
        var generator = SeededGenerator(seed: 1)
        let shape: Shape = [1, config.inputChannels, config.inputSize, config.inputSize]
        let image = Tensor(
            shape: shape, scalars: (0..<shape.elementCount).map { _ in Float(generator.normal()) })
        var workspace = plan.makeWorkspace()
        return try measure(runs: runs, progress: progress) { _ = try plan.run(image, in: &workspace) }
    }
}
