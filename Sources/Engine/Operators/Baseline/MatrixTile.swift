import COperators
import OperatorInterface

/// A tile of a matrix product that lives in registers: `Pixels` pixels of `Blocks` output blocks.
///
/// The number of accumulators, Pixels·Blocks, must leave registers for Blocks weights and one input.
typealias Accumulators<let pixels: Int, let blocks: Int> = InlineArray<pixels, InlineArray<blocks, Lanes>>

/// The same for half a block of outputs, eight channels: one accumulator a pixel, or none.
typealias Halves<let pixels: Int, let count: Int> = InlineArray<pixels, InlineArray<count, HalfLanes>>

/// Words between the inputs of neighbouring outputs, as a type; 0 where only the call knows. With a stride that is known,
/// neighbouring pixels need no address registers of their own.
///
/// A type of the standard library: one of our own would bring code for its metadata that the linker may share.
typealias Stride<let words: Int> = InlineArray<words, Int8>

/// As many tiles of `pixels` pixels from `pixel` on as fit.
///
/// bias[block] + Σ over the runs' lanes: input[pixel] · weights[block], then the epilogue. All of it stands in one function,
/// and each size is a function of its own: where a part is a call, all accumulators go through memory, and the compiler
/// inlines as it likes, whatever it is told.
@inline(never)
func matrixTiles<
    Format: ActivationFormat, let pixels: Int, let blocks: Int, let halves: Int, let knownStride: Int
