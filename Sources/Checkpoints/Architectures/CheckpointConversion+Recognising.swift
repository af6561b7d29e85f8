import Checkpoints
import Diagnostics

// Which weights are depthwise, and what the network is called, follow from its architecture.
extension CheckpointConversion {
    /// Plans the conversion; without a `layout` names and axes stay as they are.
    ///
    /// Throws `weights.twice` where two tensors would get one name, and with a `layout` what recognition throws: which
    /// kernels are depthwise decides over their axes.
    public init(_ checkpoint: Checkpoint, layout: TensorLayout? = nil) throws {
        let network: ConvNetwork?
        do {
            network = try ConvNetwork(recognising: checkpoint)
        } catch let error as KernelVizError where layout == nil || error.code == "weights.noKernels" {
            // Only the title is missing, or nothing is depthwise.
            network = nil
        }
        let depthwise = Set((network?.layers ?? []).filter(\.isDepthwise).map(\.tensorName))
        try self.init(checkpoint, layout: layout, depthwise: depthwise, title: network?.title)
    }
}
