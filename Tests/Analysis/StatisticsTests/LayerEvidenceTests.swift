import Classification
import Kernels
import Tensors
import TestSupport
import Testing
import Architectures

@testable import Statistics

/// What may speak for a network: enough learned kernels, in layers that reduce, in an order that is known.
@Suite struct LayerEvidenceTests {
    private static let blur = NamedKernel.gaussian(sigmaPixels: 1).values
    private static let edge = FixedKernels.sobelX.values

    private func random(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count * 9).map { _ in Float(generator.normal()) }
    }

    private func repeated(_ kernel: [Float], _ count: Int) -> [Float] {
        Array(repeating: kernel, count: count).flatMap { $0 }
    }

    // MARK: - Too few kernels

    /// The least numbers by Σ C(n, i)·pⁱ·(1 − p)ⁿ⁻ⁱ in Python's exact fractions.
    @Test(arguments: [(0.035, 69), (0.01, 37)])
    func soManyKernelsAreNeeded(rate: Double, count: Int) {
        #expect(RandomnessVerdict.neededKernels(rate: rate) == count)
    }

    /// Random networks of few kernels: now and then one of them looks like something, which proves nothing.
    @Test(arguments: [8, 16, 32], [1, 2, 3, 4, 5, 6] as [UInt64])
    func fewRandomKernelsAreTooFewToTell(count: Int, seed: UInt64) throws {
        let network = MemoryNetwork.make([
            .init(name: "a", shape: [count / 2, 1, 3, 3], scalars: random(count / 2, seed: seed)),
            .init(name: "b", shape: [count / 2, 1, 3, 3], scalars: random(count / 2, seed: seed + 100)),
        ])
        let verdict = try NetworkStatistics.analyse(network).randomness
        #expect(verdict.verdict == .tooFew && !verdict.isRandom)
        #expect(verdict.sentence.hasPrefix("\(count) live kernels are too few to tell learned from random ones"))
    }

    @Test func fewKernelsThatAllHaveNamesAreLearned() throws {
        let network = MemoryNetwork.make([.init(name: "a", shape: [8, 1, 3, 3], scalars: repeated(Self.blur, 8))])
        #expect(try NetworkStatistics.analyse(network).randomness.verdict == .learned)
    }

    // MARK: - Fixed kernels

    @Test func fixedKernelsSayNothingAboutLearning() throws {
        let network = MemoryNetwork.make([
            .init(name: "down", shape: [200, 1, 3, 3], stride: 2, scalars: repeated(Self.blur, 200), isFixed: true),
            .init(name: "body", shape: [200, 1, 3, 3], scalars: random(200, seed: 7)),
        ])
        let verdict = try NetworkStatistics.analyse(network).randomness
        #expect(verdict.isRandom && verdict.liveKernels == 200 && verdict.fixedKernels == 200)
        #expect(verdict.sentence.hasSuffix(" 200 further kernels are fixed by design."))
    }

    // MARK: - Transposed convolutions and layers outside the family

    /// Ten layers: edges give way to blurs.
    private func layers(_ more: [MemoryNetwork.Layer] = []) -> [MemoryNetwork.Layer] {
        (0..<10).map { index in
            MemoryNetwork.Layer(
                name: "l\(index)", shape: [40, 1, 3, 3],
                scalars: repeated(Self.blur, 4 * index) + repeated(Self.edge, 40 - 4 * index))
        } + more
    }

    @Test func aTransposedConvolutionIsNoStridedLayer() throws {
        let up = MemoryNetwork.Layer(
            name: "up", shape: [40, 1, 3, 3], stride: 2, scalars: repeated(Self.blur, 40), role: .upsampling)
        let statistics = try NetworkStatistics.analyse(MemoryNetwork.make(layers([up])))
        let claims = Dictionary(uniqueKeysWithValues: statistics.paperClaims.map { ($0.statement, $0) })
        #expect(claims[.stridedBlur]?.verdict == .notTestable)
        #expect(claims[.stridedMixture]?.verdict == .notTestable)
        #expect(statistics.layers.last?.mixture == nil)
    }

    @Test func aHeadOutsideTheFamilyHasNoDepth() throws {
        let head = MemoryNetwork.Layer(
            name: "head", shape: [400, 1, 3, 3], scalars: repeated(Self.edge, 400), isOutsideFamily: true)
        let bare = try NetworkStatistics.analyse(MemoryNetwork.make(layers()))
        let statistics = try NetworkStatistics.analyse(MemoryNetwork.make(layers([head])))
        #expect(statistics.layers.count == 11 && statistics.chain.count == 10)
        #expect(statistics.depthCorrelation(of: .edge) == bare.depthCorrelation(of: .edge))
        #expect(statistics.paperClaims == bare.paperClaims)
    }

    // MARK: - Order

    @Test func withoutAnOrderNothingIsSaidAboutDepth() throws {
        let known = try NetworkStatistics.analyse(MemoryNetwork.make(layers()))
        #expect(known.depthCorrelation(of: .edge)?.coefficient == -1)
        let statistics = try NetworkStatistics.analyse(MemoryNetwork.make(layers(), isOrderKnown: false))
        #expect(statistics.depthCorrelation(of: .edge) == nil)
        let claims = Dictionary(uniqueKeysWithValues: statistics.paperClaims.map { ($0.statement, $0) })
        for statement in [PaperClaim.Statement.edgesFall, .blurRises, .middleIdentity, .lastBlur, .deadEarly] {
            #expect(claims[statement]?.verdict == .notTestable)
            #expect(claims[statement]?.finding.hasPrefix("order unknown") == true)
        }
    }

    // MARK: - Dilation

    @Test func zerosBetweenWeightsShowADilation() throws {
        var kernel = [Float](repeating: 0, count: 25)
        for (index, value) in Self.blur.enumerated() { kernel[index / 3 * 10 + index % 3 * 2] = value }
        let full = NamedKernel.gaussian(size: 5, sigmaPixels: 1).values
        let network = MemoryNetwork.make([
            .init(name: "sparse", shape: [4, 1, 5, 5], scalars: repeated(kernel, 4)),
            .init(name: "full", shape: [4, 1, 5, 5], scalars: repeated(full, 4)),
            .init(name: "delta", shape: [4, 1, 5, 5], scalars: repeated(NamedKernel.delta(size: 5).values, 4)),
        ])
        #expect(try NetworkStatistics.analyse(network).layers.map(\.apparentDilation) == [2, nil, nil])
    }
}
