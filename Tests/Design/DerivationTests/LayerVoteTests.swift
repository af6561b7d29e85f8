import Classification
import Kernels
import Statistics
import TestSupport
import Testing
import Architectures

@testable import Derivation

/// Which layers vote on a design.
@Suite struct LayerVoteTests {
    private func blurs(_ count: Int) -> [Float] {
        Array(repeating: NamedKernel.gaussian(sigmaPixels: 1).values, count: count).flatMap { $0 }
    }

    private func evidence(isOrderKnown: Bool = true) throws -> NetworkEvidence {
        let network = MemoryNetwork.make(
            [
                .init(name: "stem", shape: [200, 1, 3, 3], stride: 2, scalars: blurs(200), role: .stem),
                .init(name: "fixed", shape: [210, 1, 3, 3], stride: 2, scalars: blurs(210), isFixed: true),
                .init(name: "down", shape: [220, 1, 3, 3], stride: 2, scalars: blurs(220)),
                .init(name: "up", shape: [230, 1, 3, 3], stride: 2, scalars: blurs(230), role: .upsampling),
                .init(name: "body", shape: [240, 1, 3, 3], scalars: blurs(240)),
                .init(name: "head", shape: [250, 1, 3, 3], stride: 2, scalars: blurs(250), isOutsideFamily: true),
            ], isOrderKnown: isOrderKnown)
        return NetworkEvidence(try AnalysedNetwork.analyse(network), title: "net")
    }

    @Test func fixedTransposedAndForeignLayersVoteOnNothing() throws {
        let evidence = try evidence()
        // Strides 2, 4 and 8 are those of the stem and of stages 1 and 2.
        #expect(evidence.downsampling.map(\.counts.total) == [0, 220, 0, 0])
        // Behind the transposed layer the resolution is that of stage 1 again.
        #expect(evidence.body.map(\.counts.total) == [240, 0, 0, 0])
        #expect(evidence.counts.total == 200 + 220 + 240)
        #expect(evidence.refusal == nil)
    }

    @Test func withoutAnOrderThereIsNoEvidence() throws {
        let evidence = try evidence(isOrderKnown: false)
        #expect(evidence.downsampling.allSatisfy { $0.counts.total == 0 })
        #expect(evidence.refusal == "the order of its layers is not known")
    }
}
