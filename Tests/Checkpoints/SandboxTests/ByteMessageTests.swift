import Sandbox
import Testing

/// Messages between processes, whole and broken.
@Suite struct ByteMessageTests {
    @Test func whatIsWrittenIsReadBack() throws {
        var writer = ByteWriter()
        writer.write(UInt8(7))
        writer.write(-3)
        writer.write("weights: 3×3")
        writer.write(nil as String?)
        writer.write("" as String?)
        var reader = ByteReader(writer.bytes)
        #expect(try reader.byte() == 7)
        #expect(try reader.number() == -3)
        #expect(try reader.text() == "weights: 3×3")
        #expect(try reader.optionalText() == nil)
        #expect(try reader.optionalText() == "")
        #expect(throws: ByteReader.Malformed.self) { try reader.byte() }
    }

    @Test func numbersAreLittleEndian() {
        var writer = ByteWriter()
        writer.write(0x0102)
        #expect(writer.bytes == [2, 1, 0, 0, 0, 0, 0, 0])
    }

    @Test(arguments: [
        [], [1], [255, 255, 255, 255, 255, 255, 255, 255], [9, 0, 0, 0, 0, 0, 0, 0, 65],
        [1, 0, 0, 0, 0, 0, 0, 0, 0xFF],
    ])
    func brokenTextsAreRefused(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        #expect(throws: ByteReader.Malformed.self) { try reader.text() }
    }

    @Test func countsAreBoundedByWhatFollows() throws {
        var writer = ByteWriter()
        writer.write(3)
        writer.write(0)
        var reader = ByteReader(writer.bytes)
        #expect(throws: ByteReader.Malformed.self) { try reader.count(itemBytes: 8) }
    }
}
