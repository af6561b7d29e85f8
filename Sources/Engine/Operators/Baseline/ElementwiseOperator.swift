import OperatorInterface

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

    /// How many sums of sixteen numbers stay in registers beside the constants, and are enough to keep all units busy.
    #if KERNELVIZ_AVX512
        private typealias Chains = InlineArray<16, Lanes>
    #elseif KERNELVIZ_FMA
        private typealias Chains = InlineArray<5, Lanes>
    #elseif arch(arm64)
        private typealias Chains = InlineArray<7, Lanes>
    #else
        private typealias Chains = InlineArray<3, Lanes>
    #endif

    /// Chains of multiply-adds that never leave their registers, sixteen multiply-adds a round.
    @inline(never)
    static func multiplyAdds(_ rounds: Int) -> Float {
        var sums = Chains(repeating: Lanes(repeating: 1))
        let (factor, summand) = (Lanes(repeating: 0.999_999), Lanes(repeating: 1e-9))
        // As many rounds together as chains, so that each step is a chain's own turn.
        for _ in 0..<rounds / Chains.count {
            for _ in 0..<16 {
                for index in 0..<Chains.count { sums[index] = summand.adding(sums[index], times: factor) }
            }
        }
        var total = Lanes.zero
        for index in 0..<Chains.count { total += sums[index] }
        return total.sum()
    }
}
