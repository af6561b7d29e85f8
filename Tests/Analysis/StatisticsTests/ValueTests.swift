import Architectures
import Classification
import Foundation
import Kernels
import Statistics
import TestSupport
import Testing

/// Statistics are values: they outlive the file, and every number survives a file of their own.
@Suite struct ValueTests {
    /// Depthwise layers with a normalisation behind one, a standard strided layer, a rectangular and a 1×1 layer.
    private static func network() -> ConvNetwork {
        let kernels: [NamedKernel] = [
            FixedKernels.sobelX, FixedKernels.laplacian4, .delta(), .gaussian(sigmaPixels: 1),
        ]
        func scalars(_ count: Int) -> [Float] {
            (0..<count).flatMap { index -> [Float] in
                let factor = 1 + Float(index % 7) / 8
                return kernels[index % 4].values.map { $0 * factor }
            }
        }
        return MemoryNetwork.make([
            .init(name: "stem", shape: [8, 3, 3, 3], stride: 2, scalars: scalars(24), role: .stem),
            .init(name: "a", shape: [40, 1, 3, 3], scalars: scalars(40)),
            .init(name: "mix", shape: [2, 8, 1, 1], scalars: (0..<16).map { Float($0) - 4 }),
            .init(name: "strip", shape: [1, 1, 1, 3], scalars: [1, 2, 1]),
        ])
    }

    @Test func everyNumberSurvivesJSON() throws {
        let statistics = try NetworkStatistics.analyse(Self.network())
        let text = try JSONEncoder().encode(statistics)
        let again = try JSONDecoder().decode(NetworkStatistics.self, from: text)
        #expect(again == statistics && again.inconsistency == nil)
        #expect(again.layers[1].classifications.count == 40 && again.layers[0].blueprint != nil)
        #expect(again.withoutKernels.layers.allSatisfy { $0.classifications.isEmpty })
        #expect(again.withoutKernels.counts == statistics.counts)
    }

    @Test func theKernelsComeFromTheNetworkByTheNamesOfItsTensors() throws {
        let network = Self.network()
        let analysed = try AnalysedNetwork.analyse(network)
        let source = try #require(analysed.kernels)
        for layer in analysed.statistics.layers {
            #expect(
                try source.bank(of: layer.layer)
                    == KernelBanks.read(network.spatialLayer(layer.layer.number ?? 0), of: network))
        }
        let mix = try #require(analysed.statistics.pointwise.first)
        #expect(try source.pointwiseMatrix(of: mix) == (0..<16).map { Float($0) - 4 })
        #expect(try source.pointwiseMatrix(of: analysed.statistics.layers[0].layer) == nil)
        let foreign = ConvLayer(
            number: 1, name: "b", tensorName: "b.weight", weightShape: [1, 1, 3, 3], stride: 1,
            connectivity: .standard, role: .body)
        #expect(throws: (any Error).self) { try source.bank(of: foreign) }
    }

    /// γ/√(σ² + ε) = 3/√(8 + 1) = 1 and 6/√(8 + 1) = 2 stand behind the two rows.
    @Test func aMatrixHasTheFactorsOfItsNormalisation() throws {
        let plain = MemoryNetwork.make([.init(name: "mix", shape: [2, 2, 1, 1], scalars: [1, 2, 3, 4])])
        let norm = BatchNorm(
            weight: [3, 6], bias: [0, 0], runningMean: [0, 0], runningVariance: [8, 8], epsilon: 1)
        let layer = plain.layers[0]
        let normed = ConvLayer(
            number: nil, name: layer.name, tensorName: layer.tensorName, weightShape: layer.weightShape, stride: 1,
            connectivity: .standard, role: .body, batchNorm: norm)
        let network = plain.replacing(layers: [normed])
        #expect(try network.pointwiseMatrix(of: layer) == [1, 2, 6, 8])
    }
}
