import Foundation
import TestSupport
import Testing

/// Ctrl-C, or a terminal that closes, in the middle of long work.
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

    /// Whether a process has a handler for a signal, as the kernel says; before that the signal would end it or be lost.
    private static func listens(_ process: Int32, for number: Int32) -> Bool {
        let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let mask = status?.firstMatch(of: /SigCgt:\s*([0-9a-f]+)/).flatMap { UInt64($0.1, radix: 16) } ?? 0
        return mask & 1 << UInt64(number - 1) != 0
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func oneHugeLayerIsEndedOnTheWay(number: Int32) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/huge.safetensors"
            try writeHugeLayer(path)
            // A runner of tests that was started with nohup hands its deafness down.
            if number == SIGHUP { _ = signal(SIGHUP, SIG_DFL) }
            let process = Process()
            process.executableURL = URL(fileURLWithPath: CommandLine.binary)
            process.arguments = ["classify", path, "--format", "json", "--output", folder + "/labels.json"]
            let errors = Pipe()
            process.standardOutput = FileHandle.nullDevice
            process.standardError = errors
            process.standardInput = FileHandle.nullDevice
            try process.run()
            while process.isRunning && !Self.listens(process.processIdentifier, for: number) {
                Thread.sleep(forTimeInterval: 0.01)
            }
            Thread.sleep(forTimeInterval: 0.5)
            #expect(process.isRunning)
            Foundation.kill(process.processIdentifier, number)
            process.waitUntilExit()
            // Ended on the way: nothing was written.
            #expect(process.terminationReason == .exit && process.terminationStatus == 128 + number)
            let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            #expect(text.hasSuffix("kernelviz: stopped.\n"), "\(text)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["huge.safetensors"])
        }
    }
}
