import Datasets
import Evaluation
import Files
import Images
import Models
import TestSupport
import Testing
import VGNets

@Suite struct StartMeasurementTests {
    @Test("Pictures of columns correlate down more than across, and the kernels have gain 1 under what was measured")
    func measuresTheNetsOwnInputs() throws {
        try withTemporaryFolder { root in
            for label in 0..<2 {
                try FolderWriter.prepare("\(root)/class\(label)")
                let bytes = (0..<256).flatMap { pixel -> [UInt8] in
                    let isBright = (pixel % 16 + label) % 2 == 0
                    return [isBright ? 230 : 20, isBright ? 200 : 30, 90]
                }
                try ImageFile.writePNG(
                    RGBImage(width: 16, height: 16, bytes: bytes), to: "\(root)/class\(label)/0.png")
            }
            let config = try VGNetConfig(
                name: "tiny", channels: [4, 8, 8, 8, 16], blocks: [1, 2, 1, 1], classes: 2, inputSize: 16,
                isThumbnail: true)
            let net = try VGNet(config, seed: 3, start: .unitGain)
            let measured = try StartMeasurement(net, on: ImageDataSet.open(root))
            #expect(measured.images == 2)
            let learned = net.graph.parameters.filter {
                $0.kind == .learnable && $0.tensor.shape.rank == 4 && $0.tensor.shape[1] == 1
                    && $0.tensor.shape[2] == 3
            }
            #expect(
                Set(learned.map(\.name)).isSuperset(of: measured.correlations.keys.filter { $0.contains("stage1") }))
            let first = try #require(measured.correlations.keys.sorted().first { $0.contains("stage1/0") })
            let correlation = try #require(measured.correlations[first])
            #expect(correlation.at(rows: 1, columns: 0) > correlation.at(rows: 0, columns: 1))
            let (scaled, count) = measured.unitGain(of: net)
            #expect(
                count == learned.filter { measured.correlations[$0.name] != nil }.reduce(0) { $0 + $1.tensor.shape[0] })
            for parameter in scaled.graph.parameters where learned.contains(where: { $0.name == parameter.name }) {
                guard let own = measured.correlations[parameter.name] else { continue }
                for start in stride(from: 0, to: parameter.tensor.scalars.count, by: 9) {
                    let kernel = parameter.tensor.scalars[start..<start + 9]
                    let gain = KernelGain.gain(kernel, rows: 3, columns: 3) { own.at(rows: $0, columns: $1) }
                    #expect(abs(gain - 1) < 1e-4)
                }
            }
            #expect(
                measured.sentence.hasPrefix("measured on 2 images of \(root) in the net itself: neighbouring pixels"))
        }
    }
}
