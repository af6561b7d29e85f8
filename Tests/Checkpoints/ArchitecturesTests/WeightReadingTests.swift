import Diagnostics
import Tensors
import Testing

@testable import Architectures
@testable import Checkpoints

/// Weights of a recognised network, read by their layers.
@Suite struct WeightReadingTests {
    @Test func aWeightThatIsNotFiniteIsRefused() throws {
        struct NaNs: TensorSource {
            func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
                StoredTensor(
                    type: .float32, content: .floats(Array(repeating: .nan, count: entry.shape.elementCount)))
            }
        }
        let net = try #require(PublishedArchitecture.all.first { $0.title == "MobileNetV2 0.75" })
        let good = net.checkpoint()
        let bad = Checkpoint(
            path: "net.h5", format: "HDF5", files: [], entries: good.entries, attributes: [:], source: NaNs())
        let network = try ConvNetwork(recognising: bad)
        let error = #expect(throws: KernelVizError.self) {
            _ = try network.weight(of: network.spatialLayer(1))
        }
        #expect(
            error?.description
                == "net.h5: features.0.0.weight: 648 of 648 values are NaN or infinite; expected finite weights. "
                + "The training diverged or the file is damaged; use another one.")
        let kept = try network.weight(of: network.spatialLayer(1), nonFinite: .kept)
        #expect(kept.nonFiniteCount == 648)
    }
}
