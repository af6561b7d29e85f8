import OperatorCalls

/// Steps on each number by itself, and means.
enum ElementwiseOperator {
    static func run(_ call: ElementwiseCall) {
        let (first, target) = (call.first, call.output)
        if let second = call.second {
            switch call.combination {
            case .none: copy(first, target, call.pixels)
            case .add:
                for pixel in 0..<call.pixels {
                    (Lanes(first + pixel &* 16) + Lanes(second + pixel &* 16)).store(target + pixel &* 16)
                }
            case .multiply:
                for pixel in 0..<call.pixels {
                    (Lanes(first + pixel &* 16) * Lanes(second + pixel &* 16)).store(target + pixel &* 16)
                }
            case .scale:
                let factor = Lanes(second)
                for pixel in 0..<call.pixels { (Lanes(first + pixel &* 16) * factor).store(target + pixel &* 16) }
            }
        } else {
            copy(first, target, call.pixels)
        }
        applyEpilogue(call.epilogue, target, pixels: call.pixels)
    }

    private static func copy(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ pixels: Int) {
        if source == UnsafePointer(target) { return }
        for pixel in 0..<pixels { Lanes(source + pixel &* 16).store(target + pixel &* 16) }
    }

    /// Four sums side by side: fewer roundings in a row, and no waiting for the last addition.
    static func mean(_ input: UnsafePointer<Float>, _ pixels: Int, _ output: UnsafeMutablePointer<Float>) {
        var sums = InlineArray<4, Lanes>(repeating: .zero)
        var pixel = 0
        while pixel &+ 4 <= pixels {
            for index in 0..<4 { sums[index] += Lanes(input + (pixel &+ index) &* 16) }
            pixel &+= 4
        }
        while pixel < pixels {
            sums[0] += Lanes(input + pixel &* 16)
            pixel &+= 1
        }
        (((sums[0] + sums[1]) + (sums[2] + sums[3])) / Float(pixels)).store(output)
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
