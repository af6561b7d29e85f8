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
}
