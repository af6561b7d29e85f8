import Diagnostics
import Glibc
import Kernels

/// The filters of a network's first layer, which see the colours of a picture, with the waves that they answer to.
public struct StemFilters: Sendable, Equatable {
    /// One filter.
    public struct Filter: Sendable, Equatable {
        /// Its output channel, from 0.
        public let channel: Int
        /// The mean frequency of its spectrum in cycles a pixel, 0…0.71: √(Σ|F|²·|f|² / Σ|F|²), all colours together.
        public let frequency: Double
        /// The direction of its waves in degrees, 0…180: 0 for upright edges, 90 for level ones.
        public let orientation: Double
        /// How much it prefers that direction, 0 none … 1 alone: (λ₁ − λ₂)/(λ₁ + λ₂) of its spectrum's second moments.
        public let coherence: Double
        /// The share of its energy that is colour: what is left of Σw² without the mean of the three channels, 0…1.
        public let colour: Double

        /// Whether it has a direction.
        public var isOriented: Bool { coherence >= StemFilters.orientedCoherence }
    }

    /// From this coherence on a filter has a direction: three fifths of its second moments and more lie along one axis.
    public static let orientedCoherence = 0.2

    /// The layer's kernels.
    let bank: KernelBank
    /// The filters with finite weights that are not all zero, by output channel.
    public let filters: [Filter]
    /// Filters without numbers: all zero, or not finite.
    public let unmeasured: [Int]

    /// Measures the filters of a layer.
    ///
    /// Throws `figures.noStem` for a layer that does not see three channels.
    public init(_ bank: KernelBank) throws {
        guard Self.isStem(bank) else {
            throw KernelVizError(
                code: "figures.noStem", subject: bank.layer.label,
                found: "filters of \(bank.layer.weightShape[1]) input channels", expected: "3: red, green and blue",
                advice: "Only layers that see the picture have true colours")
        }
        self.bank = bank
        let waves = Waves(size: bank.size)
        let all = (0..<bank.layer.weightShape[0]).map { Self.filter($0, of: bank, waves) }
        filters = all.compactMap { $0 }
        unmeasured = all.indices.filter { all[$0] == nil }
    }

    /// The first layer of three input channels.
    ///
    /// Throws `figures.noStem` where there is none.
    public static func first(of layers: [LabelledKernels], network: String) throws -> StemFilters {
        guard let layer = layers.first(where: { isStem($0.bank) }) else {
            throw KernelVizError(
                code: "figures.noStem", subject: network, found: "no layer of square filters with 3 input channels",
                expected: "a first layer that sees red, green and blue",
                advice: "The stem sheet is drawn of networks for colour pictures")
        }
        return try StemFilters(layer.bank)
    }

    /// Whether a layer's filters see three channels.
    public static func isStem(_ bank: KernelBank) -> Bool {
        bank.layer.weightShape[1] == 3 && bank.layer.weightShape[0] > 0
    }

    /// By direction in steps of 22.5°, within each by frequency, then those without a direction by frequency.
    func sorted() -> [(heading: String, filters: [Filter])] {
        func rising(_ filters: [Filter]) -> [Filter] {
            filters.sorted { ($0.frequency, $0.channel) < ($1.frequency, $1.channel) }
        }
        let steps = (0..<8).map { step in
            (
                heading: "\(NumberText.short(Double(step) * 22.5))°",
                filters: rising(filters.filter { $0.isOriented && Self.step($0) == step })
            )
        }
        return (steps + [("no direction", rising(filters.filter { !$0.isOriented }))]).filter { !$0.1.isEmpty }
    }

    /// The nearest of eight directions; 180° is 0° again.
    static func step(_ filter: Filter) -> Int { Int((filter.orientation / 22.5).rounded()) % 8 }

    private static func filter(_ channel: Int, of bank: KernelBank, _ waves: Waves) -> Filter? {
        let planes = (0..<3).map { bank.kernel(channel * 3 + $0).map(Double.init) }
        let largest = planes.joined().reduce(0) { max($0, abs($1)) }
        guard largest > 0, largest.isFinite, planes.joined().allSatisfy(\.isFinite) else { return nil }
        let unit = planes.map { $0.map { $0 / largest } }
        let (xx, yy, xy) = unit.reduce((0.0, 0.0, 0.0)) { sum, plane in
            let moments = waves.moments(of: plane)
            return (sum.0 + moments.xx, sum.1 + moments.yy, sum.2 + moments.xy)
        }
        let energy = unit.joined().reduce(0) { $0 + $1 * $1 }
        let grey = unit[0].indices.reduce(0.0) { sum, cell in
            let mean = (unit[0][cell] + unit[1][cell] + unit[2][cell]) / 3
            return sum + 3 * mean * mean
        }
        // A filter of one constant colour has no waves at all.
        let total = xx + yy
        let spread = ((xx - yy) * (xx - yy) + 4 * xy * xy).squareRoot()
        let angle = 0.5 * atan2(2 * xy, xx - yy) * 180 / Double.pi
        return Filter(
            channel: channel, frequency: (total / energy).squareRoot(),
            orientation: angle < 0 ? angle + 180 : angle, coherence: total > 1e-12 * energy ? spread / total : 0,
            colour: max(0, 1 - grey / energy))
    }
}

/// The second moments of a filter's spectrum over all frequencies from −½ to ½ cycles a pixel.
///
/// ∫∫ |F(f)|² fₓ² df by Parseval: Σ over rows of wᵀ A w, with A(m, n) = ∫ f² cos 2πf(m − n) df, so 1/12 for m = n and
/// (−1)^(m − n) / (2π²(m − n)²) otherwise; the mixed moment has B(m, n) = ∫ f sin 2πf(m − n) df = −(−1)^d / (2πd).
private struct Waves {
    let size: Int
    private let even: [Double]
    private let odd: [Double]

    init(size: Int) {
        self.size = size
        even = (0..<size * size).map { index in
            let d = Double(index / size - index % size)
            return d == 0 ? 1.0 / 12 : cos(Double.pi * d) / (2 * Double.pi * Double.pi * d * d)
        }
        odd = (0..<size * size).map { index in
            let d = Double(index / size - index % size)
            return d == 0 ? 0 : -cos(Double.pi * d) / (2 * Double.pi * d)
        }
    }

    func moments(of plane: [Double]) -> (xx: Double, yy: Double, xy: Double) {
        var (xx, yy, xy) = (0.0, 0.0, 0.0)
        func weight(_ y: Int, _ x: Int) -> Double { plane[y * size + x] }
        for a in 0..<size {
            for b in 0..<size {
                let factor = even[a * size + b]
                for line in 0..<size {
                    xx += factor * weight(line, a) * weight(line, b)
                    yy += factor * weight(a, line) * weight(b, line)
                }
            }
        }
        // Rows differentiated along x, then those along y: ⟨∂ₓw, ∂ᵧw⟩ by the same rule.
        for y in 0..<size {
            for x in 0..<size {
                var (alongX, alongY) = (0.0, 0.0)
                for k in 0..<size {
                    alongX += odd[x * size + k] * weight(y, k)
                    alongY += odd[y * size + k] * weight(k, x)
                }
                xy += alongX * alongY
            }
        }
        return (xx, yy, xy)
    }
}
