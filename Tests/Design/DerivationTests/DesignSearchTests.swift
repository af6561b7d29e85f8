import Derivation
import Diagnostics
import Testing
import VGNets

/// Latencies, alternatives and random designs.
@Suite struct DesignSearchTests {
    private static func options(_ budget: DesignBudget = .parameters(300_000)) -> Derivation.DesignOptions {
        var options = Derivation.DesignOptions(budget: budget)
        options.isThumbnail = true
        options.classes = 10
        return options
    }

    @Test func macsAreUsedAndNeverExceeded() throws {
        for macs in [20_000_000, 60_000_000, 141_300_232] {
            var options = Derivation.DesignOptions(budget: .macs(macs))
            options.rules = try RuleSet(parsing: "none")
            let config = try Derivation.derive(from: [HandMadeEvidence.paper()], options: options).config
            let found = config.macs(inputHeight: 224, inputWidth: 224)
            #expect(found <= macs && found >= macs - macs / 100, "\(macs)")
        }
        // The published net is the one of its own MACs (vgnet.md, fvcore).
        var options = Derivation.DesignOptions(budget: try DesignBudget(macs: "141300232"))
        options.rules = try RuleSet(parsing: "none")
        let config = try Derivation.derive(from: [HandMadeEvidence.paper()], options: options).config
        #expect(config.channels == [28, 56, 112, 224, 368] && config.blocks == [4, 7, 13, 2])
    }

    @Test(arguments: [("141M", 141_000_000), ("0.3GMAC", 300_000_000), ("5e7", 50_000_000)])
    func macsAreReadInEveryUsualForm(text: String, macs: Int) throws {
        #expect(try DesignBudget(macs: text).macs == macs)
    }

    /// On a machine that needs 2 ns a parameter, 1 ms is 500,000 parameters.
    @Test func theLargestNetWithinATimeIsFound() throws {
        var measured = 0
        var options = Self.options(DesignBudget())
        options.budget.latency = .milliseconds(1)
        let derivation = try Derivation.derive(from: [HandMadeEvidence.paper()], options: options) {
            config, published in
            measured += 1
            let times = [config, published].map { Double($0.parameters.learnable) * 2e-6 }
            return PairedTime(
                milliseconds: times[0], referenceMilliseconds: times[1], ratio: times[0] / times[1], rounds: 1)
        }
        #expect((490_000...500_000).contains(derivation.config.parameters.learnable))
        #expect(measured <= 15)
        #expect(derivation.config.name == "derived-1.0ms")
        let reason = try #require(derivation.reasons.first { $0.field == "channels" })
        #expect(reason.rule.contains("ms measured for at most 1.0 ms (--latency)"))
    }

    @Test func aTimeThatNoNetMeetsIsRefused() {
        let error = #expect(throws: KernelVizError.self) {
            var options = Self.options()
            options.budget.latency = .milliseconds(0.5)
            return try Derivation.derive(from: [HandMadeEvidence.paper()], options: options) { _, _ in
                PairedTime(milliseconds: 2, referenceMilliseconds: 2, ratio: 1, rounds: 1)
            }
        }
        #expect(error?.code == "derive.impossibleLatency")
        #expect(
            error?.description.contains(
                "takes 2.00 ms; expected at most 0.5 ms (--latency). The nearest possible is --latency 2.0") == true)
    }

    @Test func alternativesDifferInOneChoiceAtEqualBudget() throws {
        let (derived, alternatives) = try Derivation.alternatives(
            from: [HandMadeEvidence.paper()], options: Self.options(), count: 12)
        #expect(alternatives.count == 12)
        #expect(Set(alternatives.map(\.config.name)).count == 12)
        for alternative in alternatives {
            #expect(derived.target.bounds.allow(DesignCost(alternative.config)), "\(alternative.change)")
            #expect(derived.target.bounds.utilisation(DesignCost(alternative.config)) >= 0.99, "\(alternative.change)")
            let changed = VGNetConfig.Field.allCases.filter {
                $0 != .name && derived.config.text(of: $0) != alternative.config.text(of: $0)
            }
            #expect(!changed.isEmpty)
            // Widths and depths may follow to meet the budget; one choice beside them.
            let kinds = Set(
                changed.filter { $0 != .channels && $0 != .blocks }.map {
                    $0.rawValue.hasPrefix("gaussian") || $0 == .downsampling
                        ? "downsampling" : $0.rawValue.hasPrefix("squeeze") ? "se" : $0.rawValue
                })
            #expect(kinds.count <= 1, "\(alternative.change): \(changed)")
        }
        // The nearest change of every choice comes before the second nearest of any.
        let firsts = alternatives.prefix(8).map(\.config.name)
        #expect(Set(firsts.map { $0.dropFirst(derived.config.name.count + 1).prefix { $0 != "-" } }).count == 8)
        let again = try Derivation.alternatives(from: [HandMadeEvidence.paper()], options: Self.options(), count: 12)
        #expect(again.alternatives == alternatives)
    }

    @Test func randomDesignsHaveTheBudgetAndTheSeedDecides() throws {
        func draw(_ seed: UInt64) throws -> [VGNetConfig] {
            try Derivation.samples(from: [HandMadeEvidence.paper()], options: Self.options(), count: 12, seed: seed)
                .samples
        }
        let samples = try draw(1)
        #expect(samples.count == 12)
        let bounds = try Derivation.derive(from: [HandMadeEvidence.paper()], options: Self.options()).target.bounds
        #expect(bounds.parameters.most == 300_000)
        #expect(samples.map(DesignCost.init).allSatisfy { bounds.allow($0) && bounds.utilisation($0) >= 0.99 })
        #expect(samples.allSatisfy { $0.isThumbnail && $0.classes == 10 })
        #expect(Set(samples.map { $0.channels }).count > 8)
        #expect(Set(samples.map { $0.identity[1] }).count > 2)
        #expect(Set(samples.map(\.last.text)).count > 2)
        #expect(try draw(1) == samples)
        #expect(try draw(2) != samples)
        #expect(samples.map(\.name).first == "sample-01")
    }

    @Test func thePlanNamesItsNets() {
        var plan = SweepPlanText(
            title: "derived", data: "cifar10", seeds: 3, epochs: 10,
            entries: [
                .init(name: "derived", file: "derived.yaml"), .init(name: "b", file: "b.yaml", remark: "σ +0.2 px"),
            ])
        #expect(
            plan.yaml == """
                title: "derived"
                data: "cifar10"
                seeds: [1, 2, 3]
                baseline: "derived"
                train: {epochs: 10, batch: 128, lr: 0.1, warmup: 1, test-every: 0}
                nets:
                  - {name: "derived", net: "derived.yaml"}
                  - {name: "b", net: "b.yaml"}  # σ +0.2 px

                """)
        (plan.isThumbnail, plan.limit) = (true, 10_000)
        #expect(
            plan.yaml.contains(
                "train: {epochs: 10, batch: 128, lr: 0.1, warmup: 1, wd: 0.0005, crop: padded, limit: 10000, test-every: 0}\n"
            ))
    }
}
