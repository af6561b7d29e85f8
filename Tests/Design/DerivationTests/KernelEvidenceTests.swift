import Derivation
import Statistics
import Tensors
import TestSupport
import Testing
import VGNets
import Architectures

/// D5, D7 and D8 on kernels and widths that are known.
@Suite struct KernelEvidenceTests {
    private static let sobel: [Float] = [-0.5, 0, 0.5, -1, 0, 1, -0.5, 0, 0.5]
    private static let laplacian: [Float] = [0, -0.25, 0, -0.25, 1, -0.25, 0, -0.25, 0]
    private static let blur: [Float] = [0.25, 0.5, 0.25, 0.5, 1, 0.5, 0.25, 0.5, 0.25]

    /// A stem, a strided layer and a body of three kernels, scaled and signed at will, with a little noise.
    private static func statistics(_ counts: [Int], last: [[Float]] = []) throws -> AnalysedNetwork {
        var generator = SeededGenerator(seed: 5)
        func noisy(_ kernel: [Float], _ noise: Double) -> [Float] {
            let scale = Float(0.5 + generator.uniform()) * (generator.uniform() < 0.5 ? -1 : 1)
            return kernel.map { scale * ($0 + Float(noise * generator.normal())) }
        }
        let body = zip([sobel, laplacian, blur], counts).flatMap { kernel, count in
            (0..<count).flatMap { index in noisy(kernel, index == 0 ? 0 : 0.04) }
        }
        let strided = (0..<200).flatMap { _ in noisy(blur, 0.02) }
        var layers = [
            MemoryNetwork.Layer(
                name: "stem", shape: [8, 1, 3, 3], stride: 2, scalars: (0..<8).flatMap { _ in noisy(blur, 0.02) },
                role: .stem),
            MemoryNetwork.Layer(name: "down", shape: [200, 1, 3, 3], stride: 2, scalars: strided),
            MemoryNetwork.Layer(name: "body", shape: [counts.reduce(0, +), 1, 3, 3], scalars: body),
        ]
        if !last.isEmpty {
            layers.append(
                MemoryNetwork.Layer(
                    name: "last", shape: [last.count, 1, 3, 3], scalars: last.flatMap { $0 }, role: .last))
        }
        return try AnalysedNetwork.analyse(MemoryNetwork.make(layers))
    }

    /// 200 : 100 : 100 of eight places are 4 : 2 : 2; the exact kernels are the middles of their clusters.
    @Test func aBankHoldsTheMixAndTheMiddlesOfTheClusters() throws {
        var options = Derivation.DesignOptions(budget: .parameters(1_000_000))
        options.form = .f
        let derivation = try Derivation.derive(from: [Self.statistics([200, 100, 100])], options: options)
        let bank = try #require(derivation.config.listedBanks.first { $0.name == "stage1" })
        #expect(bank.kernels.count == 8)
        #expect(derivation.config.half[2] == .bank(.sixEdgeTwoGaussian))
        func likeness(_ a: [Float], _ b: [Float]) -> Float {
            let products = zip(a, b).reduce(Float(0)) { $0 + $1.0 * $1.1 }
            let energies = a.reduce(0) { $0 + $1 * $1 } * b.reduce(0) { $0 + $1 * $1 }
            return products * products / energies
        }
        for (range, expected) in [(0..<4, Self.sobel), (4..<6, Self.laplacian), (6..<8, Self.blur)] {
            for index in range { #expect(likeness(bank.kernels[index], expected) > 0.95, "kernel \(index)") }
        }
        #expect(bank.kernels.allSatisfy { kernel in kernel.map(abs).max() == 1 })
        let reason = try #require(derivation.reasons.first { $0.field == "half" })
        #expect(reason.findings[0].value == "4 first derivatives, 2 second derivatives, 2 blurs")
        // The nets agree with their files.
        #expect(try VGNetConfig(yaml: derivation.yaml, subject: "net.yaml") == derivation.config)
    }

    /// One kernel up to scale: one is enough, t is the width. Four far from each other: c4/t must be four at least.
    @Test func theLastUnitSharesAsFarAsItsKernelsAreAlike() throws {
        var options = Derivation.DesignOptions(budget: .parameters(1_000_000))
        options.rules = try RuleSet(parsing: "+D7")
        let one = (1...64).map { scale in Self.blur.map { $0 * Float(scale) } }
        let same = try Derivation.derive(from: [Self.statistics([200, 100, 100], last: one)], options: options)
        #expect(same.config.last == .shared(groups: same.config.channels[4]))
        let line: [Float] = [1, 1, 1, 0, 0, 0, 0, 0, 0]
        let four = (0..<64).map { [Self.blur, Self.sobel, Self.laplacian, line][$0 % 4] }
        let mixed = try Derivation.derive(from: [Self.statistics([200, 100, 100], last: four)], options: options)
        #expect(mixed.config.last == .shared(groups: mixed.config.channels[4] / 4))
        #expect(mixed.reasons.first { $0.field == "last" }?.statistic.contains("4 kernels reach 0.98") == true)
    }

    /// MobileNetV1's blocks: 64, 128, 128, 256, 256, 512 × 6, 1024: the widths double.
    @Test func theGrowthOfMobileNetV1IsADoubling() throws {
        let blocks =
            [(2, 64), (1, 128), (2, 128), (1, 256), (2, 256)] + Array(repeating: (1, 512), count: 5)
            + [(2, 512), (1, 1024)]
        var layers = [HandMadeEvidence.Layer(stride: 2, role: .stem, edges: 32)]
        for (stride, width) in blocks { layers.append(HandMadeEvidence.Layer(stride: stride, edges: width)) }
        let derivation = try Derivation.derive(
            from: [HandMadeEvidence.network(layers)], options: .init(budget: .parameters(1_000_000)))
        let finding = try #require(
            derivation.reasons.first { $0.field == "channels" }?.findings.first { $0.place == "growth" })
        #expect(finding.statistic.contains("wm = 2.0"))
        #expect(finding.statistic.contains("stage to stage × 2.00 × 2.00 × 2.00"))
    }
}
