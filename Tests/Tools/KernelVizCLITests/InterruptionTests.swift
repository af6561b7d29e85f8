import Foundation
import TestSupport
import Testing

/// Ctrl-C in the middle of long work.
@Suite struct InterruptionTests {
    /// One layer of 500,000 kernels of 7×7: seconds of work without a step between.
    private func writeHugeLayer(_ path: String) throws {
        let (outputs, inputs) = (1000, 500)
        let count = inputs * 49
        let header =
            #"{"conv.weight":{"dtype":"F32","shape":[\#(outputs),\#(inputs),7,7],"#
            + #""data_offsets":[0,\#(4 * outputs * count)]}}"#
        var head = Data()
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { head.append(contentsOf: $0) }
        head.append(contentsOf: header.utf8)
        var state: UInt32 = 1
        var row: [Float] = []
        for _ in 0..<count {
            state = state &* 1_664_525 &+ 1_013_904_223
            row.append(Float(state >> 8) / Float(1 << 24) - 0.5)
        }
        let bytes = row.withUnsafeBytes { Data($0) }
        try head.write(to: URL(fileURLWithPath: path))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.seekToEnd()
        for _ in 0..<outputs { try file.write(contentsOf: bytes) }
    }

    @Test(arguments: [SIGINT, SIGTERM]) func oneHugeLayerEndsWithinASecond(number: Int32) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/huge.safetensors"
            try writeHugeLayer(path)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: CommandLine.binary)
            process.arguments = ["classify", path, "--format", "json", "--output", folder + "/labels.json"]
            let errors = Pipe()
            process.standardOutput = FileHandle.nullDevice
            process.standardError = errors
            process.standardInput = FileHandle.nullDevice
            try process.run()
            Thread.sleep(forTimeInterval: 1)
            #expect(process.isRunning)
            let asked = ContinuousClock.now
            Foundation.kill(process.processIdentifier, number)
            process.waitUntilExit()
            // A second, and what a busy machine takes to end a process of some hundred megabytes.
            #expect(ContinuousClock.now - asked < .milliseconds(1500))
            #expect(process.terminationReason == .exit && process.terminationStatus == 130)
            let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            #expect(text.hasSuffix("kernelviz: stopped.\n"), "\(text)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["huge.safetensors"])
        }
    }
}
