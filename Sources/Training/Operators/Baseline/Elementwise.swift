import TrainingOperatorInterface

/// The functions that ``activate`` knows, by number: they cross module borders as plain integers.
private enum Function {
    static let relu = 0
    static let relu6 = 1
    static let silu = 2
    static let hardSwish = 3
    static let sigmoid = 4
}

@inline(__always)
private func logistic(_ x: Lanes) -> Lanes { 1 / (1 + exponential(-x)) }

@inline(__always)
private func clamp(_ x: Lanes, _ low: Float, _ high: Float) -> Lanes {
    minimum(maximum(x, Lanes(repeating: low)), Lanes(repeating: high))
}

@inline(__always)
private func value(_ function: Int, _ x: Lanes) -> Lanes {
    switch function {
    case Function.relu: maximum(x, Lanes(repeating: 0))
    case Function.relu6: clamp(x, 0, 6)
    case Function.silu: x * logistic(x)
    case Function.hardSwish: x * clamp(x + 3, 0, 6) * (1 / 6)
    case Function.sigmoid: logistic(x)
    default: clamp(x + 3, 0, 6) * (1 / 6)
    }
}

/// The derivative; at a corner the one of PyTorch, 0 for relu, relu6 and the ends of hard functions.
@inline(__always)
private func slope(_ function: Int, _ x: Lanes) -> Lanes {
    let one = Lanes(repeating: 1)
    let zero = Lanes(repeating: 0)
    switch function {
    case Function.relu: return zero.replacing(with: one, where: x .> 0)
    case Function.relu6: return zero.replacing(with: one, where: (x .> 0) .& (x .< 6))
    case Function.silu:
        let s = logistic(x)
        return s * (1 + x * (1 - s))
    case Function.hardSwish:
        let inner = (2 * x + 3) * (1 / 6)
        return zero.replacing(with: inner, where: x .> -3).replacing(with: one, where: x .>= 3)
    case Function.sigmoid:
        let s = logistic(x)
        return s * (1 - s)
    default: return zero.replacing(with: Lanes(repeating: 1 / 6), where: (x .> -3) .& (x .< 3))
    }
}

extension Operators {
    package static func activate(
        function: Int, channels: Int, columns: Int, input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>,
        output: UnsafeMutablePointer<Float>, outputRows: UnsafePointer<Int>
    ) {
        for channel in 0..<channels {
            let source = input + inputRows[channel]
            let target = output + outputRows[channel]
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
    package static func activateBackward(
        function: Int, channels: Int, columns: Int, input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>,
        gradient: UnsafePointer<Float>, gradientRows: UnsafePointer<Int>, inputGradient: UnsafeMutablePointer<Float>,
        inputGradientRows: UnsafePointer<Int>, accumulates: UnsafePointer<Bool>
    ) {
        for channel in 0..<channels {
            let source = input + inputRows[channel]
            let upstream = gradient + gradientRows[channel]
            let target = inputGradient + inputGradientRows[channel]
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
