import Datasets
import Files
import TestSupport
import Testing

/// Lists and data sets that are nearly right are read, or end in one sentence.
@Suite struct MutatedDataTests {
    private func attempt(_ bytes: [UInt8], as name: String, words: [String] = [], read: (String) throws -> Void) throws
    {
        try withTemporaryFolder { root in
            // What an error names is the folder or the file.
            let folder = root + "/mutant"
            try FolderWriter.prepare(folder)
            Mutation.attempt(bytes, few: 60, words: words) { mutant in
                try AtomicFile.write(mutant, to: "\(folder)/\(name)")
                try read(folder)
            }
        }
    }

    @Test func mutatedCSV() throws {
        let text = "filename,class_index,label\na.jpg,0,\"cat, tabby\"\nb.png,1,dog\n"
        try attempt(
            Array(text.utf8), as: "a.csv", words: ["\"", ",", ";", "\r\n", "\u{FEFF}", "-1", "9999999999999999999"]
        ) {
            _ = try ImageDataSet.open($0 + "/a.csv")
        }
    }

    @Test(arguments: [
        "cat\ndog\n", "0: cat\n1: dog\n", "[\"cat\", \"dog\"]", "{\"0\": [\"n1\", \"cat\"], \"1\": [\"n2\", \"dog\"]}",
    ])
    func mutatedNames(text: String) throws {
        try attempt(Array(text.utf8), as: "names.txt", words: ["{", "[", "\"", "\\u0000", ",", ":", "\n", "-1"]) {
            _ = try ClassNames.read($0 + "/names.txt")
        }
    }

    @Test func mutatedIDX() throws {
        let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2] + Array(1...8)
        try attempt(images, as: "train-images-idx3-ubyte") { folder in
            try AtomicFile.write([0, 0, 8, 1, 0, 0, 0, 2, 0, 1], to: folder + "/train-labels-idx1-ubyte")
            _ = try ImageDataSet.open(folder).image(0)
        }
    }
}
