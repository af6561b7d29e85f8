import COperators
import OperatorCalls

/// A tile of a matrix product that lives in registers: `Pixels` pixels of `Blocks` output blocks.
///
/// The number of accumulators, Pixels·Blocks, must leave registers for Blocks weights and one input.
typealias Accumulators<let pixels: Int, let blocks: Int> = InlineArray<pixels, InlineArray<blocks, Lanes>>

/// Computes `pixels` pixels of the call from pixel `start`.
///
/// The accumulators pass from function to function by value: nobody takes their address, so they stay in registers
/// whatever the compiler inlines.
@inline(__always)
func matrixTile<let pixels: Int, let blocks: Int>(
    _ tile: Accumulators<pixels, blocks>.Type, _ call: MatrixCall, from start: Int
) {
    prefetch(call, from: start, pixels: pixels)
    // With a stride that is known, neighbouring pixels need no address registers of their own.
    switch call.pixelStride {
    case 16: finish(call, from: start, multiply(tile, call, from: start, stride: 16))
    case 2: finish(call, from: start, multiply(tile, call, from: start, stride: 2))
    default: finish(call, from: start, multiply(tile, call, from: start, stride: call.pixelStride))
    }
}

/// Asks for the lines of memory that fall to this tile.
@inline(__always)
private func prefetch(_ call: MatrixCall, from start: Int, pixels: Int) {
    guard let next = call.prefetch else { return }
    var line = start &* call.prefetchLines / call.pixels
    let end = min(start &+ pixels, call.pixels) &* call.prefetchLines / call.pixels
    while line < end {
        kernelviz_prefetch(next + line &* 64)
        line &+= 1
    }
}

/// bias[block] + Σ over the runs' lanes: input[pixel] · weights[block].
@inline(__always)
private func multiply<let pixels: Int, let blocks: Int>(
    _ tile: Accumulators<pixels, blocks>.Type, _ call: MatrixCall, from start: Int, stride: Int
) -> Accumulators<pixels, blocks> {
    var sums = Accumulators<pixels, blocks>(repeating: InlineArray(repeating: .zero))
    if let bias = call.bias {
        for pixel in 0..<pixels {
            for block in 0..<blocks { sums[pixel][block] = Lanes(bias + block &* 16) }
        }
    }
    let arena = call.input + start &* stride
    let strip = call.strip + start &* stride
    var weights = call.weights
    for index in 0..<call.runCount {
        let run = call.runs[index]
        var lane = (run.isInStrip != 0 ? strip : arena) + Int(run.offset)
        let end = lane + Int(run.count)
        while lane < end {
            var factors = InlineArray<blocks, Lanes>(repeating: .zero)
            for block in 0..<blocks { factors[block] = Lanes(weights + block &* 16) }
            for pixel in 0..<pixels {
                let value = Lanes(repeating: lane[pixel &* stride])
                for block in 0..<blocks {
                    sums[pixel][block] = sums[pixel][block].adding(factors[block], times: value)
                }
            }
            weights += blocks &* 16
            lane += 1
        }
    }
    return sums
}

/// Applies the epilogue and writes the tile.
@inline(__always)
private func finish<let pixels: Int, let blocks: Int>(
    _ call: MatrixCall, from start: Int, _ products: Accumulators<pixels, blocks>
) {
    var sums = products
    let epilogue = call.epilogue
    let output = call.output + start &* 16
    let blockStride = call.outputBlockStride
    if epilogue.addsResidualFirst { sums = addingResidual(call, from: start, sums) }
    guard epilogue.function.isClamp else {
        for pixel in 0..<pixels {
            for block in 0..<blocks { sums[pixel][block].store(output + (block &* blockStride + pixel &* 16)) }
        }
        return finishInMemory(call, from: start, pixels: pixels)
    }
    if !epilogue.function.isNone {
        for pixel in 0..<pixels {
            for block in 0..<blocks { sums[pixel][block] = sums[pixel][block].rectified }
        }
    }
    if epilogue.function.isRelu6 {
        for pixel in 0..<pixels {
            for block in 0..<blocks {
                sums[pixel][block].replace(with: 6, where: sums[pixel][block] .> 6)
            }
        }
    }
    if let scale = epilogue.scale, let shift = epilogue.shift {
        for block in 0..<blocks {
            let (factor, summand) = (Lanes(scale + block &* 16), Lanes(shift + block &* 16))
            for pixel in 0..<pixels { sums[pixel][block] = summand.adding(sums[pixel][block], times: factor) }
        }
    }
    if !epilogue.addsResidualFirst { sums = addingResidual(call, from: start, sums) }
    for pixel in 0..<pixels {
        for block in 0..<blocks { sums[pixel][block].store(output + (block &* blockStride + pixel &* 16)) }
    }
}

@inline(__always)
private func addingResidual<let pixels: Int, let blocks: Int>(
    _ call: MatrixCall, from start: Int, _ products: Accumulators<pixels, blocks>
) -> Accumulators<pixels, blocks> {
    guard let residual = call.residual else { return products }
    var sums = products
    let source = residual + start &* 16
    for pixel in 0..<pixels {
        for block in 0..<blocks {
            sums[pixel][block] += Lanes(source + (block &* call.outputBlockStride + pixel &* 16))
        }
    }
    return sums
}

/// The rest of an epilogue whose function needs registers of its own, on the tile just written.
@inline(never)
private func finishInMemory(_ call: MatrixCall, from start: Int, pixels: Int) {
    for block in 0..<call.blocks {
        let place = block &* call.outputBlockStride &+ start &* 16
        applyEpilogue(call.epilogue.advanced(by: block &* 16), call.output + place, pixels: pixels)
        guard let residual = call.residual, !call.epilogue.addsResidualFirst else { continue }
        for pixel in 0..<pixels {
            let target = call.output + (place &+ pixel &* 16)
            (Lanes(target) + Lanes(residual + (place &+ pixel &* 16))).store(target)
        }
    }
}

/// function(v)·scale + shift on pixels of one block in memory.
@inline(__always)
func applyEpilogue(_ epilogue: Epilogue, _ target: UnsafeMutablePointer<Float>, pixels: Int) {
    switch epilogue.function {
    case .none: break
    case .relu: for pixel in 0..<pixels { Lanes(target + pixel &* 16).rectified.store(target + pixel &* 16) }
    case .relu6: for pixel in 0..<pixels { Lanes(target + pixel &* 16).clampedToSix.store(target + pixel &* 16) }
    case .silu: for pixel in 0..<pixels { apply(.silu, target + pixel &* 16) }
    case .hardSwish: for pixel in 0..<pixels { apply(.hardSwish, target + pixel &* 16) }
    case .sigmoid: for pixel in 0..<pixels { apply(.sigmoid, target + pixel &* 16) }
    case .hardSigmoid: for pixel in 0..<pixels { apply(.hardSigmoid, target + pixel &* 16) }
    }
    guard let scale = epilogue.scale, let shift = epilogue.shift else { return }
    let (factor, summand) = (Lanes(scale), Lanes(shift))
    for pixel in 0..<pixels {
        summand.adding(Lanes(target + pixel &* 16), times: factor).store(target + pixel &* 16)
    }
}

@inline(__always)
private func apply(_ function: Epilogue.Function, _ target: UnsafeMutablePointer<Float>) {
    Lanes(target).applying(function).store(target)
}
