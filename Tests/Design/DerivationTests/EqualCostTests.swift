import Derivation
import Diagnostics
import Testing
import VGNets

/// Results cost no more than the published net of their size, and say so.
@Suite struct EqualCostTests {
    /// Learnable parameters and multiply-accumulates of VGNetG at 224 (vgnet.md, section 2: Table 3 and fvcore).
    private static let published = [
        ("1.0MP", 997_358, 141_300_232), ("1.5MP", 1_502_024, 187_819_008), ("2.0MP", 2_006_380, 300_637_784),
        ("2.5MP", 2_492_756, 398_936_736), ("5.0MP", 4_990_239, 602_198_896),
    ]

    private static func options(_ budget: String = "1.0MP") throws -> Derivation.DesignOptions {
        var options = Derivation.DesignOptions(budget: try ParameterBudget(parsing: budget))
        options.rules = .withoutTrained
        return options
    }

    /// Whatever the kernels show and the user asks for, at every size.
    @Test(arguments: published)
    func nothingCostsMoreThanThePublishedNet(size: String, parameters: Int, macs: Int) throws {
        let networks = [
            HandMadeEvidence.paper(sigma: 0.8),
            HandMadeEvidence.strided(400, blurs: 240, title: "Mixed"),
            HandMadeEvidence.strided(400, blurs: 40, title: "Learned"),
        ]
        for network in networks {
            for rules in [RuleSet.ofKernels, .all] {
                var options = try Self.options(size)
                options.rules = rules
                var choices = [options]
                options.withSqueezeExcite = true
                choices.append(options)
                options.withSqueezeExcite = false
                options.form = .f
                choices.append(options)
                options.form = .g
                options.depthwise = .branched
                choices.append(options)
                for choice in choices {
                    let derivation = try Derivation.derive(from: [network], options: choice)
                    let cost = derivation.cost
                    #expect(cost.parameters <= parameters, "\(network.statistics.network.title) \(choice)")
                    #expect(cost.macs <= macs, "\(network.statistics.network.title) \(choice)")
                    let used = max(
                        Double(cost.parameters) / Double(parameters), Double(cost.macs) / Double(macs))
                    #expect(used >= 0.99, "\(network.statistics.network.title) \(choice)")
                    #expect(derivation.target.referenceCost == DesignCost(parameters: parameters, macs: macs))
                    #expect(try VGNetConfig(yaml: derivation.yaml, subject: "net.yaml") == derivation.config)
                }
            }
        }
    }

    /// What users get who choose nothing, at every size: two fifths of the depth within the cost, and little of it unused.
    @Test(arguments: published)
    func theDefaultCostsNoMoreThanThePublishedNet(size: String, parameters: Int, macs: Int) throws {
        var options = try Self.options(size)
        options.rules = .standard
        let derivation = try Derivation.derive(from: [HandMadeEvidence.paper()], options: options)
        #expect(derivation.cost.parameters <= parameters && derivation.cost.macs <= macs)
        #expect(Double(derivation.cost.parameters) >= 0.99 * Double(parameters))
        let published = try VGNetConfig.published("vgnetg-\(size.lowercased())")
        #expect(Double(derivation.config.blocks.reduce(0, +)) < 0.5 * Double(published.blocks.reduce(0, +)))
        #expect(derivation.config.depthwise == .normalized && derivation.trained != nil)
    }

