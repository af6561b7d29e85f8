import Derivation
import Diagnostics
import Testing
import VGNets

/// Who races against the published net.
@Suite struct ContenderTests {
    /// Learnable parameters and multiply-accumulates of VGNetG-1.0MP (Table 3; vgnet.md, section 2).
    private static let published = (parameters: 997_358, macs: 141_300_232)

    @Test("Every contender lies within the published net's parameters and MACs, and differs from the others")
    func equalCost() throws {
        let found = try Derivation.contenders(
            from: [HandMadeEvidence.paper(sigma: 0.8)], options: .init(budget: DesignBudget()))
        #expect(found.baseline == (try VGNetConfig.published("vgnetg-1.0mp")))
        #expect(found.contenders.count >= 8, "\(found.contenders.map(\.name)) \(found.leftOut)")
        for contender in found.contenders {
            let cost = DesignCost(contender.config)
            #expect(cost.parameters <= Self.published.parameters, "\(contender.name)")
            #expect(cost.macs <= Self.published.macs, "\(contender.name)")
            let used = max(
                Double(cost.parameters) / Double(Self.published.parameters),
                Double(cost.macs) / Double(Self.published.macs))
            #expect(used > 0.9, "\(contender.name) uses \(used)")
            #expect(!contender.why.isEmpty && contender.config.name == contender.name)
        }
        #expect(Set(found.contenders.map(\.name)).count == found.contenders.count)
        func config(_ name: String) throws -> VGNetConfig {
            try #require(found.contenders.first { $0.name == name }).config
        }
        #expect(try config("normalized").depthwise == .normalized)
        #expect(try config("squeeze-excite").squeezeExcite != nil)
        #expect(try config("silu").activation == .silu)
        #expect(try config("shallow").blocks == [3, 5, 9, 1])
        #expect(try config("shallower").blocks == [2, 3, 5, 1])
        #expect(try config("identity-more").identity == .eighths(6))
        // The same net, another start.
        let start = try #require(found.contenders.first { $0.name == "unit-gain" })
        #expect(start.hasUnitGain)
        #expect(try start.config.replacing(name: found.baseline.name) == found.baseline)
        // The hand-made kernels pass in one half of the cases: the paper's ratio.
        #expect(found.leftOut.contains("identity-measured (the same as the baseline)"), "\(found.leftOut)")
    }

    @Test("What is slower than the baseline is made smaller, or left out")
    func latency() throws {
        let found = try Derivation.contenders(
            from: [HandMadeEvidence.paper()], options: .init(budget: .parameters(131_000))
        ) { design, reference in
            // SiLU takes a third more time, squeeze-and-excite a twentieth.
            var ratio = Double(DesignCost(design).macs) / Double(DesignCost(reference).macs)
            if design.activation == .silu { ratio *= 4.0 / 3 }
            if design.squeezeExcite != nil { ratio *= 1.05 }
            return PairedTime(milliseconds: ratio, referenceMilliseconds: 1, ratio: ratio, rounds: 1)
        }
        #expect(found.baseline.name == "paper-0.131mp")
        #expect(DesignCost(found.baseline).parameters <= 131_000)
        let gated = try #require(found.contenders.first { $0.name == "squeeze-excite" })
        #expect((gated.time?.ratio ?? 2) <= 1)
        #expect(found.contenders.allSatisfy { ($0.time?.ratio ?? 1) <= 1 })
    }

    @Test("Impossible bounds are told with the nearest possible one")
    func impossible() {
        let error = #expect(throws: KernelVizError.self) {
            try Derivation.contenders(from: [HandMadeEvidence.paper()], options: .init(budget: .parameters(1000)))
        }
        #expect(error?.code == "derive.impossibleBudget")
        #expect(error?.advice?.hasPrefix("The nearest possible is --budget ") == true)
    }
}
