import Diagnostics
import Files
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
            for name in ["a.h5.2147483647.tmp", "a.h5.1.tmp", "b.tmp", "a.h5"] {
                try AtomicFile.write([1], to: "\(folder)/\(name)")
            }
            AtomicFile.removeLeftovers(inFolder: folder)
            #expect(try InputFile.names(inFolder: folder).sorted() == ["a.h5", "a.h5.1.tmp", "b.tmp"])
        }
    }
}
