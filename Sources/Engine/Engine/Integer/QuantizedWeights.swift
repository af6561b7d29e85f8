import Tensors

/// The weights of a convolution or linear layer in signed bytes, symmetric, one scale an output channel.
///
/// weight ≈ scale · byte with bytes from −127 to 127: scale = max |weight| / 127, and each byte the nearest whole number,
/// ties to even. The bias is a whole number of input quantum · scale. Where a channel's weights are so small that its bias
/// would need more than ``largestBias`` of them, its scale grows until it does not.
package struct QuantizedWeights: Sendable, Equatable {
    /// O×I×H×W as the weights.
    package let bytes: [Int8]
    /// One an output channel.
    package let scales: [Double]
    /// One an output channel, without what stands for the input's zero.
    package let bias: [Int32]

    /// The largest bias either way: with 29,000 products of bytes it fits into 31 bits.
    package static let largestBias = Double(1 << 28)

    /// Rounds the weights for an input of the quantum `inputScale`.
    package init(_ weight: Tensor, bias: [Float]?, inputScale: Float) {
        let channels = weight.shape[0]
        let count = weight.scalars.count / max(1, channels)
        var bytes = [Int8](repeating: 0, count: weight.scalars.count)
        var scales: [Double] = []
        var whole: [Int32] = []
        for channel in 0..<channels {
            let range = channel * count..<(channel + 1) * count
            let largest = weight.scalars[range].reduce(0) { max($0, abs(Double($1))) }
            let offset = Double(bias?[channel] ?? 0)
            var scale = max(largest / 127, abs(offset) / (Double(inputScale) * Self.largestBias))
            if scale == 0 { scale = 1 }
            for index in range {
                bytes[index] = Int8(
                    min(127, max(-127, (Double(weight.scalars[index]) / scale).rounded(.toNearestOrEven))))
            }
            scales.append(scale)
            let quanta = (offset / (Double(inputScale) * scale)).rounded(.toNearestOrEven)
            whole.append(Int32(min(Self.largestBias, max(-Self.largestBias, quanta))))
        }
        self.bytes = bytes
        self.scales = scales
        self.bias = whole
    }
}
