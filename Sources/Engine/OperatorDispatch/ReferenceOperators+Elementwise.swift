import Glibc

/// A function of one number that follows a layer.
public enum ActivationFunction: String, Sendable, Equatable, CaseIterable, Codable {
    /// max(x, 0).
    case relu
    /// min(max(x, 0), 6).
    case relu6
    /// x · sigmoid(x).
    case silu
    /// x · hardSigmoid(x).
    case hardSwish
    /// 1 / (1 + e^−x).
    case sigmoid
    /// min(max(x + 3, 0), 6) / 6.
    case hardSigmoid
    /// x · Φ(x) = x · (1 + erf(x / √2)) / 2, Φ the normal distribution.
    case gelu
    /// x where it is positive, else e^x − 1.
    case elu
    /// log(1 + e^x).
    case softplus
    /// x · tanh(softplus(x)).
    case mish
    /// e^x.
    case exponential = "exp"
    /// √x.
    case squareRoot = "sqrt"

    /// Whether it is a step of its own, no part of the operator before it, and has no backward pass for training.
    public var isStepOfItsOwn: Bool {
        switch self {
        case .relu, .relu6, .silu, .hardSwish, .sigmoid, .hardSigmoid: false
        case .gelu, .elu, .softplus, .mish, .exponential, .squareRoot: true
        }
    }
}

extension ReferenceOperators {
    /// Applies a function to `count` numbers; input and output may be the same. NaN stays NaN.
    package static func activate(
        _ function: ActivationFunction, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, count: Int
    ) {
        switch function {
        // `x < 0 ? 0 : x` keeps NaN, as PyTorch does.
        case .relu: for i in 0..<count { output[i] = input[i] < 0 ? 0 : input[i] }
        case .relu6: for i in 0..<count { output[i] = clampedToSix(input[i]) }
        case .silu: for i in 0..<count { output[i] = input[i] / (1 + expf(-input[i])) }
        case .hardSwish: for i in 0..<count { output[i] = input[i] * clampedToSix(input[i] + 3) / 6 }
        case .sigmoid: for i in 0..<count { output[i] = 1 / (1 + expf(-input[i])) }
        case .hardSigmoid: for i in 0..<count { output[i] = clampedToSix(input[i] + 3) / 6 }
        case .gelu:
            let factor = Float(0.5).squareRoot()
            for i in 0..<count { output[i] = 0.5 * input[i] * (1 + erff(input[i] * factor)) }
        case .elu: for i in 0..<count { output[i] = input[i] > 0 ? input[i] : expm1f(input[i]) }
        case .softplus: for i in 0..<count { output[i] = softplus(input[i]) }
        case .mish: for i in 0..<count { output[i] = input[i] * tanhf(softplus(input[i])) }
        case .exponential: for i in 0..<count { output[i] = expf(input[i]) }
        case .squareRoot: for i in 0..<count { output[i] = input[i].squareRoot() }
        }
    }

    @inline(__always)
    private static func clampedToSix(_ x: Float) -> Float { x < 0 ? 0 : (x > 6 ? 6 : x) }

    /// log(1 + e^x) without overflow.
    @inline(__always)
    private static func softplus(_ x: Float) -> Float { x > 0 ? x + log1pf(expf(-x)) : log1pf(expf(x)) }

    /// out[c] = scale[c] · in[c] + shift[c] for every pixel; input and output may be the same.
    package static func affine(
        channels: Int, plane: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
        shift: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
    ) {
        for channel in 0..<channels {
            let (factor, offset) = (scale[channel], shift[channel])
            let (source, target) = (input + channel * plane, output + channel * plane)
            for i in 0..<plane { target[i] = factor * source[i] + offset }
        }
    }

    /// The sum of two arrays of `count` numbers.
    package static func add(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, count: Int
    ) {
        for i in 0..<count { output[i] = a[i] + b[i] }
    }

    /// The product of two arrays of `count` numbers.
    package static func multiply(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, count: Int
    ) {
        for i in 0..<count { output[i] = a[i] * b[i] }
    }

    /// out[c] = factors[c] · in[c] for every pixel: the last step of squeeze-and-excite.
    package static func scaleChannels(
        channels: Int, plane: Int, input: UnsafePointer<Float>, factors: UnsafePointer<Float>,
        output: UnsafeMutablePointer<Float>
    ) {
        for channel in 0..<channels {
            let factor = factors[channel]
            let (source, target) = (input + channel * plane, output + channel * plane)
            for i in 0..<plane { target[i] = factor * source[i] }
        }
    }

    /// Channel g·n + j of C = groups·n channels goes to place j·groups + g (ShuffleNet).
    package static func shuffleChannels(
        channels: Int, groups: Int, plane: Int, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
    ) {
        let perGroup = channels / groups
        for group in 0..<groups {
            for index in 0..<perGroup {
                (output + (index * groups + group) * plane)
                    .update(from: input + (group * perGroup + index) * plane, count: plane)
            }
        }
    }
}
