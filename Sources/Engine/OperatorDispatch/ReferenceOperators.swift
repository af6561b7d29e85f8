/// Plain loops that define what every operator computes; faster ones are tested against them.
///
/// All work on one image in channel-major order (C×H×W, dense), weights O×I×kH×kW, cross-correlation without a flip.
/// Sums run in 32-bit floats, channel after channel, except where a docstring says otherwise.
package enum ReferenceOperators {}

extension ReferenceOperators {
    /// out[o] = bias[o] + Σ over the inputs i of o's group and the kernel: weight[o][i] · in[i]; zeros outside.
    package static func convolution(
        _ geometry: ConvolutionGeometry, input: UnsafePointer<Float>, weight: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>
    ) {
        if geometry.isPointwise {
            return pointwise(geometry, input: input, weight: weight, bias: bias, output: output)
        }
        let inputPlane = geometry.inputHeight * geometry.inputWidth
        let outputPlane = geometry.outputHeight * geometry.outputWidth
        let inputsPerGroup = geometry.inputChannels / geometry.groups
        let outputsPerGroup = geometry.outputChannels / geometry.groups
        let area = geometry.kernelHeight * geometry.kernelWidth
        for channel in 0..<geometry.outputChannels {
            let plane = output + channel * outputPlane
            plane.update(repeating: bias?[channel] ?? 0, count: outputPlane)
            let first = channel / outputsPerGroup * inputsPerGroup
            for index in 0..<inputsPerGroup {
                correlate(
                    geometry, input: input + (first + index) * inputPlane,
                    kernel: weight + (channel * inputsPerGroup + index) * area, output: plane)
            }
        }
    }

    /// Depthwise convolution of C channels with `kernelCount` kernels: channel c uses kernel c mod `kernelCount`.
    package static func sharedDepthwise(
        _ geometry: ConvolutionGeometry, kernelCount: Int, input: UnsafePointer<Float>, weight: UnsafePointer<Float>,
        output: UnsafeMutablePointer<Float>
    ) {
        let inputPlane = geometry.inputHeight * geometry.inputWidth
        let outputPlane = geometry.outputHeight * geometry.outputWidth
        let area = geometry.kernelHeight * geometry.kernelWidth
        for channel in 0..<geometry.outputChannels {
            let plane = output + channel * outputPlane
            plane.update(repeating: 0, count: outputPlane)
            correlate(
                geometry, input: input + channel * inputPlane, kernel: weight + channel % kernelCount * area,
                output: plane)
        }
    }

    /// Adds the correlation of one plane with one kernel to an output plane, kernel position after position.
    private static func correlate(
        _ geometry: ConvolutionGeometry, input: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
        output: UnsafeMutablePointer<Float>
    ) {
        let stride = geometry.stride
        for row in 0..<geometry.kernelHeight {
            let rowShift = row - geometry.paddingTop
            let rows = insideRange(rowShift, stride, geometry.inputHeight, geometry.outputHeight)
            for column in 0..<geometry.kernelWidth {
                let columnShift = column - geometry.paddingLeft
                let columns = insideRange(columnShift, stride, geometry.inputWidth, geometry.outputWidth)
                let factor = kernel[row * geometry.kernelWidth + column]
                for y in rows {
                    let source = (y * stride + rowShift) * geometry.inputWidth + columns.lowerBound * stride
                    accumulate(
                        factor, input + (source + columnShift), stride: stride,
                        into: output + (y * geometry.outputWidth + columns.lowerBound), count: columns.count)
                }
            }
        }
    }

    /// The outputs p for which p·stride + shift lies in 0..<inputLength.
    private static func insideRange(
        _ shift: Int, _ stride: Int, _ inputLength: Int, _ outputLength: Int
    ) -> Range<Int> {
        let low = shift >= 0 ? 0 : (-shift + stride - 1) / stride
        let high = shift >= inputLength ? 0 : (inputLength - 1 - shift) / stride + 1
        let end = min(max(high, 0), outputLength)
        return min(low, end)..<end
    }

    /// output[x] += factor · input[x·stride].
    @inline(__always)
    private static func accumulate(
        _ factor: Float, _ input: UnsafePointer<Float>, stride: Int, into output: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        switch stride {
        case 1: for x in 0..<count { output[x] += factor * input[x] }
        case 2: for x in 0..<count { output[x] += factor * input[x &* 2] }
        default: for x in 0..<count { output[x] += factor * input[x &* stride] }
        }
    }

    /// A 1×1 convolution: out[o][p] = bias[o] + Σ over i: weight[o][i] · in[i][p].
    ///
    /// Pixels go in chunks that stay in the first-level cache, inputs in fours, so that the inner loop runs along pixels.
    private static func pointwise(
        _ geometry: ConvolutionGeometry, input: UnsafePointer<Float>, weight: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>
    ) {
        let plane = geometry.inputHeight * geometry.inputWidth
        let inputs = geometry.inputChannels
        let chunk = 256
        for start in Swift.stride(from: 0, to: plane, by: chunk) {
            let count = min(chunk, plane - start)
            for channel in 0..<geometry.outputChannels {
                let target = output + (channel * plane + start)
                target.update(repeating: bias?[channel] ?? 0, count: count)
                let factors = weight + channel * inputs
                var index = 0
                while index + 4 <= inputs {
                    accumulateFour(factors + index, input + (index * plane + start), plane, into: target, count)
                    index += 4
                }
                while index < inputs {
                    accumulate(
                        factors[index], input + (index * plane + start), stride: 1, into: target, count: count)
                    index += 1
                }
            }
        }
    }

    /// output[p] += Σ over j in 0..<4: factors[j] · input[j·plane + p].
    @inline(__always)
    private static func accumulateFour(
        _ factors: UnsafePointer<Float>, _ input: UnsafePointer<Float>, _ plane: Int,
        into output: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        let (w0, w1, w2, w3) = (factors[0], factors[1], factors[2], factors[3])
        let (x0, x1, x2, x3) = (input, input + plane, input + 2 * plane, input + 3 * plane)
        for p in 0..<count { output[p] += (w0 * x0[p] + w1 * x1[p]) + (w2 * x2[p] + w3 * x3[p]) }
    }

    /// out[k] = bias[k] + Σ over i: weight[k][i] · in[i], summed in 64-bit floats.
    package static func linear(
        inputs: Int, outputs: Int, input: UnsafePointer<Float>, weight: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>
    ) {
        for row in 0..<outputs {
            let factors = weight + row * inputs
            var sum = Double(bias?[row] ?? 0)
            for index in 0..<inputs { sum += Double(factors[index]) * Double(input[index]) }
            output[row] = Float(sum)
        }
    }
}
