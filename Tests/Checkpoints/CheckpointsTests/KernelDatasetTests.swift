import TestSupport
import Testing

@testable import Checkpoints

/// CNN Filter DB's layout as h5py writes it with gzip, shuffle and chunks of 64 rows (`Fixtures/make_filters.py`).
@Suite struct KernelDatasetTests {
    private func open() throws -> KernelDataset {
        let path = SharedFiles.packageRoot + "/Tests/Checkpoints/CheckpointsTests/Fixtures/filters_gzip.h5"
        return try #require(KernelDataset(try Checkpoint.open(path)))
    }

    @Test func theTableTellsTheLayers() throws {
        let kernels = try open()
        #expect(kernels.count == 1000 && kernels.size == 3)
        #expect(kernels.layers == [0..<24, 24..<100, 100..<1000])
    }

    /// Within a chunk, across the borders of chunks, the last and unfilled one, all and none.
    @Test(arguments: [0..<1, 5..<9, 63..<65, 60..<200, 990..<1000, 999..<1000, 0..<1000, 64..<128, 7..<7])
    func rowsOfPackedChunksAreRead(rows: Range<Int>) throws {
        let expected = rows.flatMap { row in (0..<9).map { Float(row) + Float($0) / 16 } }
        #expect(try open().weights(rows) == expected)
    }
}
