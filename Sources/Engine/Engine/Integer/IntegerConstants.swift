import OperatorInterface

/// What an integer operator does with its sums, in memory that stays where it is; channels padded to whole blocks.
struct IntegerConstants: Sendable {
    let bias: ConstantMemory<Int32>
    private let multiplier: ConstantMemory<Float>
    private let scale: ConstantMemory<Float>?
    private let shift: ConstantMemory<Float>?
    private let template: IntegerEpilogue

    /// What the constants follow from.
    struct Source {
        var weights: QuantizedWeights
        /// Products of one output channel.
        var depth: Int
        var input: ByteScale
        /// Nil where results are floats.
        var output: ByteScale?
        var fused: FusedNode
        /// Of what is added.
        var residual: ByteScale?
        /// Where each output channel lies among the padded ones, and how many those are.
        var places: [Int]
        var paddedCount: Int
    }

    /// Nil where a sum could leave 32 bits, or a result 10⁹ quanta: what was calibrated on hardly varied.
    init?(_ source: Source) {
        let channels = source.places.count
        var (bias, multiplier) = ([Int32](repeating: 0, count: source.paddedCount), [Float]())
        multiplier = Array(repeating: 0, count: source.paddedCount)
        let isPlain = Self.isPlain(source.fused)
        let quantum = Double(source.output?.scale ?? 1)
        let residualScale = Double(source.residual?.scale ?? 0)
        for channel in 0..<channels {
            let range = channel * source.depth..<(channel + 1) * source.depth
            let sum = source.weights.bytes[range].reduce(0) { $0 + Int($1) }
            let size = source.weights.bytes[range].reduce(0) { $0 + abs(Int($1)) }
            let start = Int(source.weights.bias[channel]) - Int(source.input.zero) * sum
            let factor = Float(
                Double(source.input.scale) * source.weights.scales[channel] / (isPlain ? quantum : 1))
            guard Self.fits(start, size, factor, source, channel) else { return nil }
            bias[source.places[channel]] = Int32(start)
            multiplier[source.places[channel]] = factor
        }
        self.bias = ConstantMemory(bias)
        self.multiplier = ConstantMemory(multiplier)
        var template = IntegerEpilogue(multiplier: self.multiplier.start)
        template.residualZero = Int32(source.residual?.zero ?? 0)
        template.addsResidualFirst = source.fused.addsResidualFirst && !isPlain
        template.residualFactor = Float(
            residualScale / (isPlain || !source.fused.addsResidualFirst ? quantum : 1))
        if isPlain {
            (scale, shift) = (nil, nil)
            Self.clamp(&template, source)
        } else {
            template.function = source.fused.function?.epilogue ?? .none
            var (scale, shift) = (multiplier, multiplier)
            for (channel, place) in source.places.enumerated() {
                scale[place] = Float(Double(source.fused.affine?.scale[channel] ?? 1) / quantum)
                shift[place] = Float(Double(source.fused.affine?.shift[channel] ?? 0) / quantum)
            }
            self.scale = source.output == nil && source.fused.affine == nil ? nil : ConstantMemory(scale)
            self.shift = source.fused.affine == nil ? nil : ConstantMemory(shift)
        }
        template.scale = scale?.start
        template.shift = shift?.start
        template.zero = Int32(source.output?.zero ?? 0)
        template.writesFloats = source.output == nil
        self.template = template
    }

    /// Sums must fit into 32 bits, results into 31 before they are rounded.
    private static func fits(_ start: Int, _ size: Int, _ factor: Float, _ source: Source, _ channel: Int) -> Bool {
        let sum = abs(start) + 255 * size
        var largest = Double(sum) * Double(factor)
        if let output = source.output, !isPlain(source.fused) {
            let (scale, shift) = (source.fused.affine?.scale[channel] ?? 1, source.fused.affine?.shift[channel] ?? 0)
            largest = ((largest + 1) * Double(abs(scale)) + Double(abs(shift))) / Double(output.scale)
        }
        if let output = source.output, let residual = source.residual {
            largest += 255 * Double(residual.scale) / Double(output.scale)
        }
        return sum <= Int(Int32.max) && (source.output == nil || largest < 1e9)
    }

    /// Whether results in quanta need no more than a factor, a summand and bounds.
    private static func isPlain(_ fused: FusedNode) -> Bool {
        guard fused.affine == nil else { return false }
        switch fused.function {
        case nil: return true
        case .relu, .relu6: return fused.residual == nil || fused.addsResidualFirst
        default: return false
        }
    }

    /// The bounds of a byte that stand for ReLU and ReLU6; floats get the function itself.
    private static func clamp(_ template: inout IntegerEpilogue, _ source: Source) {
        guard let function = source.fused.function else { return }
        guard let output = source.output else {
            template.function = function.epilogue
            template.addsResidualFirst = source.fused.addsResidualFirst
            return
        }
        template.low = output.zero
        if function == .relu6 { template.high = output.byte(6) }
    }

    /// The epilogue from an output channel on, by its padded place.
    func epilogue(from place: Int) -> IntegerEpilogue {
        var epilogue = template
        epilogue.multiplier = multiplier.start + place
        epilogue.scale = scale.map { $0.start + place }
        epilogue.shift = shift.map { $0.start + place }
        return epilogue
    }
}
