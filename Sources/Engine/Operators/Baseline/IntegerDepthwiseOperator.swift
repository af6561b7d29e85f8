import COperators
import OperatorInterface

/// Rows of depthwise convolutions of bytes.
///
/// Two rows of the image, one below the other, are widened to 16 bits and laid side by side, number by number, so that one
/// multiplication takes a column of two taps. Each such pair of rows serves every output row that reads it.
enum IntegerDepthwiseOperator {
    static func run(_ call: IntegerDepthwiseCall) {
        let window = call.window
        let length = IntegerDepthwiseCall.rowLength(window: window, outputWidth: call.outputWidth)
        let step = IntegerDepthwiseCall.rowStep(window: window)
        let kept = IntegerDepthwiseCall.rowsKept(window: window)
        let pairs = (window.height &+ 1) / 2
        // Numbered from the first that is read; one number is `step` rows.
        var next = 0
        for row in 0..<call.rowCount {
            let first = row &* window.stride / step
            let last = first &+ (pairs &- 1) &* 2 / step
            next = max(next, first)
            while next <= last {
                let top = call.firstRow &* window.stride &- window.paddingTop &+ next &* step
                pairRows(call, top, length, call.scratch + (next % kept) &* length &* 32)
                next &+= 1
            }
            let source = IntegerRowPairs(
                UnsafeRawPointer(call.scratch), rowBytes: length &* 64, kept: kept, first: first % kept,
                pairStep: 2 / step, pairs: pairs)
            var column = 0
            #if KERNELVIZ_AVX512
                integerColumns(SumTile<8>.self, call, source, row, &column)
            #endif
            #if KERNELVIZ_FMA || arch(arm64)
                integerColumns(SumTile<4>.self, call, source, row, &column)
            #endif
            integerColumns(SumTile<2>.self, call, source, row, &column)
            integerColumns(SumTile<1>.self, call, source, row, &column)
        }
    }

    /// Rows `top` and the one below, beside each other.
    @inline(__always)
    private static func pairRows(
        _ call: IntegerDepthwiseCall, _ top: Int, _ length: Int, _ target: UnsafeMutablePointer<Int16>
    ) {
        let outside = SIMD16<UInt8>(repeating: call.outside)
        let rowBytes = call.inputWidth &* call.inputStride
        let isUpperInside = top >= 0 && top < call.inputHeight
        let isLowerInside = top &+ 1 >= 0 && top &+ 1 < call.inputHeight
        var place = UnsafeMutableRawPointer(target)
        let left = min(call.window.paddingLeft, length)
        let inside = max(0, min(length &- left, call.inputWidth))
        let border = kernelviz_pair_bytes(outside, outside)
        for _ in 0..<left {
            place.storeBytes(of: border, as: Shorts.self)
            place += 64
        }
        let upper = call.input + (isUpperInside ? top &* rowBytes : 0)
        let lower = call.input + (isLowerInside ? (top &+ 1) &* rowBytes : 0)
        var offset = 0
        for _ in 0..<inside {
            let first = isUpperInside ? kernelviz_load_bytes(upper + offset) : outside
            let second = isLowerInside ? kernelviz_load_bytes(lower + offset) : outside
            place.storeBytes(of: kernelviz_pair_bytes(first, second), as: Shorts.self)
            place += 64
            offset &+= call.inputStride
        }
        for _ in 0..<(length &- left &- inside) {
            place.storeBytes(of: border, as: Shorts.self)
            place += 64
        }
    }
}

/// As many tiles of `pixels` pixels of a row from `column` on as fit.
@inline(never)
private func integerColumns<let pixels: Int>(
    _ tile: SumTile<pixels>.Type, _ call: IntegerDepthwiseCall, _ source: IntegerRowPairs, _ row: Int,
    _ column: inout Int
) {
    let epilogue = call.epilogue
    let stride = call.window.stride &* 64
    let isPlain = epilogue.isPlain && call.channels == 16
    let output = call.output + row &* call.outputWidth &* call.outputStride
    while column &+ pixels <= call.outputWidth {
        let start = column
        column &+= pixels
        let bias = Sums(call.bias)
        var sums = SumTile<pixels> { _ in bias }
        var weights = UnsafeRawPointer(call.weights)
        var slot = source.first
        for _ in 0..<source.pairs {
            var numbers = source.scratch + (slot &* source.rowBytes &+ start &* stride)
            for _ in 0..<call.window.width {
                let factors = weights.loadUnaligned(as: Shorts.self)
                for index in 0..<pixels {
                    sums[index] = kernelviz_add_pair_products(
                        sums[index], (numbers + index &* stride).loadUnaligned(as: Shorts.self), factors)
                }
                weights += 64
                numbers += 64
            }
            slot &+= source.pairStep
            if slot >= source.kept { slot &-= source.kept }
        }
        if isPlain {
            let factor = Lanes(epilogue.multiplier)
            for index in 0..<pixels {
                storeBytes(
                    kernelviz_sums_as_floats(sums[index]) * factor, epilogue,
                    output + (start &+ index) &* call.outputStride)
            }
        } else {
            for index in 0..<pixels {
                let value = scaled(sums[index], epilogue, 0, nil)
                store(value, epilogue, output, (start &+ index) &* call.outputStride, count: call.channels)
            }
        }
    }
}
