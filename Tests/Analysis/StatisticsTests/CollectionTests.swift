import Classification
import Foundation
import HDF5
import Tensors
import TestSupport
import Testing

@testable import Statistics
@testable import Checkpoints

@Suite struct CollectionTests {
    private func kernels(_ count: Int) -> [Float] {
        var generator = SeededGenerator(seed: 2)
        return (0..<count).flatMap { index -> [Float] in
            let noise = (0..<9).map { _ in Float(generator.normal()) * 0.05 }
            switch index % 4 {
            case 0: return zip(noise, [0, 0, 0, 0, 1, 0, 0, 0, 0]).map { $0 + $1 }
            case 1: return zip(noise, [0.3, 0.6, 0.3, 0.6, 1, 0.6, 0.3, 0.6, 0.3]).map { $0 + $1 }
            case 2: return zip(noise, [-1, 0, 1, -2, 0, 2, -1, 0, 1]).map { $0 + $1 }
            default: return noise.map { $0 * 1e-3 }
            }
        }
    }

    private func write(_ values: [Float], to path: String) throws {
        try HDF5Writer.write(to: path) { try $0.write(values, dimensions: [values.count / 9, 9], to: "filters") }
    }

    /// More kernels than a piece holds: counts do not depend on the cut, nor on threads.
    @Test func everyKernelIsCountedOnceWhateverTheThreads() throws {
        try withTemporaryFolder { folder in
            let count = CollectionStatistics.pieceLength + 1200
            try write(kernels(count), to: folder + "/dataset.h5")
            let dataset = try #require(KernelDataset(try Checkpoint.open(folder + "/dataset.h5")))
            #expect(dataset.count == count && dataset.layers.isEmpty)
            var told: [Int] = []
            let one = try CollectionStatistics.analyse(dataset) { done, total in
                told.append(done)
                #expect(total == count)
            }
            #expect(told == [CollectionStatistics.pieceLength, count])
            let two = try CollectionStatistics.analyse(dataset, threads: 2)
            #expect(one == two)
            #expect(try JSONDecoder().decode(CollectionStatistics.self, from: JSONEncoder().encode(one)) == one)
            #expect(one.counts.total == count)
            for label in [KernelLabel.identity, .blur, .edge, .zero] { #expect(one.counts[label] == count / 4) }
            #expect(one.structuredPieces == 2 && one.testedPieces == 2 && one.sparse == count / 4)
            #expect(abs((one.dcGain.quantile(0.5) ?? 0) - 0.85) < 0.2)
        }
    }

    @Test func layersAreBelievedOnlyWhereTheyCoverEverything() {
        #expect(KernelDataset.layers("0:23 24:31 32:99", count: 100) == [0..<24, 24..<32, 32..<100])
        for wrong in ["0:23 25:99", "0:23 24:100", "0:23", "0:23 24:31 31:99", "a:b", "", "1:99"] {
            #expect(KernelDataset.layers(wrong, count: 100).isEmpty, "\(wrong)")
        }
        #expect(KernelDataset.layers(nil, count: 100).isEmpty)
    }

    /// h5py and pandas: 34 layers of 2,368 kernels, the first of 24, made from MobileNetV1 0.25 and another net.
    @Test(.needsSharedFiles) func theTableOfCNNFilterDBTellsTheLayers() throws {
        let path = SharedFiles.path("weights/layouts/cnn_filter_db_like_dataset.h5")
        let dataset = try #require(KernelDataset(try Checkpoint.open(path)))
        #expect(dataset.layers.count == 34 && dataset.layers[0] == 0..<24 && dataset.layers[2] == 32..<160)
        let all = try CollectionStatistics.analyse(dataset)
        #expect(all.counts.total == 2368)
        let part = try dataset.weights(24..<32)
        #expect(part == Array(try dataset.weights(0..<2368)[24 * 9..<32 * 9]))
    }

    @Test func quantilesOfATally() {
        var tally = Tally(limit: 10, steps: 100)
        for value in 0..<100 { tally.add(Double(value) / 10 + 0.05) }
        #expect(abs((tally.quantile(0.5) ?? 0) - 5) < 0.06 && tally.total == 100)
        #expect(Tally(limit: 1, steps: 2).quantile(0.5) == nil)
    }
}
