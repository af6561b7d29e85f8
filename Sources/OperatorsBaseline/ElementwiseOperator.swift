import OperatorCalls

/// Steps on each number by itself, and means.
enum ElementwiseOperator {
    static func run(_ call: ElementwiseCall) {
        if call.format.isFloat { run(Singles.self, call) } else { run(Pairs.self, call) }
    }

    @inline(__always)
    private static func run<Format: ActivationFormat>(_ format: Format.Type, _ call: ElementwiseCall) {
        let (first, target) = (call.first, call.output)
        guard let second = call.second, !call.combination.isNone else {
            copy(format, first, target, call.pixels)
            return applyEpilogue(format, call.epilogue, target, pixels: call.pixels)
        }
        let words = Format.pixelWords
        switch call.combination {
        case .none: break
        case .add:
            for pixel in 0..<call.pixels {
                let sum = Format.load(first + pixel &* words) + Format.load(second + pixel &* words)
                Format.store(sum, target + pixel &* words)
            }
        case .multiply:
            for pixel in 0..<call.pixels {
                let product = Format.load(first + pixel &* words) * Format.load(second + pixel &* words)
                Format.store(product, target + pixel &* words)
            }
        case .scale:
            let factor = Format.load(second)
            for pixel in 0..<call.pixels {
                Format.store(Format.load(first + pixel &* words) * factor, target + pixel &* words)
            }
        }
        applyEpilogue(format, call.epilogue, target, pixels: call.pixels)
    }

    @inline(__always)
    private static func copy<Format: ActivationFormat>(
        _ format: Format.Type, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ pixels: Int
    ) {
        if source == UnsafePointer(target) { return }
        for pixel in 0..<pixels {
            Format.store(Format.load(source + pixel &* Format.pixelWords), target + pixel &* Format.pixelWords)
        }
    }

    /// Four sums side by side: fewer roundings in a row, and no waiting for the last addition.
    @inline(__always)
    static func mean<Format: ActivationFormat>(
        _ format: Format.Type, _ input: UnsafePointer<Float>, _ pixels: Int, _ output: UnsafeMutablePointer<Float>
    ) {
        let words = Format.pixelWords
        var sums = InlineArray<4, Lanes>(repeating: .zero)
        var pixel = 0
        while pixel &+ 4 <= pixels {
            for index in 0..<4 { sums[index] += Format.load(input + (pixel &+ index) &* words) }
            pixel &+= 4
        }
        while pixel < pixels {
            sums[0] += Format.load(input + pixel &* words)
            pixel &+= 1
        }
        Format.store(((sums[0] + sums[1]) + (sums[2] + sums[3])) / Float(pixels), output)
    }

    /// Sixteen chains of multiply-adds that never leave their registers.
    @inline(never)
    static func multiplyAdds(_ rounds: Int) -> Float {
        var sums = InlineArray<16, Lanes>(repeating: Lanes(repeating: 1))
        let (factor, summand) = (Lanes(repeating: 0.999_999), Lanes(repeating: 1e-9))
        for _ in 0..<rounds {
            for index in 0..<16 { sums[index] = summand.adding(sums[index], times: factor) }
        }
        var total = Lanes.zero
        for index in 0..<16 { total += sums[index] }
        return total.sum()
    }
}
