import Classification
import Kernels
import Statistics
import Tensors
import TestSupport
import Testing
import VGNets
import Architectures

@testable import Derivation

/// What counts as evidence, and how far it reaches.
@Suite struct EvidenceTests {
    private static func options(_ rules: RuleSet = .withoutTrained) -> Derivation.DesignOptions {
        var options = Derivation.DesignOptions(budget: DesignBudget())
        options.rules = rules
        return options
    }

    private static func body(_ identities: Int, of count: Int, _ title: String) -> AnalysedNetwork {
        HandMadeEvidence.network(
            [
                HandMadeEvidence.Layer(stride: 2, role: .stem, edges: 300),
                HandMadeEvidence.Layer(stride: 2, edges: 100),
                HandMadeEvidence.Layer(identities: identities, edges: count - identities),
            ], title: title)
    }

    /// Shares .1, .2 and .6 of 1000, 500 and 100 kernels: mean .3, standard deviation .2646, t(2) = 4.303:
    /// .3 ± .657, cut off at 0; of all kernels 260/1600 = .1625, weights .625, .3125 and .0625:
    /// √(3/2 · (.0391² + .0117² + .0273²)) = .0602, times 4.303 = .259.
    @Test func networksAreTheUnitOfAnInterval() throws {
        let networks = [
            Self.body(100, of: 1000, "A"), Self.body(100, of: 500, "B"), Self.body(60, of: 100, "C"),
        ]
        let alike = Evidence(networks).body(1).share(.identity)
        #expect(abs(alike.value - 0.3) < 1e-9)
        #expect(alike.low == 0)
        #expect(abs(try #require(alike.high) - 0.957) < 0.001)
        #expect(alike.networks == 3)
        let pooled = Evidence(networks, weighting: .kernels).body(1).share(.identity)
        #expect(abs(pooled.value - 0.1625) < 1e-9)
        #expect(pooled.low == 0)
        #expect(abs(try #require(pooled.high) - 0.4216) < 0.001)
        #expect(alike.percent == "30 % (95 % interval over 3 networks 0 to 96 %)")
        let one = Evidence([networks[0]]).body(1).share(.identity)
        #expect(one.low == nil && one.percent == "10 % (one network, no interval)")
    }

    /// Twelve kernels say nothing about their network, forty-nine nothing about a stage.
    @Test func tooFewKernelsAreNoEvidence() {
        let networks = [Self.body(100, of: 1000, "A"), Self.body(12, of: 12, "B")]
        let pool = Evidence(networks).body(1)
        #expect(pool.pools.map(\.network) == ["A"])
        #expect(pool.total == 1012)
        #expect(pool.share(.identity).value == 0.1)
    }

