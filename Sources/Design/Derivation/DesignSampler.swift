import Diagnostics
import Statistics
import Tensors
import VGNets

extension Derivation {
    /// The derived design and `count` random designs of equal budget: every choice that a rule makes is drawn.
    ///
    /// Widths grow by a factor uniform in 1.2…2.8 from stage to stage, depths are uniform within half of the published
    /// ones, downsampling is learned, fixed or mixed, σ uniform in 0.6…1.6, the identity ratio in 1/4…3/4, and the last
    /// unit has 2, 4, 8 or 16 groups or none. Designs that do not use their bounds to within 1 % are drawn again.
    /// Source: Radosavovic et al., "Designing Network Design Spaces" (2020), section 3.1.
    /// Throws `derive.noSample` and as `derive(from:options:)`.
    public static func samples(
        from networks: [AnalysedNetwork], options: DesignOptions, count: Int, seed: UInt64
    ) throws -> (derived: Derivation, samples: [VGNetConfig]) {
        let rules = try Self.rules(networks, options)
        let derived = Derivation(rules, try rules.solved())
        var sampler = try DesignSampler(derived.config, rules, seed: seed)
        let digits = String(count).count
        let samples = try (1...max(1, count)).map { number in
            let label = String(repeating: "0", count: digits - String(number).count) + "\(number)"
            return try sampler.next(name: "sample-\(label)")
        }
        return (derived, Array(samples.prefix(count)))
    }
}

/// Draws designs of one budget.
private struct DesignSampler {
    let template: VGNetConfig
    let solver: BudgetSolver
    let depths: [Int]
    var generator: SeededGenerator

    init(_ template: VGNetConfig, _ rules: DesignRules, seed: UInt64) throws {
        self.template = template
        solver = try BudgetSolver(bounds: rules.target.bounds, multiple: rules.options.multiple)
        depths = template.blocks
        generator = SeededGenerator(seed: seed)
    }

    private mutating func uniform(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + min(range.count - 1, Int(generator.uniform() * Double(range.count)))
    }

    private mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + generator.uniform() * (range.upperBound - range.lowerBound)
    }

    private mutating func form(name: String) throws -> VGNetConfig {
        let gaussian = FixedGaussian(sigmaPixels: Double(uniform(6...16)) / 10)
        let downsampling: DownsamplingKernels =
            switch uniform(0...2) {
            case 0: .learnable
            case 1: .gaussian(gaussian)
            default: .hybrid(share: Double(uniform(1...3)) / 4, gaussian)
            }
        let last: LastKernels = [
            .shared(groups: 2), .shared(groups: 4), .shared(groups: 8), .shared(groups: 16), .learnable,
        ][
            uniform(0...4)]
        return try template.replacing(
            name: name, channels: [16, 64, 128, 256, 512], downsampling: PerStage(downsampling),
            identity: PerStage(IdentityRatio(eighths: uniform(2...6))), last: last)
    }

    /// The next design.
    mutating func next(name: String) throws -> VGNetConfig {
        for _ in 0..<1000 {
            let form = try form(name: name)
            var widths = [1.0]
            for _ in 0..<4 { widths.append((widths.last ?? 1) * uniform(1.2...2.8)) }
            let blocks = depths.map { uniform(max(1, $0 / 2)...max(1, $0 + $0 / 2)) }
            let cost: (NetworkShape) -> DesignCost? = { shape in
                (try? form.replacing(channels: shape.channels, blocks: shape.blocks)).map(DesignCost.init)
            }
            guard let step = try? solver.allowedStep(cost) else { continue }
            // The scale at which the rounded widths use the bounds.
            var (low, high) = (1.0, 2048.0)
            for _ in 0..<40 {
                let middle = (low * high).squareRoot()
                let shape = NetworkShape(channels: solver.rounded(widths.map { $0 * middle }, step), blocks: blocks)
                if shape.channels[4] <= 8192, let cost = cost(shape), solver.bounds.allow(cost) {
                    low = middle
                } else {
                    high = middle
                }
            }
            let channels = solver.rounded(widths.map { $0 * low }, step)
            guard let shape = solver.fittingDepths(channels, blocks, cost) else { continue }
            return try form.replacing(channels: shape.channels, blocks: shape.blocks)
        }
        throw KernelVizError(
            code: "derive.noSample", subject: "derive",
            found:
                "no random design came within 1 % of its bounds (\(solver.bounds.parameters.most) parameters, "
                + "\(solver.bounds.macs.map { "\($0.most)" } ?? "any number of") MACs) in 1000 draws",
            advice: "Pass a smaller --multiple or a larger budget")
    }
}
