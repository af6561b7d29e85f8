import Engine
import OperatorDispatch

extension ActivationFunction {
    /// The function of one number.
    func callAsFunction(_ number: Float) -> Float {
        var (input, output) = (number, Float(0))
        unsafe ReferenceOperators.activate(self, input: &input, output: &output, count: 1)
        return output
    }

    /// What the function makes of a channel.
    func value(of input: ChannelValue, _ table: inout ValueTable) -> ChannelValue {
        if case .constant(let number) = input { return .constant(self(number)) }
        guard case .map(let number) = input else { return input }
        let range = table.range(of: input)
        if let constant = constant(within: range) { return .constant(constant) }
        if changesNothing(within: range) { return input }
        var fingerprint = Fingerprint([4])
        for byte in rawValue.utf8 { fingerprint.mix(UInt64(byte)) }
        fingerprint.mix(number)
        return table.value(of: fingerprint, bounds(of: range))
    }

    /// The single value of a function over a range in which it is flat; nil where it is not.
    private func constant(within range: ValueRange) -> Float? {
        switch self {
        case .relu where range.high <= 0, .relu6 where range.high <= 0: 0
        case .relu6 where range.low >= 6: 6
        case .hardSwish where range.high <= -3, .hardSigmoid where range.high <= -3: 0
        case .hardSigmoid where range.low >= 3: 1
        default: nil
        }
    }

    private func changesNothing(within range: ValueRange) -> Bool {
        switch self {
        case .relu, .elu: range.low >= 0
        case .relu6: range.low >= 0 && range.high <= 6
        case .hardSwish: range.low >= 3
        default: false
        }
    }

    /// Bounds of the results.
    private func bounds(of range: ValueRange) -> ValueRange {
        switch self {
        case .relu, .softplus, .exponential, .squareRoot:
            ValueRange(low: 0, high: self == .relu ? max(0, range.high) : .infinity)
        case .relu6: ValueRange(low: min(6, max(0, range.low)), high: min(6, max(0, range.high)))
        case .sigmoid, .hardSigmoid: ValueRange(low: 0, high: 1)
        // Their least numbers are −0.2785, −0.375, −0.17 and −0.309.
        case .silu, .hardSwish, .gelu, .mish: ValueRange(low: -0.4, high: max(0, range.high))
        case .elu: ValueRange(low: -1, high: max(0, range.high))
        }
    }
}