    /// The paper's picture confirms what it was made of; other kernels contradict it; fields without kernels are silent.
    @Test func theKernelsConfirmContradictOrAreSilent() throws {
        let paper = try Derivation.derive(from: [HandMadeEvidence.paper()], options: Self.options()).agreement
        #expect(
            paper.confirmed.map(\.text) == [
                "channels (stem, all stages)", "blocks (all stages)", "downsampling (all stages)",
                "gaussian_sigma (all stages)", "identity (all stages)", "last",
            ])
        #expect(paper.contradicted.isEmpty)
        let other = try Derivation.derive(
            from: [HandMadeEvidence.strided(400, blurs: 40, title: "A")], options: Self.options())
        #expect(other.config.name == "vgnetg-1.0mp")
        #expect(other.agreement.contradicted.map(\.text) == ["downsampling (stage 1)", "gaussian_sigma (stage 1)"])
        #expect(
            other.agreement.silent.map(\.text).contains("downsampling (stages 2, 3, 4)"))
        #expect(other.yaml.contains("# They show something else: downsampling (stage 1), gaussian_sigma (stage 1)."))
        // Two networks that disagree say nothing.
        let both = try Derivation.derive(
            from: [
                HandMadeEvidence.strided(400, blurs: 40, title: "A"),
                HandMadeEvidence.strided(400, blurs: 390, title: "B"),
            ], options: Self.options())
        #expect(both.agreement.silent.map(\.text).contains("downsampling (all stages)"))
    }

    /// D3, D4, D6 and D8 are measured and decide nothing unless they are asked for.
    @Test func rulesThatAreOffAreComments() throws {
        let layers = [
            HandMadeEvidence.Layer(stride: 2, role: .stem, edges: 225, dead: 75),
            HandMadeEvidence.Layer(stride: 2, blurs: 400),
            HandMadeEvidence.Layer(identities: 100, edges: 260, dead: 40),
        ]
        let derivation = try Derivation.derive(from: [HandMadeEvidence.network(layers)], options: Self.options())
        #expect(derivation.config == (try VGNetConfig.published("vgnetg-1.0mp")))
        for (field, rule) in [("channels", "D6"), ("blocks", "D8"), ("identity", "D4"), ("downsampling", "D1")] {
            let reason = try #require(derivation.reasons.first { $0.field == field })
            #expect(reason.isDefault)
            #expect(reason.statistic.contains("measured, decides nothing (\(rule) is off)"), "\(field)")
        }
    }

    // MARK: Places

    private func places(_ layers: [MemoryNetwork.Layer], family: String = "TestNet") throws -> [Int?] {
        let network = MemoryNetwork.make(layers)
        let places = StagePlaces(NetworkFacts(network))
        return network.layers.map(places.stage)
    }

    private func layer(_ name: String, stride: Int, role: ConvLayer.Role? = nil) -> MemoryNetwork.Layer {
        .init(name: name, shape: [16, 1, 3, 3], stride: stride, scalars: [Float](repeating: 1, count: 144), role: role)
    }

    /// Branches of one block open one stage, blocks one behind the other two.
    @Test func stridedBranchesOpenOneStage() throws {
        let found = try places([
            layer("stem", stride: 2, role: .stem), layer("stage2.0.branch1.0", stride: 2),
            layer("stage2.0.branch2.3", stride: 2), layer("stage2.1.branch2.3", stride: 1),
            layer("stage3.0.branch1.0", stride: 2), layer("stage3.0.branch2.3", stride: 2),
        ])
        #expect(found == [nil, 1, 1, 1, 2, 2])
        let chain = try places([
            layer("stem", stride: 2, role: .stem), layer("features.1.block.0.0", stride: 2),
            layer("features.2.block.1.0", stride: 2),
        ])
        #expect(chain == [nil, 1, 2])
        let halves = try places([
            layer("features.stem.0", stride: 2, role: .stem), layer("features.stage1.0.downsample.fixed", stride: 2),
            layer("features.stage1.0.downsample.learned.0", stride: 2), layer("features.stage1.1.half3x3.0", stride: 1),
            layer("features.stage2.0.downsample", stride: 2),
        ])
        #expect(halves == [nil, 1, 1, 1, 2])
    }

    // MARK: Fits

    /// A Gaussian is its own best replacement; of a Sobel kernel, whose symmetry is another, it keeps nothing.
    @Test func whatAGaussianKeepsOfTheOutputs() throws {
        func evidence(_ kernel: [Float]) throws -> NetworkEvidence {
            let strided = Array(repeating: kernel, count: 240).flatMap { $0 }
            let network = MemoryNetwork.make([
                .init(name: "stem", shape: [240, 1, 3, 3], stride: 2, scalars: strided, role: .stem),
                .init(name: "down", shape: [240, 1, 3, 3], stride: 2, scalars: strided),
            ])
            return NetworkEvidence(try AnalysedNetwork.analyse(network), title: "net")
        }
        let blur = try #require(
            GaussianFit(try evidence(NamedKernel.gaussian(sigmaPixels: 1).values), stage: 1))
        #expect(blur.kept > 0.999 && blur.control < 0.99 && blur.count == 240)
        let sobel = try #require(GaussianFit(try evidence([-1, 0, 1, -2, 0, 2, -1, 0, 1]), stage: 1))
        #expect(sobel.kept < 1e-6 && sobel.control > 0)
        #expect(try GaussianFit(try evidence([-1, 0, 1, -2, 0, 2, -1, 0, 1]), stage: 2) == nil)
        let findings = try GaussianFit.findings([try evidence(NamedKernel.gaussian(sigmaPixels: 1).values)])
        #expect(findings.count == 1 && findings[0].place == "stage 1" && findings[0].isDefault)
        #expect(
            findings[0].statistic.hasPrefix(
                "a Gaussian in place of each of 240 strided kernels keeps 100 % (one network, no interval) of its output's"
            ))
    }

    // MARK: Ranks

    /// Of independent normal weights r is o·i/(o + i + 1); copies of one row have rank 1; an identity has full rank.
    @Test func theEffectiveRankOfKnownMatrices() throws {
        var generator = SeededGenerator(seed: 3)
        let normal = (0..<96 * 160).map { _ in Float(generator.normal()) }
        let random = try #require(PointwiseRank(normal, rows: 96, columns: 160))
        #expect(abs(random.rank - 96 * 160 / 257.0) < 2)
        #expect(abs(random.share - 1) < 0.05 && !random.isSketched)
        let tall = try #require(PointwiseRank(normal, rows: 160, columns: 96))
        #expect(abs(tall.rank - 96 * 160 / 257.0) < 2)
        let same = try #require(PointwiseRank((0..<64 * 32).map { Float($0 % 32 + 1) }, rows: 64, columns: 32))
        #expect(abs(same.rank - 1) < 1e-3)
        let identity = (0..<50 * 50).map { $0 % 51 == 0 ? Float(1e-20) : 0 }
        #expect(abs(try #require(PointwiseRank(identity, rows: 50, columns: 50)).rank - 50) < 1e-3)
        #expect(PointwiseRank([0, 0], rows: 1, columns: 2) == nil)
        #expect(PointwiseRank([1, .nan], rows: 1, columns: 2) == nil)
    }

    /// Beyond 256 rows and columns the sum is estimated, within 3 % for a random matrix.
    @Test func largeMatricesAreSketched() throws {
        var generator = SeededGenerator(seed: 5)
        let normal = (0..<300 * 400).map { _ in Float(generator.normal()) }
        let rank = try #require(PointwiseRank(normal, rows: 300, columns: 400))
        #expect(rank.isSketched)
        #expect(abs(rank.share - 1) < 0.03)
        #expect(rank == PointwiseRank(normal, rows: 300, columns: 400))
    }

    /// The 1×1 layers of a stage are reported and decide nothing.
    @Test func theRanksOfAStageAreComments() throws {
        var generator = SeededGenerator(seed: 7)
        let blurs = Array(repeating: NamedKernel.gaussian(sigmaPixels: 1).values, count: 240).flatMap { $0 }
        let sobel: [Float] = [-1, 0, 1, -2, 0, 2, -1, 0, 1]
        let edges = Array(repeating: sobel, count: 240).flatMap { $0 }
        let network = MemoryNetwork.make([
            .init(name: "stem", shape: [240, 1, 3, 3], stride: 2, scalars: blurs, role: .stem),
            .init(name: "down", shape: [240, 1, 3, 3], stride: 2, scalars: blurs),
            .init(name: "mix", shape: [40, 240, 1, 1], scalars: (0..<9600).map { _ in Float(generator.normal()) }),
            .init(name: "body", shape: [240, 1, 3, 3], scalars: edges),
        ])
        let evidence = NetworkEvidence(try AnalysedNetwork.analyse(network), title: "net")
        #expect(evidence.pointwise.map(\.count) == [1, 0, 0, 0])
        let findings = try PointwiseSpectra([evidence]).findings
        #expect(findings.count == 1 && findings[0].place == "stage 1" && findings[0].isDefault)
        #expect(findings[0].statistic.hasPrefix("effective rank of 1 1×1 layers: 1.0"))
        #expect(findings[0].statistic.hasSuffix("measured, decides nothing"))
        #expect(findings[0].support == nil)
    }
}
