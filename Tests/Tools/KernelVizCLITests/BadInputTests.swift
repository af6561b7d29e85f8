import Foundation
import HDF5
import TestSupport
import Testing

/// Every mistake of a user or a file: one sentence on stderr, exit 1, nothing on stdout, nothing left behind.
@Suite struct BadInputTests {
    @Test func aMissingCheckpoint() throws {
        try expect(["classify", "no.h5"], "no.h5: no such file or directory. Check the path.")
    }

    @Test func aTextFileIsNotACheckpoint() throws {
        try expect(
            ["classify", "notes.h5"],
            """
            notes.h5: this is a text file; expected HDF5, safetensors, PyTorch, NumPy, Keras, ONNX or TensorFlow \
            Lite. Name the file of weights.
            """
        ) { folder in
            try "These are notes.\n".write(toFile: folder + "/notes.h5", atomically: true, encoding: .utf8)
        }
    }

    @Test func aTruncatedCheckpoint() throws {
        let outcome = try run(["classify", "cut.h5"]) { folder in
            try Self.writeCheckpoint(folder + "/whole.h5", name: "conv/weight")
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/whole.h5"))
            try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: folder + "/cut.h5"))
            try FileManager.default.removeItem(atPath: folder + "/whole.h5")
        }
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("kernelviz: error: cut.h5: "))
        #expect(outcome.errors.contains("truncated"))
        #expect(outcome.errors.split(separator: "\n").count == 1)
    }

    @Test func aCheckpointWithoutKernels() throws {
        try expect(
            ["classify", "net.h5"],
            """
            net.h5: no N×N convolution among its 1 tensors; expected the weights of a convolutional network. \
            Run 'kernelviz weights inspect net.h5' to see what it holds.
            """
        ) { folder in
            try HDF5Writer.write(to: folder + "/net.h5") { writer in
                try writer.write([Float](repeating: 1, count: 2), dimensions: [1, 2], to: "fc/weight")
            }
        }
    }

    /// Every list that a user writes is decoded by one path: empty, of another encoding, packed.
    @Test(
        arguments: [
            ([], "is empty"), ([0xFF, 0xFE, 0x61], "UTF-16 text that ends inside a character"),
            ([0x61, 0, 0x62, 0, 0x0A, 0], "UTF-16 text (little-endian) without its byte-order mark"),
            ([0x1F, 0x8B, 8], "is a gzip file"),
        ] as [([UInt8], String)])
    func aListThatIsNoText(bytes: [UInt8], found: String) throws {
        for arguments in [
            ["eval", VerbTests.ownCheckpoint, "--runs", "0", "--data", "list.csv"],
            ["eval", VerbTests.ownCheckpoint, "--runs", "0", "--labels", "list.csv"],
            ["classify", VerbTests.ownCheckpoint, "--strides", "list.csv"], ["sweep", "list.csv", "--out", "out"],
            ["verdict", "list.csv"],
        ] {
            let outcome = try run(arguments) { try Data(bytes).write(to: URL(fileURLWithPath: $0 + "/list.csv")) }
            #expect(outcome.status == 1)
            #expect(outcome.errors.hasPrefix("kernelviz: error: list.csv: \(found); expected "), "\(outcome.errors)")
        }
    }

    @Test func aFolderWithoutCheckpoints() throws {
        try expect(
            ["classify", "."],
            """
            .: no checkpoint in this folder; expected files ending in .h5, .hdf5, .keras, .pth, .pt, .safetensors, \
            .npz, .tflite or .onnx. Name a file, or a folder that holds some.
            """)
    }

    @Test(.needsSharedFiles) func aLayerNumberOutOfRange() throws {
        let checkpoint = SharedFiles.path("weights/mobilenetv1_0.25_224.h5")
        try expect(
            ["render", "kernels", checkpoint, "--layer", "15", "-o", "k.png"],
            """
            \(checkpoint): no layer #15; expected a number from 1 to 14. \
            Run 'kernelviz classify \(checkpoint)' to see the layers.
            """)
    }

    @Test func anOutputInAFolderThatIsMissing() throws {
        try expect(
            ["render", "kernels", "no.h5", "--layer", "1", "-o", "out/k.png"],
            """
            out/k.png: the folder 'out' does not exist. Create it first or choose another place.
            """)
    }

    @Test func anOutputOfAnotherKind() throws {
        try expect(
            ["render", "kernels", "no.h5", "--layer", "1", "-o", "k.gif"],
            """
            k.gif: the extension '.gif'; expected .png, .svg or .pdf. Name the output with one of these.
            """)
    }

    @Test func anExistingOutputIsKept() throws {
        let message = "net.yaml: already exists. Choose another name or pass --force to replace it."
        try expect(["derive", "no.h5", "--budget", "1.0MP", "-o", "net.yaml"], message) {
            try "mine".write(toFile: $0 + "/net.yaml", atomically: true, encoding: .utf8)
        }
    }

    @Test func aNetThatIsNotPublished() throws {
        let outcome = try run(["eval", "vgnetg-1.0mb"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("The nearest name is 'vgnetg-1.0mp'"))
    }

    @Test func aBudgetThatIsNoNumber() throws {
        try expect(
            ["derive", "no.h5", "--budget", "big"],
            """
            --budget: found 'big'; expected a number of learnable parameters such as 1.0MP, 1500K or 1500000.
            """)
    }

    @Test(arguments: [
        (
            ["--macs", "many"],
            "--macs: found 'many'; expected a number of multiply-accumulates such as 141M, 0.3G or 141300232."
        ),
        (
            ["--latency", "0"],
            "--latency: found '0'; expected a number of milliseconds such as 3.5, or 'published' for the published net's "
                + "time."
        ),
        (["--budget", "1MP", "--multiple", "7"], "--multiple: 7; expected an even number from 2 to 128."),
        (
            ["--budget", "1MP", "--rules", "D1,D12"],
            "--rules: found 'D12'; expected 'default', 'all', 'none', rules such as D1,D2, or changes such as +D4,-D6. "
                + "The nearest name is 'D1'."
        ),
        (
            ["--budget", "1MP", "--against", "vgnetg-1.1mp"],
            "vgnetg-1.1mp: no published VGNet of this name; expected a name such as 'vgnetg-1.0mp', 'vgnetc-1.5mp' or "
                + "'vgnetf2-1.5mp', or a config file. The nearest name is 'vgnetg-1.0mp'."
        ),
    ])
    func aWishThatCannotBeMet(options: [String], sentence: String) throws {
        try expect(["derive", "no.h5"] + options, sentence)
    }

    @Test(arguments: [
        ["classify"], ["render", "kernels", "a.h5"], ["eval", "vgnetg-1.0mp", "--input", "a", "--tensor", "b"],
        ["derive"], ["derive", "a.h5", "--latency", "3", "--no-latency"],
        ["derive", "a.h5", "--budget", "1MP", "--explain", "--format", "json"],
        ["derive", "a.h5", "--budget", "1MP", "--sample", "3"], ["derive", "a.h5", "--budget", "1MP", "--out", "b"],
        ["derive", "a.h5", "--latency", "3", "--sample", "3", "--out", "b"],
        ["derive", "a.h5", "--budget", "1MP", "--against", "b.yaml", "--explain"],
        ["derive", "a.h5", "--budget", "1MP", "--form", "x"],
        ["paint"], ["render", "kernels", "a.h5", "--layer", "1", "-o", "a.png", "--width", "20"],
    ])
    func aWrongCommandLineExitsWith64(arguments: [String]) throws {
        let outcome = try run(arguments)
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
    }

    // MARK: How a case is run

    private func expect(
        _ arguments: [String], _ sentence: String,
        prepare: (String) throws -> Void = { _ in }
    ) throws {
        let outcome = try run(arguments, prepare: prepare)
        #expect(outcome.errors == "kernelviz: error: \(sentence)\n")
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
    }

    /// Runs in a fresh folder and checks that nothing was left there but what `prepare` made.
    private func run(
        _ arguments: [String], prepare: (String) throws -> Void = { _ in }
    ) throws -> CommandLine.Outcome {
        try withTemporaryFolder { folder in
            try prepare(folder)
            let before = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            let outcome = try CommandLine.run(arguments, in: folder)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == before)
            return outcome
        }
    }

    private static func writeCheckpoint(_ path: String, name: String) throws {
        try HDF5Writer.write(to: path) { writer in
            try writer.write([Float](repeating: 1, count: 64 * 64 * 9), dimensions: [64, 64, 3, 3], to: name)
        }
    }
}
