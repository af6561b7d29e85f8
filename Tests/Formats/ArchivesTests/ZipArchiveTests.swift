import Archives
import Diagnostics
import Files
import TestSupport
import Testing

/// Zip archives, written by us and by hand.
@Suite struct ZipArchiveTests {
    @Test func whatIsWrittenIsReadBack() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.zip"
            try ZipWriter.write(to: path) { writer in
                try writer.add("a/one", sizeBytes: 3) { [1, 2, 3] }
                try writer.add("two", sizeBytes: 0) { [] }
                try writer.setComment("a note")
            }
            let archive = try ZipArchive(path: path)
            #expect(archive.members.map(\.name) == ["a/one", "two"])
            #expect(try archive.bytes(of: archive.members[0]) == [1, 2, 3])
            #expect(try archive.bytes(of: archive.members[1]) == [])
            #expect(try archive.prefix(of: archive.members[0], count: 2) == [1, 2])
            #expect(archive.comment == "a note")
            #expect(archive.member("two")?.index == 1)
            #expect(archive.member("three") == nil)
        }
    }

    @Test func theSameCallsGiveTheSameBytes() throws {
        try withTemporaryFolder { folder in
            let files = try ["a", "b"].map { name -> [UInt8] in
                let path = "\(folder)/\(name).zip"
                try ZipWriter.write(to: path) { try $0.add("one", sizeBytes: 2) { [5, 6] } }
                return try InputFile.bytes(path)
            }
            #expect(files[0] == files[1])
        }
    }

    /// Ten members that share one stream of 1,000 bytes, as in D. Fifield's zip bombs.
    private static var overlapping: [UInt8] {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(value >> (8 * $0) & 0xFF) } }
        // Version, flags, method, time, date, checksum, packed and own length, lengths of name and extra field.
        let shared =
            number(20, 2) + number(0, 6) + number(0x21, 2) + number(0, 4) + number(1000, 4) + number(1000, 4)
            + number(2, 2) + number(0, 2)
        var bytes = Array("PK\u{3}\u{4}".utf8) + shared + Array("a0".utf8) + [UInt8](repeating: 0, count: 1000)
        let start = bytes.count
        for index in 0..<10 {
            bytes += Array("PK\u{1}\u{2}".utf8) + number(20, 2) + shared + number(0, 14) + Array("a\(index)".utf8)
        }
        let directory = number(bytes.count - start, 4) + number(start, 4)
        return bytes + Array("PK\u{5}\u{6}".utf8) + number(0, 4) + number(10, 2) + number(10, 2) + directory
            + number(0, 2)
    }

    @Test func membersThatShareBytesAreRefused() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/bomb.zip"
            try AtomicFile.write(Self.overlapping, to: path)
            let error = #expect(throws: KernelVizError.self) { try ZipArchive(path: path) }
            // 32 + 1,000 bytes, 10 · 48 of the directory, 22 at the end.
            #expect(
                error?.description
                    == "\(path): its 10 files claim 10000 packed bytes in a file of 1534; expected no byte in two of them. "
                    + "The archive is damaged or made to fill the memory; do not use it.")
        }
    }

    @Test func aMemberThatFailsLeavesNoFile() throws {
        struct Stop: Error {}
        try withTemporaryFolder { folder in
            let path = folder + "/a.zip"
            #expect(throws: Stop.self) {
                try ZipWriter.write(to: path) { try $0.add("one", sizeBytes: 2) { throw Stop() } }
            }
            let left = try InputFile.names(inFolder: folder)
            #expect(left.isEmpty)
        }
    }

    @Test func aDamagedMemberIsRefused() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.zip"
            try ZipWriter.write(to: path) { try $0.add("one", sizeBytes: 4) { [1, 2, 3, 4] } }
            var bytes = try InputFile.bytes(path)
            // The data of the first member follow its header of 30 bytes and its name.
            bytes[33] ^= 0xFF
            try AtomicFile.write(bytes, to: path)
            let archive = try ZipArchive(path: path)
            let error = #expect(throws: KernelVizError.self) { try archive.bytes(of: archive.members[0]) }
            #expect(
                error?.description
                    == "\(path): one: damaged zip archive (its length or checksum is wrong). Copy or download it again."
            )
        }
    }

    @Test func aTruncatedArchiveIsRefused() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.zip"
            try ZipWriter.write(to: path) { try $0.add("one", sizeBytes: 4) { [1, 2, 3, 4] } }
            try AtomicFile.write(Array(try InputFile.bytes(path).dropLast(30)), to: path)
            let error = #expect(throws: KernelVizError.self) { try ZipArchive(path: path) }
            #expect(error?.code == "archives.unreadable")
            #expect(error?.description.hasPrefix("\(path): damaged zip archive (") == true)
        }
    }
}