    /// The size is 1.0MP where none is named; a net in which nothing differs has its published name.
    @Test func nothingDiffersFromThePublishedNet() throws {
        var plainOptions = Derivation.DesignOptions(budget: DesignBudget())
        plainOptions.rules = .withoutTrained
        let plain = try Derivation.derive(from: [HandMadeEvidence.paper()], options: plainOptions)
        #expect(plain.config == (try VGNetConfig.published("vgnetg-1.0mp")))
        #expect(plain.published == "vgnetg-1.0mp" && plain.runsAsPublished)
        #expect(
            plain.costLine
                == "vgnetg-1.0mp: 997358 learnable parameters, 141300232 MACs; it is the published net, its time included"
        )
        for (size, form, name) in [
            ("2.0MP", Derivation.DesignOptions.Form.g, "vgnetg-2.0mp"), ("1.5MP", .c, "vgnetc-1.5mp"),
            ("5.0MP", .g, "vgnetg-5.0mp"),
        ] {
            var options = try Self.options(size)
            options.form = form
            #expect(try Derivation.derive(from: [HandMadeEvidence.paper()], options: options).config.name == name)
        }
        var options = try Self.options()
        options.activation = .silu
        #expect(
            try Derivation.derive(from: [HandMadeEvidence.paper()], options: options).config.name
                == "vgnetg-1.0mp-silu")
        options.name = "mine"
        #expect(try Derivation.derive(from: [HandMadeEvidence.paper()], options: options).config.name == "mine")
    }

    /// Thumbnail, 32×32, 100 classes: 665,510 parameters and 43,733,056 multiply-accumulates (vgnet.md, section 2).
    @Test func aSizeKeepsItsNameWithOtherClassesAndImages() throws {
        var options = try Self.options()
        options.isThumbnail = true
        options.classes = 100
        let derivation = try Derivation.derive(from: [HandMadeEvidence.paper()], options: options)
        #expect(derivation.config.name == "vgnetg-1.0mp-thumbnail")
        #expect(derivation.cost == DesignCost(parameters: 665_510, macs: 43_733_056))
        options.isThumbnail = false
        options.inputSize = 64
        let small = try Derivation.derive(from: [HandMadeEvidence.paper()], options: options)
        #expect(small.config.name == "vgnetg-1.0mp" && small.config.classes == 100)
    }

    @Test func whatDiffersIsNamedDerived() throws {
        var options = try Self.options()
        options.rules = .ofKernels
        let derivation = try Derivation.derive(from: [HandMadeEvidence.paper(sigma: 0.8)], options: options)
        #expect(derivation.config.name == "derived-1.0mp" && derivation.published == nil)
        // Another σ takes no other time.
        #expect(derivation.runsAsPublished)
        #expect(derivation.costLine.hasSuffix("the same operations, so the same time"))
        let timed = derivation.timed(
            PairedTime(milliseconds: 2.5, referenceMilliseconds: 2.64, ratio: 0.951, rounds: 30))
        #expect(
            timed.costLine
                == "derived-1.0mp: 997358 learnable parameters, 141300232 MACs, 2.50 ms; published vgnetg-1.0mp: 997358 "
                + "learnable parameters, 141300232 MACs, 2.64 ms; time ÷ time 0.951, the median of 30 paired rounds")
        // A time that decided nothing does not enter the config.
        #expect(timed.yaml == derivation.yaml && timed.yaml.hasPrefix("# derived-1.0mp: 997358 learnable parameters"))
        #expect(timed.config == derivation.config)
    }

    /// A budget is a bound of its own; what was not given is the published net's, or the paper's in between.
    @Test func theBoundsOfTheUserHoldTogether() throws {
        for (budget, parameters, macs) in [
            (DesignBudget(parameters: 1_200_000), 1_200_000, 187_819_008),
            (DesignBudget(parameters: 700_000), 700_000, 141_300_232),
            (DesignBudget(macs: 100_000_000), 997_358, 100_000_000),
            (DesignBudget(macs: 290_000_000), 2_006_380, 290_000_000),
            (DesignBudget(parameters: 2_000_000, macs: 150_000_000), 2_000_000, 150_000_000),
            (DesignBudget(macs: 120_000_000, sizeIndex: 0), 997_358, 120_000_000),
        ] {
            let derivation = try Derivation.derive(from: [HandMadeEvidence.paper()], options: .init(budget: budget))
            #expect(derivation.cost.parameters <= parameters && derivation.cost.macs <= macs, "\(budget)")
            #expect(derivation.target.bounds.utilisation(derivation.cost) >= 0.99, "\(budget)")
        }
    }

    @Test func boundsThatNothingMeetsAreNamed() {
        let error = #expect(throws: KernelVizError.self) {
            try Derivation.derive(
                from: [HandMadeEvidence.paper()], options: .init(budget: DesignBudget(macs: 1_000_000, sizeIndex: 0)))
        }
        #expect(error?.code == "derive.impossibleBudget")
        #expect(
            error?.description.contains("MACs; expected at most 1000000 MACs (--macs). The nearest possible") == true)
    }

    /// Widths end at 8192.
    @Test func aBudgetBeyondTheWidestNetIsRefused() {
        let error = #expect(throws: KernelVizError.self) {
            try Derivation.derive(
                from: [HandMadeEvidence.paper()], options: .init(budget: .parameters(1_000_000_000_000)))
        }
        #expect(error?.code == "derive.budgetTooLarge")
        #expect(
            error?.description.hasPrefix(
                "derive: no VGNet of this form is as large as 1000000000000 parameters (--budget); expected a budget within"
            )
                == true)
    }

    // MARK: Latency

    /// On a machine that needs 2 ns a parameter.
    private static func machine(_ design: VGNetConfig, _ published: VGNetConfig) -> PairedTime {
        let times = [design, published].map { Double($0.parameters.learnable) * 2e-6 }
        return PairedTime(
            milliseconds: times[0], referenceMilliseconds: times[1], ratio: times[0] / times[1], rounds: 1)
    }

    /// 1.2 ms are 600,000 parameters, below the 997,358 that are allowed.
    @Test func aLatencyHoldsBesideTheOtherBounds() throws {
        var options = try Self.options()
        options.budget.latency = .milliseconds(1.2)
        let derivation = try Derivation.derive(
            from: [HandMadeEvidence.paper()], options: options, measure: Self.machine)
        #expect((588_000...600_000).contains(derivation.config.parameters.learnable))
        #expect(derivation.cost.macs <= 141_300_232)
        #expect(try #require(derivation.time).milliseconds <= 1.2)
        // Plenty of time changes nothing.
        options.budget.latency = .milliseconds(100)
        let ample = try Derivation.derive(
            from: [HandMadeEvidence.paper()], options: options, measure: Self.machine)
        #expect(ample.config.name == "vgnetg-1.0mp")
    }

    /// A machine that is slow where kernels are mixed: the design shrinks until it is as fast as the published net.
    @Test func theTimeOfThePublishedNetIsABoundToo() throws {
        var options = try Self.options()
        options.rules = try RuleSet(parsing: "D1")
        options.budget.latency = .published
        let networks = [HandMadeEvidence.strided(400, blurs: 240, title: "Mixed")]
        let derivation = try Derivation.derive(from: networks, options: options) { design, published in
            let time = Self.machine(design, published)
            return PairedTime(
                milliseconds: time.milliseconds * 1.1, referenceMilliseconds: time.referenceMilliseconds,
                ratio: time.ratio * 1.1, rounds: 1)
        }
        #expect(try #require(derivation.time).ratio <= 1)
        #expect(Double(derivation.config.parameters.learnable) >= 0.97 * 997_358 / 1.1)
        // The published net itself needs no timing.
        let same = try Derivation.derive(
            from: [HandMadeEvidence.paper()],
            options: { options in
                var options = options
                options.rules = .withoutTrained
                return options
            }(options)
        ) { _, _ in
            Issue.record("timed")
            return PairedTime(milliseconds: 1, referenceMilliseconds: 1, ratio: 1, rounds: 1)
        }
        #expect(same.config.name == "vgnetg-1.0mp")
    }

    @Test(arguments: [("3.5", LatencyBound.milliseconds(3.5)), ("published", .published), ("Published", .published)])
    func latenciesAreRead(text: String, bound: LatencyBound) throws {
        #expect(try LatencyBound(parsing: text) == bound)
    }
}
