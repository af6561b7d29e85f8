import TrainingOperatorInterface

@inline(__always)
private func logistic(_ x: Lanes) -> Lanes { 1 / (1 + exponential(-x)) }

@inline(__always)
private func clamp(_ x: Lanes, _ low: Float, _ high: Float) -> Lanes {
    minimum(maximum(x, Lanes(repeating: low)), Lanes(repeating: high))
}

@inline(__always)
private func value(_ function: RowFunction, _ x: Lanes) -> Lanes {
    switch function {
    case .relu: maximum(x, Lanes(repeating: 0))
    case .relu6: clamp(x, 0, 6)
    case .silu: x * logistic(x)
    case .hardSwish: x * clamp(x + 3, 0, 6) * (1 / 6)
    case .sigmoid: logistic(x)
    case .hardSigmoid: clamp(x + 3, 0, 6) * (1 / 6)
    }
}

/// The derivative; at a corner the one of PyTorch, 0 for relu, relu6 and the ends of hard functions.
@inline(__always)
private func slope(_ function: RowFunction, _ x: Lanes) -> Lanes {
    let one = Lanes(repeating: 1)
    let zero = Lanes(repeating: 0)
    switch function {
    case .relu: return zero.replacing(with: one, where: x .> 0)
    case .relu6: return zero.replacing(with: one, where: (x .> 0) .& (x .< 6))
    case .silu:
        let s = logistic(x)
        return s * (1 + x * (1 - s))
    case .hardSwish:
        let inner = (2 * x + 3) * (1 / 6)
        return zero.replacing(with: inner, where: x .> -3).replacing(with: one, where: x .>= 3)
    case .sigmoid:
        let s = logistic(x)
        return s * (1 - s)
    case .hardSigmoid: return zero.replacing(with: Lanes(repeating: 1 / 6), where: (x .> -3) .& (x .< 3))
    }
}

extension Operators {
    package static func activate(_ call: ActivationCall) {
        let (function, columns) = (call.function, call.columns)
        for channel in 0..<call.channels {
            let source = call.input.base + call.input.places[channel]
            let target = call.output.base + call.output.places[channel]
            var p = 0
            while p + laneCount <= columns {
                store(value(function, load(source + p)), target + p)
                p += laneCount
            }
            if p < columns {
                store(value(function, load(source + p, first: columns - p)), target + p, first: columns - p)
            }
        }
    }
}

extension Operators {
    package static func activateBackward(_ call: ActivationBackwardCall) {
        let (function, columns) = (call.function, call.columns)
        let (inputGradient, accumulates) = (call.inputGradient.rows, call.inputGradient.accumulates)
        for channel in 0..<call.channels {
            let source = call.input.base + call.input.places[channel]
            let upstream = call.gradient.base + call.gradient.places[channel]
            let target = inputGradient.base + inputGradient.places[channel]
            var p = 0
            while p < columns {
                let count = columns - p < laneCount ? columns - p : laneCount
                let x = count == laneCount ? load(source + p) : load(source + p, first: count)
                let g = count == laneCount ? load(upstream + p) : load(upstream + p, first: count)
                var result = g * slope(function, x)
                if accumulates[channel] {
                    result += count == laneCount ? load(target + p) : load(UnsafePointer(target + p), first: count)
                }
                if count == laneCount { store(result, target + p) } else { store(result, target + p, first: count) }
                p += laneCount
            }
        }
    }
}

extension Operators {
    package static func addScaled(
        count: Int, factor: Float, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
    ) {
        let scale = Lanes(repeating: factor)
        var p = 0
        while p + laneCount <= count {
            store(multiplyAdd(load(input + p), scale, load(output + p)), output + p)
            p += laneCount
        }
        while p < count {
            output[p] += factor * input[p]
            p += 1
        }
    }
}

extension Operators {
    package static func multiply(
        count: Int, a: UnsafePointer<Float>, b: UnsafePointer<Float>, accumulates: Bool,
        output: UnsafeMutablePointer<Float>
    ) {
        var p = 0
        while p + laneCount <= count {
            let product = load(a + p) * load(b + p)
            store(accumulates ? load(output + p) + product : product, output + p)
            p += laneCount
        }
        while p < count {
            output[p] = a[p] * b[p] + (accumulates ? output[p] : 0)
            p += 1
        }
    }
}

extension Operators {
    package static func scale(
        count: Int, factor: Float, input: UnsafePointer<Float>, accumulates: Bool, output: UnsafeMutablePointer<Float>
    ) {
        if accumulates { return addScaled(count: count, factor: factor, input: input, output: output) }
        let scale = Lanes(repeating: factor)
        var p = 0
        while p + laneCount <= count {
            store(load(input + p) * scale, output + p)
            p += laneCount
        }
        while p < count {
            output[p] = factor * input[p]
            p += 1
        }
    }
}

extension Operators {
    package static func dot(count: Int, a: UnsafePointer<Float>, b: UnsafePointer<Float>) -> Float {
        var total = Lanes(repeating: 0)
        var p = 0
        while p + laneCount <= count {
            total = multiplyAdd(load(a + p), load(b + p), total)
            p += laneCount
        }
        if p < count { total = multiplyAdd(load(a + p, first: count - p), load(b + p, first: count - p), total) }
        return sum(total)
    }
}

extension Operators {
    package static func total(count: Int, a: UnsafePointer<Float>) -> Float {
        var result = Lanes(repeating: 0)
        var p = 0
        while p + laneCount <= count {
            result += load(a + p)
            p += laneCount
        }
        if p < count { result += load(a + p, first: count - p) }
        return sum(result)
    }
}

extension Operators {
    package static func descend(
        count: Int, weights: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
        velocities: UnsafeMutablePointer<Float>, rate: Float, momentum: Float, decay: Float
    ) {
        let m = Lanes(repeating: momentum)
        let d = Lanes(repeating: decay)
        let r = Lanes(repeating: -rate)
        var p = 0
        while p + laneCount <= count {
            let weight = load(weights + p)
            let velocity = multiplyAdd(load(velocities + p), m, multiplyAdd(weight, d, load(gradients + p)))
            store(velocity, velocities + p)
            store(multiplyAdd(velocity, r, weight), weights + p)
            p += laneCount
        }
        while p < count {
            let velocity = velocities[p] * momentum + (weights[p] * decay + gradients[p])
            velocities[p] = velocity
            weights[p] -= rate * velocity
            p += 1
        }
    }
}
