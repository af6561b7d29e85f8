import COperators
import OperatorInterface

/// Sums of a tile: pixels of one block of sixteen channels.
typealias SumTile<let pixels: Int> = InlineArray<pixels, Sums>

/// Products of bytes at pixels.
enum IntegerMatrixOperator {
    static func run(_ call: IntegerMatrixCall) {
        for block in 0..<(call.channels &+ 15) / 16 {
            var pixel = 0
            #if KERNELVIZ_AVX512
                integerTiles(SumTile<12>.self, call, block, &pixel)
            #endif
            #if KERNELVIZ_FMA || arch(arm64)
                integerTiles(SumTile<6>.self, call, block, &pixel)
                integerTiles(SumTile<4>.self, call, block, &pixel)
            #endif
            integerTiles(SumTile<3>.self, call, block, &pixel)
            integerTiles(SumTile<2>.self, call, block, &pixel)
            integerTiles(SumTile<1>.self, call, block, &pixel)
        }
    }
}

/// As many tiles of `pixels` pixels from `pixel` on as fit.
@inline(never)
private func integerTiles<let pixels: Int>(
    _ tile: SumTile<pixels>.Type, _ call: IntegerMatrixCall, _ block: Int, _ pixel: inout Int
) {
    let bytes = call.depth &* 2
    let epilogue = call.epilogue
    let channel = block &* 16
    let count = min(16, call.channels &- channel)
    let isPlain = epilogue.isPlain && call.residual == nil && count == 16
    while pixel &+ pixels <= call.pixels {
        let start = pixel
        pixel &+= pixels
        let bias = Sums(call.bias + channel)
        var sums = SumTile<pixels> { _ in bias }
        var weights = call.weights + block &* call.depth &* 16
        var pair = UnsafeRawPointer(call.panel) + start &* bytes
        let end = pair + bytes
        while pair < end {
            let factors = kernelviz_load_signed_bytes(weights)
            for index in 0..<pixels {
                sums[index].add(factors, times: (pair + index &* bytes).loadUnaligned(as: Int32.self))
            }
            weights += 32
            pair += 4
        }
        if isPlain {
            let factor = Lanes(epilogue.multiplier + channel)
            for index in 0..<pixels {
                storeBytes(
                    kernelviz_sums_as_floats(sums[index]) * factor, epilogue,
                    call.output + ((start &+ index) &* call.outputStride &+ channel))
            }
        } else {
            for index in 0..<pixels {
                let place = start &+ index
                let value = scaled(
                    sums[index], epilogue, channel, call.residual.map { $0 + place &* call.residualStride })
                store(value, epilogue, call.output, place &* call.outputStride &+ channel, count: count)
            }
        }
    }
}
