import Testing

@testable import Checkpoints

/// Numbers by hand and by the formats' tables.
@Suite struct NumberTypeTests {
    @Test func elementsAreLittleEndian() {
        #expect(NumberType.float32.floats([0, 0, 0x80, 0x3F]) == [1])
        #expect(NumberType.float64.floats([0, 0, 0, 0, 0, 0, 0xF0, 0xBF]) == [-1])
        #expect(NumberType.float16.floats([0x00, 0x3C, 0xFF, 0x7B]) == [1, 65504])
        #expect(NumberType.bfloat16.floats([0x80, 0x3F, 0x20, 0xC0]) == [1, -2.5])
        #expect(NumberType.int16.floats([0xFE, 0xFF]) == [-2])
        #expect(NumberType.uint16.floats([0xFE, 0xFF]) == [65534])
        #expect(NumberType.int64.doubles([0, 0, 0, 0, 0, 1, 0, 0]) == [0x1p40])
        #expect(NumberType.bool.floats([0, 1, 7]) == [0, 1, 1])
    }

    // Table 1 of "FP8 Formats for Deep Learning": largest, smallest normal, smallest subnormal.
    @Test func eightBitFloatsFollowTheirTable() {
        #expect(NumberType.float8e4m3.floats([0x7E, 0x08, 0x01, 0xFE]) == [448, 0x1p-6, 0x1p-9, -448])
        #expect(NumberType.float8e5m2.floats([0x7B, 0x04, 0x01, 0x7C]) == [57344, 0x1p-14, 0x1p-16, .infinity])
        #expect(NumberType.float8e4m3.floats([0x7F])[0].isNaN)
        #expect(NumberType.float8e5m2.floats([0x7D])[0].isNaN)
    }
}
