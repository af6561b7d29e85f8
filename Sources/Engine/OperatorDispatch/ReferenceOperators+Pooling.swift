extension ReferenceOperators {
    /// The mean of each channel, summed in 64-bit floats.
    package static func globalAveragePool(
        channels: Int, plane: Int, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
    ) {
        for channel in 0..<channels {
            let source = input + channel * plane
            var sum = 0.0
            for i in 0..<plane { sum += Double(source[i]) }
            output[channel] = Float(sum / Double(plane))
        }
    }

    /// The largest number under each window; the padding never wins, NaN always does.
    package static func maximumPool(
        _ geometry: ConvolutionGeometry, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
    ) {
        forEachWindow(geometry) { channelStart, window, place in
            var largest = -Float.infinity
            for y in window.rows {
                for x in window.columns {
                    let value = input[channelStart + y * geometry.inputWidth + x]
                    if value > largest || value.isNaN { largest = value }
                }
            }
            output[place] = largest
        }
    }

    /// The mean under each window; padding counts as zeros where `countsPadding`, else only pixels inside count.
    package static func averagePool(
        _ geometry: ConvolutionGeometry, countsPadding: Bool, input: UnsafePointer<Float>,
        output: UnsafeMutablePointer<Float>
    ) {
        let area = geometry.kernelHeight * geometry.kernelWidth
        forEachWindow(geometry) { channelStart, window, place in
            var sum = 0.0
            for y in window.rows {
                for x in window.columns { sum += Double(input[channelStart + y * geometry.inputWidth + x]) }
            }
            let count = countsPadding ? area : window.rows.count * window.columns.count
            output[place] = count == 0 ? 0 : Float(sum / Double(count))
        }
    }

    @inline(__always)
    private static func forEachWindow(
        _ geometry: ConvolutionGeometry,
        _ body: (_ channelStart: Int, _ window: (rows: Range<Int>, columns: Range<Int>), _ place: Int) -> Void
    ) {
        for channel in 0..<geometry.outputChannels {
            let start = channel * geometry.inputHeight * geometry.inputWidth
            for y in 0..<geometry.outputHeight {
                let top = y * geometry.stride - geometry.paddingTop
                let rows = clamped(top, geometry.kernelHeight, geometry.inputHeight)
                for x in 0..<geometry.outputWidth {
                    let left = x * geometry.stride - geometry.paddingLeft
                    let columns = clamped(left, geometry.kernelWidth, geometry.inputWidth)
                    body(start, (rows, columns), (channel * geometry.outputHeight + y) * geometry.outputWidth + x)
                }
            }
        }
    }

    @inline(__always)
    private static func clamped(_ start: Int, _ length: Int, _ limit: Int) -> Range<Int> {
        let end = max(0, min(start + length, limit))
        return min(max(start, 0), end)..<end
    }
}
