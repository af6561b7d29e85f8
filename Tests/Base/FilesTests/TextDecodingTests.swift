import Diagnostics
import Files
import TestSupport
import Testing

@Suite("Texts of every system") struct TextDecodingTests {
    /// "a", a line end of every system, "é", with the marks and encodings of every system.
    @Test(arguments: [
        Array("a\né\n".utf8), Array("a\r\né\r\n".utf8), Array("a\ré\r".utf8), Array("a\u{85}é\u{85}".utf8),
        [0xEF, 0xBB, 0xBF] + Array("a\r\né\n".utf8),
        [0xFF, 0xFE, 0x61, 0, 0x0D, 0, 0x0A, 0, 0xE9, 0, 0x0A, 0],
        [0xFE, 0xFF, 0, 0x61, 0, 0x0D, 0, 0x0A, 0, 0xE9, 0, 0x0A],
        [0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0, 0x0A, 0, 0, 0, 0xE9, 0, 0, 0, 0x0A, 0, 0, 0],
        [0, 0, 0xFE, 0xFF, 0, 0, 0, 0x61, 0, 0, 0, 0x0A, 0, 0, 0, 0xE9, 0, 0, 0, 0x0A],
    ])
    func areOne(bytes: [UInt8]) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.txt"
            try AtomicFile.write(bytes, to: path)
            #expect(try InputFile.text(path) == "a\né\n")
        }
    }

    @Test("NEL beside other line ends is a letter: it numbers nothing anew")
    func keepsStrayNEL() {
        #expect(InputFile.text(of: Array("a\u{85}b\nc\n".utf8)) == "a\u{85}b\nc\n")
    }

    /// What is no text is named for what it is, with the way to convert it.
    @Test(
        arguments: [
            (
                [0x61, 0x0A, 0x63, 0x61, 0x66, 0xE9],
                "byte 0xE9 in line 2 is not UTF-8 (Latin-1, perhaps); expected names. "
                    + "Save it as UTF-8: iconv --from-code=ISO-8859-1 --to-code=UTF-8 FILE."
            ),
            (
                [0x93, 0x61, 0x94],
                "byte 0x93 in line 1 is not UTF-8 (Windows-1252, perhaps); expected names. "
                    + "Save it as UTF-8: iconv --from-code=WINDOWS-1252 --to-code=UTF-8 FILE."
            ),
            (
                Array("cat\n".utf16).flatMap { [UInt8($0), 0] },
                "UTF-16 text (little-endian) without its byte-order mark; expected names. "
                    + "Save it as UTF-8: iconv --from-code=UTF-16LE --to-code=UTF-8 FILE."
            ),
            (
                Array("cat\n".utf16).flatMap { [0, UInt8($0)] },
                "UTF-16 text (big-endian) without its byte-order mark; expected names. "
                    + "Save it as UTF-8: iconv --from-code=UTF-16BE --to-code=UTF-8 FILE."
            ),
            (
                [0xFF, 0xFE, 0x61, 0, 0x62],
                "UTF-16 text that ends inside a character; expected names. Copy or download it again."
            ),
            // Half of a pair of surrogates.
            (
                [0xFF, 0xFE, 0, 0xD8],
                "begins as UTF-16 text and holds what UTF-16 does not know; expected names. Save it again as UTF-8."
            ),
            ([0x1F, 0x8B, 8, 0], "is a gzip file; expected names. Unpack it first: gunzip FILE."),
            (
                [0x61, 0, 0x02, 0x62, 0x63],
                "binary data (a zero byte at offset 1); expected names. Check that it is the file that you mean."
            ),
            (
                [0x61, 0x02, 0xFF],
                "binary data (no text at offset 2); expected names. Check that it is the file that you mean."
            ),
            ([], "is empty; expected names."),
            ([0xEF, 0xBB, 0xBF], "holds only blank space; expected names."),
            (Array(" \r\n\t".utf8), "holds only blank space; expected names."),
        ] as [([UInt8], String)])
    func whatIsNoneIsNamed(bytes: [UInt8], sentence: String) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.txt"
            try AtomicFile.write(bytes, to: path)
            let error = #expect(throws: KernelVizError.self) { try InputFile.text(path, expected: "names") }
            #expect(error?.description == "\(path): \(sentence)")
        }
    }

    @Test func beginningsMayBeCutOff() {
        // Inside a character; then a control character.
        #expect(InputFile.beginning([0x61, 0xC3]) == "a")
        #expect(InputFile.beginning([0x61, 0]) == nil)
    }
}
