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
