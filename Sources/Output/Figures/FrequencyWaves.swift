import Glibc

/// The waves by which kernels of one size are measured.
struct FrequencyWaves {
    /// H(−ω) is the conjugate of H(ω): the upper half with the middle row is enough.
    static let rows = (FrequencyResponse.side + 1) / 2

    private let cosines: [Float]
    private let sines: [Float]

    /// For kernels of N×N cells.
    init(size: Int) {
        let side = FrequencyResponse.side
        let frequencies = (0..<side).map { Double.pi * (Double($0) / Double(side - 1) * 2 - 1) }
        var (cosines, sines): ([Float], [Float]) = ([], [])
        for y in 0..<Self.rows {
            for x in 0..<side {
                for cell in 0..<size * size {
                    let phase =
                        frequencies[x] * Double(cell % size - size / 2) + frequencies[y]
                        * Double(cell / size - size / 2)
                    cosines.append(Float(cos(phase)))
                    sines.append(Float(sin(phase)))
                }
            }
        }
        (self.cosines, self.sines) = (cosines, sines)
    }

    /// Whether a kernel has a response: finite and not all zero.
    static func isUsable(_ kernel: ArraySlice<Float>) -> Bool {
        kernel.allSatisfy(\.isFinite) && kernel.contains { $0 != 0 }
    }

    /// Adds |H(ω)| of a usable kernel, divided by its Σ|w|, to one number a frequency of the upper half.
    func addAmplitudes(of weights: ArraySlice<Float>, to sums: inout [Float]) {
        let largest = weights.reduce(0) { max($0, abs($1)) }
        let kernel = weights.map { $0 / largest }
        let norm = kernel.reduce(0) { $0 + abs($1) }
        for place in sums.indices {
            var (real, imaginary): (Float, Float) = (0, 0)
            let start = place * kernel.count
            for cell in kernel.indices {
                real += kernel[cell] * cosines[start + cell]
                imaginary += kernel[cell] * sines[start + cell]
            }
            sums[place] += (real * real + imaginary * imaginary).squareRoot() / norm
        }
    }

    /// The whole plane from its upper half.
    static func whole(_ half: [Double]) -> [Double] {
        let count = FrequencyResponse.side * FrequencyResponse.side
        return (0..<count).map { $0 < half.count ? half[$0] : half[count - 1 - $0] }
    }
}