>(
    _ format: Format.Type, _ tile: Accumulators<pixels, blocks>.Type, _ half: Halves<pixels, halves>.Type,
    _ strideType: Stride<knownStride>.Type, _ call: MatrixCall, _ pixel: inout Int
) {
    let stride = knownStride == 0 ? call.pixelStride : knownStride
    let writesFloats = call.outputFormat.isFloat
    let words = writesFloats ? 16 : 8
    let epilogue = call.epilogue
    let blockStride = call.outputBlockStride
    while pixel &+ pixels <= call.pixels {
        let start = pixel
        pixel &+= pixels
        prefetch(call, from: start, pixels: pixels)
        var sums = Accumulators<pixels, blocks>(repeating: InlineArray(repeating: .zero))
        var halfSums = Halves<pixels, halves>(repeating: InlineArray(repeating: .zero))
        if let bias = call.bias {
            for pixel in 0..<pixels {
                for block in 0..<blocks { sums[pixel][block] = Lanes(bias + block &* 16) }
                for index in 0..<halves { halfSums[pixel][index] = HalfLanes(bias + blocks &* 16) }
            }
        }
        let arena = call.input + start &* stride
        let scratch = call.scratch + start &* stride
        var weights = call.weights
        var halfWeights = call.halfWeights
        for index in 0..<call.runCount {
            let run = call.runs[index]
            var lane = (run.isInScratch != 0 ? scratch : arena) + Int(run.offset)
            let end = lane + Int(run.count)
            while lane < end {
                var factors = InlineArray<blocks, Lanes>(repeating: .zero)
                for block in 0..<blocks { factors[block] = Lanes(weights + block &* 16) }
                var halfFactors = InlineArray<halves, HalfLanes>(repeating: .zero)
                for index in 0..<halves { halfFactors[index] = HalfLanes(halfWeights) }
                for pixel in 0..<pixels {
                    let value = Lanes(repeating: lane[pixel &* stride])
                    for block in 0..<blocks {
                        sums[pixel][block] = Format.adding(sums[pixel][block], factors[block], times: value)
                    }
                    for index in 0..<halves {
                        halfSums[pixel][index] = Format.adding(
                            halfSums[pixel][index], halfFactors[index], times: kernelviz_low_half(value))
                    }
                }
                weights += blocks &* 16
                halfWeights += halves &* 8
                lane += 1
            }
        }
        var rest = InlineArray<pixels, InlineArray<halves, Lanes>>(repeating: InlineArray(repeating: .zero))
        for pixel in 0..<pixels {
            // Lanes that stand for no channel are zero, as in whole blocks.
            for index in 0..<halves {
                rest[pixel][index] = Lanes(lowHalf: halfSums[pixel][index], highHalf: .zero)
            }
        }
        let output = call.output + start &* words
        if epilogue.addsResidualFirst, let residual = call.residual {
            for pixel in 0..<pixels {
                let source = residual + (start &+ pixel) &* words
                for block in 0..<blocks { sums[pixel][block] += residualLanes(source + block &* blockStride, call) }
                for index in 0..<halves { rest[pixel][index] += residualLanes(source + blocks &* blockStride, call) }
            }
        }
        if epilogue.function.isClamp {
            if !epilogue.function.isNone {
                for pixel in 0..<pixels {
                    for block in 0..<blocks { sums[pixel][block] = sums[pixel][block].rectified }
                    for index in 0..<halves { rest[pixel][index] = rest[pixel][index].rectified }
                }
            }
            if epilogue.function.isRelu6 {
                for pixel in 0..<pixels {
                    for block in 0..<blocks { sums[pixel][block].replace(with: 6, where: sums[pixel][block] .> 6) }
                    for index in 0..<halves { rest[pixel][index].replace(with: 6, where: rest[pixel][index] .> 6) }
                }
            }
            if let scale = epilogue.scale, let shift = epilogue.shift {
                for block in 0..<blocks {
                    let (factor, summand) = (Lanes(scale + block &* 16), Lanes(shift + block &* 16))
                    for pixel in 0..<pixels { sums[pixel][block] = summand.adding(sums[pixel][block], times: factor) }
                }
                for index in 0..<halves {
                    let (factor, summand) = (Lanes(scale + blocks &* 16), Lanes(shift + blocks &* 16))
                    for pixel in 0..<pixels { rest[pixel][index] = summand.adding(rest[pixel][index], times: factor) }
                }
            }
            if !epilogue.addsResidualFirst, let residual = call.residual {
                for pixel in 0..<pixels {
                    let source = residual + (start &+ pixel) &* words
                    for block in 0..<blocks { sums[pixel][block] += residualLanes(source + block &* blockStride, call) }
                    for index in 0..<halves {
                        rest[pixel][index] += residualLanes(source + blocks &* blockStride, call)
                    }
                }
            }
        }
        if writesFloats {
            for pixel in 0..<pixels {
                for block in 0..<blocks { sums[pixel][block].store(output + (block &* blockStride + pixel &* 16)) }
                for index in 0..<halves { rest[pixel][index].store(output + (blocks &* blockStride + pixel &* 16)) }
            }
        } else {
            for pixel in 0..<pixels {
                for block in 0..<blocks {
                    Pairs.store(sums[pixel][block], output + (block &* blockStride + pixel &* 8))
                }
                for index in 0..<halves {
                    Pairs.store(rest[pixel][index], output + (blocks &* blockStride + pixel &* 8))
                }
            }
        }
        if !epilogue.function.isClamp { finishInMemory(call, blocks: blocks &+ halves, from: start, pixels: pixels) }
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

@inline(__always)
private func residualLanes(_ source: UnsafePointer<Float>, _ call: MatrixCall) -> Lanes {
    call.outputFormat.isFloat ? Singles.load(source) : Pairs.load(source)
}

/// The rest of an epilogue whose function needs registers of its own, on the tile just written.
@inline(never)
private func finishInMemory(_ call: MatrixCall, blocks: Int, from start: Int, pixels: Int) {
    if call.outputFormat.isFloat {
        finishInMemory(Singles.self, call, blocks: blocks, from: start, pixels: pixels)
    } else {
        finishInMemory(Pairs.self, call, blocks: blocks, from: start, pixels: pixels)
    }
}

@inline(__always)
private func finishInMemory<Format: ActivationFormat>(
    _ format: Format.Type, _ call: MatrixCall, blocks: Int, from start: Int, pixels: Int
) {
    for block in 0..<blocks {
        let place = block &* call.outputBlockStride &+ start &* Format.pixelWords
        applyEpilogue(format, call.epilogue.advanced(by: block &* 16), call.output + place, pixels: pixels)
        guard let residual = call.residual, !call.epilogue.addsResidualFirst else { continue }
        for pixel in 0..<pixels {
            let offset = place &+ pixel &* Format.pixelWords
            Format.store(Format.load(call.output + offset) + Format.load(residual + offset), call.output + offset)
        }
    }
}

/// function(v)·scale + shift on pixels of one block in memory.
@inline(__always)
func applyEpilogue<Format: ActivationFormat>(
    _ format: Format.Type, _ epilogue: Epilogue, _ target: UnsafeMutablePointer<Float>, pixels: Int
) {
    switch epilogue.function {
    case .none: break
    case .relu: apply(format, .relu, target, pixels)
    case .relu6: apply(format, .relu6, target, pixels)
    case .silu: apply(format, .silu, target, pixels)
    case .hardSwish: apply(format, .hardSwish, target, pixels)
    case .sigmoid: apply(format, .sigmoid, target, pixels)
    case .hardSigmoid: apply(format, .hardSigmoid, target, pixels)
    }
    guard let scale = epilogue.scale, let shift = epilogue.shift else { return }
    let (factor, summand) = (Lanes(scale), Lanes(shift))
    for pixel in 0..<pixels {
        let place = target + pixel &* Format.pixelWords
        Format.store(summand.adding(Format.load(place), times: factor), place)
    }
}

@inline(__always)
private func apply<Format: ActivationFormat>(
    _ format: Format.Type, _ function: Epilogue.Function, _ target: UnsafeMutablePointer<Float>, _ pixels: Int
) {
    for pixel in 0..<pixels {
        let place = target + pixel &* Format.pixelWords
        Format.store(Format.load(place).applying(function), place)
    }
}
