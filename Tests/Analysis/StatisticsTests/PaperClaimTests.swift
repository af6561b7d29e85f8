import Classification
import Kernels
import Tensors
import TestSupport
import Testing
import Architectures

@testable import Statistics

@Suite struct PaperClaimTests {
    /// By summing the hypergeometric distribution in exact fractions (Python).
    @Test(arguments: [
        (8, 10, 3, 12, 0.014_986_561_426), (5, 20, 5, 20, 0.641_786_722_432), (0, 5, 3, 9, 1),
        (300, 500, 250, 500, 0.000_913_503_824),
    ])
    func fishersTest(a: Int, n: Int, b: Int, m: Int, expected: Double) {
        #expect(abs(FisherTest.greater(a, of: n, b, of: m) - expected) < 1e-9)
    }

    private static let blur = NamedKernel.gaussian(sigmaPixels: 1).values
    private static let edge = FixedKernels.sobelX.values
    private static let identity = NamedKernel.delta().values

    /// Ten layers of forty kernels; `parts` says how many of each are identity, blur, edge and zero.
    private func network(_ parts: [(Int, Int, Int, Int)], strides: [Int: Int]) throws -> NetworkStatistics {
        let network = MemoryNetwork.make(
            parts.enumerated().map { index, part in
                let kernels =
                    Array(repeating: Self.identity, count: part.0) + Array(repeating: Self.blur, count: part.1)
                    + Array(repeating: Self.edge, count: part.2)
                    + Array(repeating: [Float](repeating: 0, count: 9), count: part.3)
                return MemoryNetwork.Layer(
                    name: "l\(index)", shape: [kernels.count, 1, 3, 3], stride: strides[index] ?? 1,
                    scalars: kernels.flatMap { $0 })
            })
        return try NetworkStatistics.analyse(network)
    }

    private func verdicts(_ statistics: NetworkStatistics) -> [PaperClaim.Statement: PaperClaim] {
        Dictionary(uniqueKeysWithValues: statistics.paperClaims.map { ($0.statement, $0) })
    }

    /// Edges give way to blurs from layer to layer; identities in the middle, blurs at stride 2, a dead second layer.
    @Test func aNetworkAsThePaperDescribesItBearsTheClaimsOut() throws {
        let parts = [
            (0, 4, 36, 0), (0, 2, 22, 16), (0, 20, 20, 0), (0, 22, 18, 0), (12, 12, 16, 0), (14, 12, 14, 0),
            (0, 28, 12, 0), (0, 30, 10, 0), (0, 36, 4, 0), (0, 40, 0, 0),
        ]
        let found = verdicts(try network(parts, strides: [7: 2]))
        #expect(found[.stridedBlur]?.verdict == .supported && (found[.stridedBlur]?.pValue ?? 1) < 0.01)
        #expect(found[.middleIdentity]?.verdict == .supported)
        #expect(found[.edgesFall]?.verdict == .supported && (found[.edgesFall]?.rankCorrelation ?? 0) < -0.7)
        #expect(found[.blurRises]?.verdict == .supported && (found[.blurRises]?.rankCorrelation ?? 0) > 0.7)
        #expect(found[.deadEarly]?.verdict == .supported)
        #expect(found[.salientSlices]?.verdict == .notTestable)
    }

    @Test func aNetworkTurnedRoundDoesNot() throws {
        let parts = (0..<10).map { (0, 40 - 4 * $0, 4 * $0, 0) }
        let found = verdicts(try network(parts, strides: [8: 2]))
        for statement in [PaperClaim.Statement.stridedBlur, .middleIdentity, .edgesFall, .blurRises, .deadEarly] {
            #expect(found[statement]?.verdict == .notSupported, "\(statement)")
        }
        #expect((found[.edgesFall]?.rankCorrelation ?? 0) > 0.9)
    }

    @Test(.needsSharedFiles) func mobileNetV2BearsOutWhatThePaperSaysOfIt() throws {
        var settings = ClassifierSettings()
        settings.perturbations = 0
        let path = SharedFiles.path("weights/mobilenetv2_1.0_224_int8dq.h5")
        let found = verdicts(try NetworkStatistics.analyse(ConvNetwork.open(path), settings: settings))
        #expect(found[.stridedBlur]?.verdict == .supported && found[.middleIdentity]?.verdict == .supported)
        #expect(found[.deadEarly]?.verdict == .notSupported)
    }
}
