import COperators
import OperatorCalls

/// Windows over blocks of sixteen channels, of either format.
package enum BlockedPooling {
    /// The largest number under each window; the padding never wins, NaN always does.
    package static func maximum(
        _ geometry: ConvolutionGeometry, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
        format: ElementFormat = .float32
    ) {
        forEachWindow(geometry) { rows, columns, place in
            var largest = SIMD16<Float>(repeating: -.infinity)
            for y in rows {
                for x in columns {
                    let value = load(input, y * geometry.inputWidth + x, format)
                    largest.replace(with: value, where: (value .> largest) .| (value .!= value))
                }
            }
            store(largest, output, place, format)
        }
    }

    /// The mean under each window; padding counts as zeros where `countsPadding`, else only pixels inside count.
    package static func average(
        _ geometry: ConvolutionGeometry, countsPadding: Bool, input: UnsafePointer<Float>,
        output: UnsafeMutablePointer<Float>, format: ElementFormat = .float32
    ) {
        let area = geometry.kernelHeight * geometry.kernelWidth
        forEachWindow(geometry) { rows, columns, place in
            var sum = SIMD16<Float>.zero
            for y in rows {
                for x in columns { sum += load(input, y * geometry.inputWidth + x, format) }
            }
            let count = countsPadding ? area : rows.count * columns.count
            store(count == 0 ? .zero : sum / Float(count), output, place, format)
        }
    }

    @inline(__always)
    private static func load(
        _ input: UnsafePointer<Float>, _ pixel: Int, _ format: ElementFormat
    ) -> SIMD16<Float> {
        guard format.isFloat else { return kernelviz_load_bfloat16(input + pixel * 8) }
        return UnsafeRawPointer(input + pixel * 16).loadUnaligned(as: SIMD16<Float>.self)
    }

    @inline(__always)
    private static func store(
        _ value: SIMD16<Float>, _ output: UnsafeMutablePointer<Float>, _ pixel: Int, _ format: ElementFormat
    ) {
        guard format.isFloat else { return kernelviz_store_bfloat16(value, output + pixel * 8) }
        UnsafeMutableRawPointer(output + pixel * 16).storeBytes(of: value, as: SIMD16<Float>.self)
    }

    @inline(__always)
    private static func forEachWindow(
        _ geometry: ConvolutionGeometry, _ body: (_ rows: Range<Int>, _ columns: Range<Int>, _ place: Int) -> Void
    ) {
        for y in 0..<geometry.outputHeight {
            let top = y * geometry.stride - geometry.paddingTop
            let rows = clamped(top, geometry.kernelHeight, geometry.inputHeight)
            for x in 0..<geometry.outputWidth {
                let left = x * geometry.stride - geometry.paddingLeft
                body(rows, clamped(left, geometry.kernelWidth, geometry.inputWidth), y * geometry.outputWidth + x)
            }
        }
    }

    @inline(__always)
    private static func clamped(_ start: Int, _ length: Int, _ limit: Int) -> Range<Int> {
        let end = max(0, min(start + length, limit))
        return min(max(start, 0), end)..<end
    }
}
