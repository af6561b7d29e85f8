import Checkpoints

// Which weights are depthwise, and what the network is called, follow from its architecture.
extension CheckpointConversion {
    /// Plans the conversion; without a `layout` names and axes stay as they are.
    ///
    /// Throws `weights.twice` where two tensors would get one name.
    public init(_ checkpoint: Checkpoint, layout: TensorLayout? = nil) throws {
        let network = try? ConvNetwork(recognising: checkpoint)
        let depthwise = Set((network?.layers ?? []).filter(\.isDepthwise).map(\.tensorName))
        try self.init(checkpoint, layout: layout, depthwise: depthwise, title: network?.title)
    }
}
