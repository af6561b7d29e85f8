import Classification
import Derivation
import Diagnostics
import Statistics
import Testing
import VGNets

/// The rules on evidence whose shares are known.
@Suite struct RuleTests {
    private static func options(_ budget: String = "1.0MP", rules: RuleSet = .ofKernels) throws
        -> Derivation.DesignOptions
    {
        var options = Derivation.DesignOptions(budget: try ParameterBudget(parsing: budget))
        options.rules = rules
        return options
    }

    /// What tables and configs print of a rule has the numbers that the rule follows.
    @Test func theSentencesHaveTheNumbersOfTheRules() {
        #expect(
            DerivationRule.downsampling.sentence
                == "at least 75 % blur kernels: fixed Gaussian; 40 to 75 %: Gaussian for that share of channels, the others "
                + "learned; below 40 %: learned")
        #expect(
            DerivationRule.sigma.sentence
                == "the median fitted σ of the blur kernels, clamped to 0.7…1.5, rounded to 0.05")
        #expect(DerivationRule.identity.sentence.hasSuffix("rounded to eighths, at least 1/8"))
        #expect(DerivationRule.last.sentence.hasSuffix("(median functional R² at least 0.98)"))
        #expect(
            DerivationRule.refusal.sentence.hasPrefix(
                "fewer than 200 kernels, more than 70 % unstructured ones, or labels"))
        #expect(RuleCutoffs.gaussianFrom == 0.75 && RuleCutoffs.hybridFrom == 0.4 && RuleCutoffs.sharedR2 == 0.98)
        #expect(RuleCutoffs.sigmas == 0.7...1.5 && RuleCutoffs.kernelsOfDesign == 200 && RuleCutoffs.mostOther == 0.7)
    }

    /// With every rule in force, what the paper saw leads to what the paper built.
    @Test(arguments: ["1.0mp", "1.5mp", "2.0mp", "2.5mp"])
    func thePapersStatisticsLeadToThePublishedNets(size: String) throws {
        for rules in [RuleSet.ofKernels, RuleSet([.downsampling, .sigma, .offset, .identity, .deadWidths, .depths])] {
            let derivation = try Derivation.derive(
                from: [HandMadeEvidence.paper()], options: Self.options(size, rules: rules))
            let published = try VGNetConfig.published("vgnetg-\(size)")
            #expect(try derivation.config.replacing(name: published.name) == published)
            #expect(derivation.refusal == nil)
            // "Gaussian" is derived here, not kept.
            #expect(derivation.reasons.first { $0.field == "downsampling" }?.isDefault == false)
        }
    }

    /// D1's bands, at their edges.
    @Test(arguments: [
        (75, "gaussian", nil), (74, "hybrid", 0.75), (60, "hybrid", 0.6), (40, "hybrid", 0.4), (39, "learnable", nil),
    ])
    func theShareOfBlurDecidesTheDownsampling(percent: Int, kind: String, share: Double?) throws {
        let network = HandMadeEvidence.strided(400, blurs: percent * 4, title: "A")
        let derivation = try Derivation.derive(from: [network], options: Self.options())
        #expect(derivation.config.downsampling[1].text == kind)
        #expect(derivation.config.downsampling[1].share == share)
        // The other stages were not seen: the paper's σ, rounded as the paper's only where no stage has another one.
        let decimals = kind == "learnable" ? FixedGaussian.paper.decimals : nil
        #expect(derivation.config.downsampling[2] == .gaussian(FixedGaussian(sigmaPixels: 1.1, decimals: decimals)))
        let reason = try #require(derivation.reasons.first { $0.field == "downsampling" })
        #expect(
            reason.findings[0].statistic == "\(percent) % (one network, no interval) of 400 strided kernels are blur")
        #expect(!reason.findings[0].isDefault && reason.findings[1].isDefault)
        #expect(
            reason.findings[1].statistic == "only 0 strided kernels were found, 50 are needed")
    }

    @Test func aRuleThatIsOffLeavesThePapersValueAndSaysSo() throws {
        let network = HandMadeEvidence.strided(400, blurs: 20, title: "A")
        let derivation = try Derivation.derive(from: [network], options: Self.options(rules: RuleSet(parsing: "none")))
        #expect(derivation.config.downsampling == .gaussian(.paper))
        let reason = try #require(derivation.reasons.first { $0.field == "downsampling" })
        #expect(
            reason.findings[0].statistic
                == "5 % (one network, no interval) of 400 strided kernels are blur; measured, decides nothing (D1 is off)"
        )
    }

    /// 1000 kernels of one net, 900 of them blur, against 100 of another, 30 of them blur: 930/1100 = 0.845 by kernels,
    /// (0.9 + 0.3)/2 = 0.6 by networks.
    @Test func networksVoteByKernelsOrAlike() throws {
        let networks = [
            HandMadeEvidence.strided(1000, blurs: 900, title: "Large"),
            HandMadeEvidence.strided(100, blurs: 30, title: "Small"),
        ]
        var options = try Self.options()
        options.weighting = .kernels
        let byKernels = try Derivation.derive(from: networks, options: options)
        #expect(byKernels.config.downsampling[1].text == "gaussian")
        options.weighting = .network
        let byNetworks = try Derivation.derive(from: networks, options: options)
        #expect(byNetworks.config.downsampling[1].share == 0.6)
        let finding = try #require(byKernels.reasons.first { $0.field == "downsampling" }?.findings.first)
        #expect(finding.dissent == ["Small: learnable (30 %)"])
        #expect(finding.sentence.hasSuffix("[Large #2, Small #2]; alone, Small: learnable (30 %)"))
    }

    @Test func networksOfOneTitleAreToldApartByTheirFiles() throws {
        let networks = ["a", "b"].map { HandMadeEvidence.strided(400, blurs: 380, title: "Net", path: "x/\($0).h5") }
        let derivation = try Derivation.derive(from: networks, options: Self.options())
        #expect(derivation.sources == ["Net (a.h5)", "Net (b.h5)"])
    }

    @Test func aWeakNetworkHasNoVoteAmongOthers() throws {
        let weak = HandMadeEvidence.network(
            [
                HandMadeEvidence.Layer(stride: 2, role: .stem, edges: 24, others: 76),
                HandMadeEvidence.Layer(stride: 2, edges: 240, others: 760),
            ], title: "Weak")
        let strong = HandMadeEvidence.paper(sigma: 0.9)
        let together = try Derivation.derive(from: [strong, weak], options: Self.options())
        let alone = try Derivation.derive(from: [strong], options: Self.options())
        #expect(together.config == alone.config)
        #expect(together.leftOut == ["Weak: 76 % of 1100 kernels are unstructured"])
        let refused = try Derivation.derive(from: [weak], options: Self.options())
        #expect(refused.refusal == "76 % of 1100 kernels are unstructured")
        let published = try VGNetConfig.published("vgnetg-1.0mp")
        #expect(try refused.config.replacing(name: published.name) == published)
        #expect(
            refused.yaml.contains("# default; D9: the paper's value stays\n# default 0.5; 76 % of 1100 kernels are"))
    }

    /// A network of group convolutions has many more slices than the others have kernels; they must not outvote them.
    @Test func mixingConvolutionsVoteOnlyAlone() throws {
        let layers = [
            HandMadeEvidence.Layer(stride: 2, role: .stem, edges: 304), HandMadeEvidence.Layer(stride: 2, edges: 4000),
        ]
        let grouped = HandMadeEvidence.network(layers, title: "Grouped", slices: 8)
        let depthwise = HandMadeEvidence.strided(400, blurs: 380, title: "Depthwise")
        let together = try Derivation.derive(from: [depthwise, grouped], options: Self.options())
        #expect(try together.config == Derivation.derive(from: [depthwise], options: Self.options()).config)
        #expect(together.leftOut.count == 1 && together.leftOut[0].hasPrefix("Grouped: its convolutions mix channels"))
        let alone = try Derivation.derive(from: [grouped], options: Self.options())
        #expect(alone.refusal == nil && alone.leftOut.isEmpty)
        #expect(alone.config.downsampling[1].text == "learnable")
    }

    /// D4: (25 % identity + 10 % dead) of the body is 0.35 ≈ 3/8.
    @Test func theIdentityRatioIsTheNearestEighth() throws {
        let layers = [
            HandMadeEvidence.Layer(stride: 2, role: .stem, edges: 300), HandMadeEvidence.Layer(stride: 2, edges: 100),
            HandMadeEvidence.Layer(identities: 100, edges: 260, dead: 40),
        ]
        let network = HandMadeEvidence.network(layers)
        let derivation = try Derivation.derive(
            from: [network], options: Self.options(rules: RuleSet(parsing: "D1,D4")))
        #expect(derivation.config.identity.values.map(\.eighths) == [3, 4, 4, 4])
        #expect(derivation.target.bounds.utilisation(derivation.cost) >= 0.99)
    }

    /// D6: a quarter of stage 1's channels is dead; the budget is met all the same and stage 1 is narrower.
    @Test func deadChannelsLeaveTheWidth() throws {
        var layers = [
            HandMadeEvidence.Layer(stride: 2, role: .stem, edges: 300),
            HandMadeEvidence.Layer(stride: 2, edges: 300, dead: 100),
        ]
        let dead = try Derivation.derive(from: [HandMadeEvidence.network(layers)], options: Self.options())
        layers[1] = HandMadeEvidence.Layer(stride: 2, edges: 400)
        let alive = try Derivation.derive(from: [HandMadeEvidence.network(layers)], options: Self.options())
        #expect(alive.config.channels == [28, 56, 112, 224, 368])
        // 56 · 0.75 = 42, but growth stays within the published factors: at least 2 · 28.
        #expect(dead.config.channels[1] <= 56)
        #expect(dead.target.bounds.utilisation(dead.cost) >= 0.99)
        let finding = try #require(
            dead.reasons.first { $0.field == "channels" }?.findings.first { $0.place == "stage 1" })
        #expect(finding.value == "× 0.75 before scaling")
        #expect(finding.statistic.hasSuffix("of 400 channels are dead"))
    }

    /// D10: 4, 7, 13 and 2 blocks become 2, 3, 5 and 1 (two fifths, rounded, at least one) within the same cost.
    @Test func trainedChoicesMakeTheNetShallowAndWide() throws {
        let network = HandMadeEvidence.paper()
        let derivation = try Derivation.derive(from: [network], options: Self.options(rules: RuleSet(parsing: "D10")))
        #expect(derivation.config.blocks == [2, 3, 5, 1])
        #expect(derivation.config.depthwise == .normalized && derivation.published == nil)
        #expect(derivation.target.bounds.allow(derivation.cost))
        #expect(derivation.target.bounds.utilisation(derivation.cost) >= 0.9)
        let published = try VGNetConfig.published("vgnetg-1.0mp").channels
        #expect(zip(derivation.config.channels.dropLast(), published).allSatisfy { $0 > $1 })
        let decided = derivation.reasons.filter { $0.ruleName == "D10" }.map(\.field)
        #expect(decided == ["blocks", "depthwise"])
        // What the user asks for stays; depths that kernels decide are D8's.
        var options = try Self.options(rules: RuleSet(parsing: "D8,D10"))
        options.depthwise = .plain
        let other = try Derivation.derive(from: [network], options: options)
        #expect(other.config.depthwise == .plain && other.trained == nil)
        #expect(other.config.blocks != [2, 3, 5, 1])
    }

    @Test(arguments: [
        ("default", "D10,D5,D9"), ("none", "D9"), ("all", "D1,D10,D2,D3,D4,D5,D6,D7,D8,D9"), ("D1, d4", "D1,D4,D9"),
        ("+D4,-D5", "D10,D4,D9"), ("-D10", "D5,D9"),
    ])
    func rulesAreSwitched(text: String, expected: String) throws {
        let rules = try RuleSet(parsing: text)
        #expect(rules.rules.map(\.rawValue).sorted().joined(separator: ",") == expected)
    }

    @Test(arguments: [
        (
            "E1",
            "--rules: found 'E1'; expected 'default', 'all', 'none', rules such as D1,D2, or changes such as +D4,-D6. "
                + "The nearest name is 'D1'."
        ),
        (
            "D1,+D4",
            "--rules: found 'D1,+D4'; expected either a list (D1,D2) or changes to the default (+D4,-D6), not both."
        ),
        ("-D9", "--rules: found '-D9'; expected D9 to hold. Weak evidence must not steer a design."),
    ])
    func aRuleThatIsNoneIsRefused(text: String, sentence: String) {
        let error = #expect(throws: KernelVizError.self) { try RuleSet(parsing: text) }
        #expect(error?.description == sentence)
    }
}
