extension ReferenceOperators {
    /// Layer normalisation over the channels of each pixel: out[c] = (in[c] − mean) / √(variance + ε) · weight[c] + bias[c],
    /// the (biased) variance and both sums in 64-bit floats; input and output may be the same.
    package static func layerNormalization(
        channels: Int, plane: Int, epsilon: Float, input: UnsafePointer<Float>, weight: UnsafePointer<Float>,
        bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
    ) {
        for pixel in 0..<plane {
            var sum = 0.0
            for channel in 0..<channels { sum += Double(input[channel * plane + pixel]) }
            let mean = sum / Double(channels)
            var squares = 0.0
            for channel in 0..<channels {
                let distance = Double(input[channel * plane + pixel]) - mean
                squares += distance * distance
            }
            let factor = 1 / (squares / Double(channels) + Double(epsilon)).squareRoot()
            for channel in 0..<channels {
                let place = channel * plane + pixel
                output[place] = Float((Double(input[place]) - mean) * factor) * weight[channel] + bias[channel]
            }
        }
    }

    /// RMS normalisation (Zhang and Sennrich, arXiv 1910.07467) over the channels of each pixel: out[c] = in[c] / √(mean of
    /// squares + ε) · weight[c] + bias[c], the sum in 64-bit floats; input and output may be the same.
    package static func rmsNormalization(
        channels: Int, plane: Int, epsilon: Float, input: UnsafePointer<Float>, weight: UnsafePointer<Float>,
        bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
    ) {
        for pixel in 0..<plane {
            var squares = 0.0
            for channel in 0..<channels {
                let number = Double(input[channel * plane + pixel])
                squares += number * number
            }
            let factor = 1 / (squares / Double(channels) + Double(epsilon)).squareRoot()
            for channel in 0..<channels {
                let place = channel * plane + pixel
                output[place] = Float(Double(input[place]) * factor) * weight[channel] + bias[channel]
            }
        }
    }

    /// Global response normalisation (Woo et al., arXiv 2301.00808): out[c] = in[c] + weight[c] · in[c] · g[c] / (mean of g
    /// over the channels + ε) + bias[c], where g[c] is the root of the sum of squares over the channel's pixels; sums in
    /// 64-bit floats; input and output may be the same.
    package static func responseNormalization(
        channels: Int, plane: Int, epsilon: Float, input: UnsafePointer<Float>, weight: UnsafePointer<Float>,
        bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
    ) {
        func response(_ channel: Int) -> Double {
            var squares = 0.0
            for pixel in 0..<plane {
                let number = Double(input[channel * plane + pixel])
                squares += number * number
            }
            return squares.squareRoot()
        }
        var sum = 0.0
        for channel in 0..<channels { sum += response(channel) }
        let mean = sum / Double(channels) + Double(epsilon)
        for channel in 0..<channels {
            let factor = 1 + weight[channel] * Float(response(channel) / mean)
            for place in channel * plane..<(channel + 1) * plane {
                output[place] = input[place] * factor + bias[channel]
            }
        }
    }
}
