import Files
import Foundation
import TestSupport
import Testing

@testable import EventFiles

@Suite struct EventFileTests {
    /// RFC 3720, appendix B.4.
    private static let known: [([UInt8], UInt32)] = [
        (Array("123456789".utf8), 0xE306_9283),
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
        ([UInt8](repeating: 255, count: 32), 0x62A8_AB43),
        ((0..<32).map { UInt8($0) }, 0x46DD_794E),
    ]

    @Test(arguments: known)
    func checksumsAreThoseOfTheRFC(bytes: [UInt8], sum: UInt32) {
        #expect(MaskedCRC32C.plain(bytes) == sum)
    }

    /// The bytes that TensorBoard 2.21's own `RecordWriter` writes of the same `Event`s.
    @Test func recordsAreTheBytesOfTensorBoardsWriter() {
        func hex(_ record: EventRecord, time: Double = 1_700_000_000.5, step: Int) -> String {
            EventRecord.framed(record.message(time: time, step: step)).map {
                String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
            }.joined()
        }
        #expect(
            hex(.version, step: 0)
                == "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b353110")
        #expect(hex(.start, step: 7) == "0f000000000000006d532b090900002040fc54d94110073a0208019beb06a7")
        #expect(
            hex(.summary([.scalar("epoch/loss", 0.25)]), step: 300)
                == "2100000000000000017becf60900002040fc54d94110ac022a130a110a0a65706f63682f6c6f7373150000803e116b5f8b")
        let histogram = EventHistogram(range: -1...1, sums: (0.5, 2.25), limits: [0, 1], counts: [1, 2])
        let mixed: [EventSummary] = [
            .picture("k", png: [0x89, 0x50, 0x4E], width: 200, height: 2), .histogram("h", histogram), .scalar("z", 0),
        ]
        #expect(
            hex(.summary(mixed), time: 2, step: 1)
                == "82000000000000007b3fc35f09000000000000004010012a750a110a016b220c080210c8011803220389504e0a560a01682a51"
                + "09000000000000f0bf11000000000000f03f19000000000000084021000000000000e03f29000000000000024032100000000000000000000000000000f03f"
                + "3a10000000000000f03f00000000000000400a080a017a1500000000a97bfaff")
    }

    @Test func histogramsCountEveryFiniteNumberOnce() throws {
        let histogram = try #require(EventHistogram([0, 1, 2, 3, 30, .nan, .infinity]))
        #expect(histogram.range == 0...30)
        // 30 ranges of width 1, each with its upper end: 0 and 1 are in the first.
        #expect(histogram.limits == (1...30).map(Double.init))
        #expect(histogram.counts == [2, 1, 1] + [Int](repeating: 0, count: 26) + [1])
        #expect(histogram.sums == (36, 914))
        #expect(EventHistogram([7, 7])?.counts == [2])
        #expect(EventHistogram([.nan]) == nil)
        #expect(EventHistogram([]) == nil)
    }

    @Test func everyStartMakesAFileThatSortsBehindTheOlder() throws {
        try withTemporaryFolder { folder in
            let place = folder + "/run/a"
            let first = try EventFile(folder: place, step: 0)
            let second = try EventFile(folder: place, step: 11)
            #expect(first.path < second.path)
            let before = try InputFile.bytes(second.path)
            try second.append([.scalar("a", 1)], step: 12)
            let after = try InputFile.bytes(second.path)
            // What is there stays; one record is put behind it.
            #expect(after.starts(with: before))
            #expect(after.count > before.count)
        }
    }
}
