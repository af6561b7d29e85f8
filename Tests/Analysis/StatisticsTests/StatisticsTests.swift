import Classification
import Diagnostics
import Kernels
import Tensors
import TestSupport
import Testing

@testable import Statistics

@Suite struct StatisticsTests {
    private func repeated(_ kernel: [Float], _ count: Int) -> [Float] {
        Array(repeating: kernel, count: count).flatMap { $0 }
    }

    @Test func layersAreCountedInNetworkOrderAndProgressIsTold() throws {
        let network = MemoryNetwork.make([
            .init(
                name: "first", shape: [4, 1, 3, 3], stride: 2,
                scalars: repeated(NamedKernel.gaussian(sigmaPixels: 1.2).values, 3) + FixedKernels.sobelX.values),
            .init(name: "wide", shape: [1, 1, 1, 3], scalars: [1, 1, 1]),
            .init(name: "second", shape: [2, 1, 3, 3], scalars: repeated(NamedKernel.delta().values, 2)),
        ])
        var told: [[Int]] = []
        let statistics = try NetworkStatistics.analyse(network) { told.append([$0, $1]) }
        #expect(told == [[2, 2]])
        #expect(statistics.layers.map(\.layer.name) == ["first", "second"])
        #expect(statistics.skipped.map(\.name) == ["wide"])
        let first = statistics.layers[0]
        #expect(first.counts[.blur] == 3 && first.counts[.edge] == 1)
        #expect(abs((first.medianSigmaPixels ?? 0) - 1.2) < 0.01)
        #expect(first.medianDCGain > 0.999)
        // Three bumps are fully symmetric, one Sobel is odd.
        #expect(abs(first.symmetry.fullySymmetric - 0.75) < 1e-5 && abs(first.symmetry.odd - 0.25) < 1e-5)
        #expect(first.shapeCounts.map { "\($0.shape.rawValue) \($0.count)" } == ["gaussian 3", "sobel-x 1"])
        #expect(statistics.counts[.identity] == 2 && statistics.counts.total == 6)
        #expect(statistics.calibrations.map(\.nullRates.size) == [3])
    }

    @Test func whatProgressThrowsEndsTheWork() throws {
        let network = MemoryNetwork.make([
            .init(name: "a", shape: [1, 1, 3, 3], scalars: NamedKernel.delta().values)
        ])
        let stop = KernelVizError(code: "test.stop", subject: "a", found: "stopped")
        #expect(throws: stop) { try NetworkStatistics.analyse(network) { _, _ in throw stop } }
    }

    @Test func randomWeightsAreCalledRandom() throws {
        var generator = SeededGenerator(seed: 12)
        let network = MemoryNetwork.make(
            (0..<3).map { index in
                .init(
                    name: "conv\(index)", shape: [200, 1, 3, 3],
                    scalars: (0..<1800).map { _ in Float(generator.normal()) })
            })
        let verdict = try NetworkStatistics.analyse(network).randomness
        #expect(verdict.isRandom && verdict.structuredLayers == 0 && verdict.testedLayers == 3)
        #expect(
            verdict.sentence
                == "The kernels look random, as in a network that was not trained: 0 % of the live kernels are "
                + "identity, blur or edge (random kernels that look so: 48 %), 0 of 3 layers differ from their own shuffled weights."
        )
    }
}
