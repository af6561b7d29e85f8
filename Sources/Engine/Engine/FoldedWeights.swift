import Tensors

/// Weights and bias with a normalisation taken in.
struct FoldedWeights {
    var weight: Tensor
    var bias: [Float]?

    init(_ weight: Tensor, bias: [Float]?, map: FusedNode.Affine?) {
        self.weight = weight
        self.bias = bias
        guard let map else { return }
        let perChannel = weight.scalars.count / max(1, map.scale.count)
        var scalars = weight.scalars
        for channel in map.scale.indices {
            for index in channel * perChannel..<(channel + 1) * perChannel { scalars[index] *= map.scale[channel] }
        }
        self.weight = Tensor(shape: weight.shape, scalars: scalars)
        self.bias = map.shift.indices.map { channel in (bias?[channel] ?? 0) * map.scale[channel] + map.shift[channel] }
    }
}
