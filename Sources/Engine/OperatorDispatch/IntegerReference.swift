import OperatorInterface

/// What the integer operators compute, number by number: the loops of every instruction set give the same bits.
package enum IntegerReference {
    /// A matrix product of bytes.
    package static func matrix(_ call: IntegerMatrixCall) {
        for pixel in 0..<call.pixels {
            for channel in 0..<call.channels {
                let (block, lane) = (channel / 16, channel % 16)
                var sum = call.bias[channel]
                for index in 0..<call.depth {
                    let weight = call.weights[block * call.depth * 16 + index / 2 * 32 + lane * 2 + index % 2]
                    sum += Int32(weight) * Int32(call.panel[pixel * call.depth + index])
                }
                let residual = call.residual.map { $0[pixel * call.residualStride + channel] }
                let value = scaled(sum, call.epilogue, channel, residual)
                write(value, call.epilogue, call.output, pixel * call.outputStride + channel)
            }
        }
    }

    /// Rows of a depthwise convolution of bytes.
    package static func depthwise(_ call: IntegerDepthwiseCall) {
        let window = call.window
        for row in 0..<call.rowCount {
            for column in 0..<call.outputWidth {
                for channel in 0..<call.channels {
                    var sum = call.bias[channel]
                    for tap in 0..<window.height * window.width {
                        let (y, x) = (tap / window.width, tap % window.width)
                        let line = (call.firstRow + row) * window.stride - window.paddingTop + y
                        let place = column * window.stride - window.paddingLeft + x
                        let isInside = (0..<call.inputHeight).contains(line) && (0..<call.inputWidth).contains(place)
                        let number =
                            isInside
                            ? call.input[(line * call.inputWidth + place) * call.inputStride + channel] : call.outside
                        let weight = call.weights[(y / 2 * window.width + x) * 32 + channel * 2 + y % 2]
                        sum += Int32(weight) * Int32(number)
                    }
                    let value = scaled(sum, call.epilogue, channel, nil)
                    write(
                        value, call.epilogue, call.output,
                        (row * call.outputWidth + column) * call.outputStride + channel)
                }
            }
        }
    }

    /// Steps 1 to 4 of an ``IntegerEpilogue``.
    package static func scaled(_ sum: Int32, _ epilogue: IntegerEpilogue, _ channel: Int, _ residual: UInt8?) -> Float {
        var value = Float(sum) * epilogue.multiplier[channel]
        let summand = residual.map { Float(Int32($0) - epilogue.residualZero) * epilogue.residualFactor }
        if let summand, epilogue.addsResidualFirst { value += summand }
        value = apply(epilogue.function, value)
        if let scale = epilogue.scale { value *= scale[channel] }
        if let shift = epilogue.shift { value += shift[channel] }
        if let summand, !epilogue.addsResidualFirst { value += summand }
        return value
    }

    /// Step 5: the byte of a result.
    package static func byte(_ value: Float, _ epilogue: IntegerEpilogue) -> UInt8 {
        let whole = Int(value.rounded(.toNearestOrEven)) + Int(epilogue.zero)
        return UInt8(min(max(whole, Int(epilogue.low)), Int(epilogue.high)))
    }

    private static func write(
        _ value: Float, _ epilogue: IntegerEpilogue, _ output: UnsafeMutableRawPointer, _ index: Int
    ) {
        if epilogue.writesFloats {
            output.assumingMemoryBound(to: Float.self)[index] = value
        } else {
            output.assumingMemoryBound(to: UInt8.self)[index] = byte(value, epilogue)
        }
    }

    /// A function of an epilogue; eˣ is that of the loops, with products and sums rounded one by one.
    private static func apply(_ function: Epilogue.Function, _ x: Float) -> Float {
        func logistic(_ x: Float) -> Float {
            let power = exponential(SIMD16<Float>(repeating: -x), RoundedTwice.self)
            return power[0]
        }
        return switch function {
        case .none: x
        case .relu: max(x, 0)
        case .relu6: min(max(x, 0), 6)
        case .silu: x / (1 + logistic(x))
        case .hardSwish: x * min(max(x + 3, 0), 6) * (1 / 6)
        case .sigmoid: 1 / (1 + logistic(x))
        case .hardSigmoid: min(max(x + 3, 0), 6) * (1 / 6)
        }
    }
}

/// a·b + c, rounded after each of both.
private enum RoundedTwice: LaneArithmetic {
    static func multiplyAdd(_ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>) -> SIMD16<Float> { a * b + c }
}
