import Foundation
import TestSupport
import Testing

/// What the content of one file may take of the memory: 2 GB, or what --max-memory says.
@Suite struct MemoryVerbTests {
    private static let checkpoint = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"
    private static let advice = "Where that is meant, allow more by --max-memory (2G unless it is given).\n"

    @Test(arguments: [[String](), ["--trust"]])
    func aFileOfMoreThanIsAllowedIsRefused(options: [String]) throws {
        let refused = try CommandLine.run(["classify", Self.checkpoint, "--max-memory", "100K"] + options)
        #expect(refused.status == 1 && refused.output.isEmpty)
        #expect(
            refused.errors.contains("bytes of memory; expected at most 100,000. " + Self.advice), "\(refused.errors)")
        let allowed = try CommandLine.run(["classify", Self.checkpoint, "--max-memory=1G"] + options)
        #expect(allowed.status == 0, "\(allowed.errors)")
    }

    /// A safetensors file of one tensor of zeros, which takes no room on the disk.
    private func withZeros(_ shape: [Int], _ body: (String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/zeros.safetensors"
            let bytes = shape.reduce(4, *)
            let header = Data(
                "{\"conv.weight\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[0,\(bytes)]}}".utf8)
            let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
            try (Data(length) + header).write(to: URL(fileURLWithPath: path))
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.truncate(atOffset: UInt64(8 + header.count + bytes))
            try file.close()
            try body(path)
        }
    }

    @Test("Without an option the limit is 2 GB: of a tensor, and of what is made of a network")
    func theStandardLimit() throws {
        try withZeros([600_000_000]) { path in
            let outcome = try CommandLine.run(["weights", "inspect", path])
            #expect(outcome.status == 1)
            #expect(
                outcome.errors.hasSuffix(
                    "conv.weight: the tensor, as 32-bit numbers, would take 2,400,000,000 bytes of memory; "
                        + "expected at most 2,000,000,000. " + Self.advice), "\(outcome.errors)")
        }
        // Of each kernel 64 bytes stay; at work its 9 weights twice and 100 bytes.
        try withZeros([30_000_000, 1, 3, 3]) { path in
            let outcome = try CommandLine.run(["classify", path])
            #expect(outcome.status == 1)
            #expect(
                outcome.errors.hasSuffix(
                    "to classify its 30,000,000 kernels would take 7,080,000,000 bytes of memory; "
                        + "expected at most 2,000,000,000. " + Self.advice), "\(outcome.errors)")
        }
    }

    @Test(arguments: ["", "none", "-1G", "0", "1X", "G", "999999T"])
    func whatIsNoNumberOfBytesExitsWith64(text: String) throws {
        let option = text.hasPrefix("-") ? ["--max-memory=\(text)"] : ["--max-memory", text]
        let outcome = try CommandLine.run(["classify", Self.checkpoint] + option)
        #expect(outcome.status == 64 && outcome.errors.contains("expected bytes from 1K to 1000T"), "\(outcome.errors)")
    }
}
