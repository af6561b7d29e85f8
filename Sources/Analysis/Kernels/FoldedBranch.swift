import Architectures
import Checkpoints
import Tensors

/// A branch of training that passes a depthwise kernel's input on: a batch normalisation beside the kernel's own, which
/// becomes a weight in the kernel's centre when the net runs. VGNets trained with `depthwise: branched` and RepGhostNets
/// have such.
enum FoldedBranch {
    /// What analyses say where kernels were merged; nil where the network has no such branches.
    static func note(on network: ConvNetwork) -> String? {
        let count = network.spatialLayers.count { path(beside: $0, of: network.checkpoint) != nil }
        guard count > 0 else { return nil }
        return "\(count == 1 ? "1 layer is" : "\(count) layers are") read with the branches of training merged into "
            + "the kernels, as they run"
    }

    /// The factor of each channel that passes its input on; nil for a layer without the branch.
    ///
    /// Throws the errors of reading.
    static func scale(beside layer: ConvLayer, of network: ConvNetwork) throws -> [Float]? {
        guard let norm = layer.batchNorm, let path = path(beside: layer, of: network.checkpoint) else { return nil }
        let weight = try network.checkpoint.tensor(named: path + "weight").scalars
        let variance = try network.checkpoint.tensor(named: path + "running_var").scalars
        guard weight.count == layer.outputChannels, variance.count == weight.count else { return nil }
        return zip(weight, variance).map { $0 / ($1 + norm.epsilon).squareRoot() }
    }

    /// "features/stage1/1/half3x3/skip/" for the kernels of "features/stage1/1/half3x3/0/weight", "ghost1.fusion_bn.0." for
    /// those of "ghost1.cheap_operation.0.weight", with the file's own separator.
    private static func path(beside layer: ConvLayer, of checkpoint: Checkpoint) -> String? {
        guard layer.isDepthwise, layer.batchNorm != nil else { return nil }
        for separator in ["/", "."] where layer.tensorName.hasSuffix("\(separator)0\(separator)weight") {
            let parent = String(layer.tensorName.dropLast(8))
            let ghost = "cheap_operation" + separator
            let path =
                parent.hasSuffix(ghost)
                ? parent.dropLast(ghost.count) + "fusion_bn\(separator)0\(separator)" : parent + "skip" + separator
            if ["weight", "running_var"].allSatisfy({ checkpoint.entry(named: path + $0) != nil }) { return path }
        }
        return nil
    }
}

extension KernelBanks {
    /// What is said where kernels were merged with branches of training before they were read; nil where none was.
    public static func mergingNote(on network: ConvNetwork) -> String? { FoldedBranch.note(on: network) }
}
