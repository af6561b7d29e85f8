import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@Suite struct FilesTests {
    /// FIPS 180-2, appendix B.
    @Test func sha256OfAbc() {
        #expect(
            SHA256Digest.hexadecimal(of: Array("abc".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func whatIsWrittenIsReadBack() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.txt"
            try AtomicFile.write(text: "σ = 1", to: path)
            #expect(try InputFile.text(path) == "σ = 1")
            #expect(throws: KernelVizError.self) { try AtomicFile.write(text: "", to: path, overwriting: .refuse) }
            #expect(try InputFile.text(path) == "σ = 1")
        }
    }

    @Test func aThrowLeavesNothingBehind() throws {
        struct Stop: Error {}
        try withTemporaryFolder { folder in
            let path = folder + "/a.h5"
            #expect(throws: Stop.self) {
                try AtomicFile.write(to: path) { temporary in
                    try AtomicFile.write(text: "half", to: temporary)
                    throw Stop()
                }
            }
            #expect(throws: KernelVizError.self) { try InputFile.check(path) }
        }
    }

    @Test("A link is followed, its file's permissions are kept, and no temporary file stays")
    func followsLinks() throws {
        try withTemporaryFolder { folder in
            let files = FileManager.default
            try AtomicFile.write(text: "old", to: folder + "/real")
            try files.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder + "/real")
            try files.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "real")
            try AtomicFile.write(text: "new", to: folder + "/link")
            #expect(try files.destinationOfSymbolicLink(atPath: folder + "/link") == "real")
            #expect(try InputFile.text(folder + "/real") == "new")
            #expect(try files.attributesOfItem(atPath: folder + "/real")[.posixPermissions] as? Int == 0o640)
            #expect(try files.contentsOfDirectory(atPath: folder).sorted() == ["link", "real"])
            let error = #expect(throws: KernelVizError.self) {
                try AtomicFile.write(text: "x", to: folder + "/link", overwriting: .refuse)
            }
            #expect(error?.code == "files.exists")
        }
    }

    @Test(
        "What is no file is not replaced",
        arguments: [("link", "is a link that leads nowhere"), ("folder", "is a folder")])
    func replacesFilesOnly(name: String, found: String) throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "gone")
            try FolderWriter.prepare(folder + "/folder")
            let error = #expect(throws: KernelVizError.self) { try AtomicFile.write([1], to: "\(folder)/\(name)") }
            #expect(error?.found == found)
        }
    }

    @Test("A name that is taken while a file is written is not overwritten")
    func refusesLateRivals() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a"
            let error = #expect(throws: KernelVizError.self) {
                try AtomicFile.writePieces(to: path, overwriting: .refuse) { append in
                    try append([1])
                    try Data([2]).write(to: URL(fileURLWithPath: path))
                }
            }
            #expect(error?.code == "files.exists")
            let kept = try InputFile.bytes(path)
            #expect(kept == [2])
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(names == ["a"])
        }
    }

    @Test("Paths of one file have one place", arguments: ["real", "./real", "link", "folder/../real", "real/"])
    func placesOfPaths(path: String) throws {
        try withTemporaryFolder { folder in
            try FolderWriter.prepare(folder + "/folder")
            try AtomicFile.write([1], to: folder + "/real")
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "real")
            #expect(FilePaths.place("\(folder)/\(path)") == FilePaths.place(folder) + "/real")
            #expect(FilePaths.place("\(folder)/no/such") == FilePaths.place(folder) + "/no/such")
        }
    }

    @Test func aMissingFileSaysWhatToDo() {
        let error = #expect(throws: KernelVizError.self) { try InputFile.check("no/such.h5") }
        #expect(error?.description == "no/such.h5: no such file or directory. Check the path.")
    }

    @Test func aMissingFolderIsSaidBeforeTheWork() {
        let error = #expect(throws: KernelVizError.self) { try AtomicFile.checkWritable("no/such/out.png") }
        #expect(
            error?.description
                == "no/such/out.png: the folder 'no/such' does not exist. Create it first or choose another place.")
    }

    @Test(arguments: [("a/b.tar.gz", "gz", "b.tar", "a"), ("c.H5", "h5", "c", "."), ("/x", "", "x", "/")])
    func pathsAreTakenApart(path: String, fileExtension: String, stem: String, folder: String) {
        #expect(FilePaths.fileExtension(of: path) == fileExtension)
        #expect(FilePaths.stem(of: path) == stem)
        #expect(FilePaths.folder(of: path) == folder)
    }

    @Test("A folder is locked for others until its lock is gone")
    func locksFolders() throws {
        try withTemporaryFolder { folder in
            do {
                let lock = try FolderLock(folder)
                let error = #expect(throws: KernelVizError.self) { _ = try FolderLock(folder) }
                #expect(
                    error?.description == "\(folder): another process works in this folder. "
                        + "Wait until it ends, or choose another folder.")
                withExtendedLifetime(lock) {}
            }
            _ = try FolderLock(folder)
        }
    }

    @Test("Temporary files of processes that are gone are removed, others stay")
    func removesLeftovers() throws {
        try withTemporaryFolder { folder in
            // Process 1 is always there; no process has the largest number.
            let kept = [".kernelviz-1-ab.tmp", ".kernelviz-x", "a.h5", "a.h5.1.tmp", "b.tmp"]
            // The last one is libzip's, beside the file that it was told to write.
            let left = ["a.h5.2147483647.tmp", ".kernelviz-2147483647-ab.tmp", ".kernelviz-2147483647-ab.tmp.Xy12ab"]
            for name in kept + left { try Data([1]).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
            AtomicFile.removeLeftovers(inFolder: folder)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == kept)
        }
    }

    @Test func aFileReadAsAWholeKeepsToTheMemoryLimit() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/ten"
            try AtomicFile.write(Array(repeating: 1, count: 10), to: path)
            #expect(try MemoryLimit.$bytes.withValue(10) { try InputFile.bytes(path).count } == 10)
            let error = #expect(throws: KernelVizError.self) {
                try MemoryLimit.$bytes.withValue(9) { try InputFile.bytes(path) }
            }
            #expect(
                error?.description
                    == "\(path): the file, which is read as a whole, would take 10 bytes of memory; expected at most 9. "
                    + "Where that is meant, allow more by --max-memory (2G unless it is given).")
        }
    }

    @Test func aDashIsNoFile() {
        let error = #expect(throws: KernelVizError.self) { try AtomicFile.checkWritable("-") }
        #expect(
            error?.description
                == "-: is standard output, where no file can be; expected a file name. Name a file; ./- is one of this name."
        )
    }
}
