import Foundation
import TestSupport

/// Runs the built `kernelviz` as a user would.
enum CommandLine {
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The executable beside the test bundle.
    static let binary = BuiltProduct.path("kernelviz")

    /// Runs `kernelviz` with `arguments` in `folder`; stdout and stderr go through files, so that neither can block.
    ///
    /// No file can grow beyond `fileBlocks` blocks of 512 bytes, as on a disk that is full then.
    static func run(
        _ arguments: [String], in folder: String? = nil, fileBlocks: Int? = nil, environment: [String: String] = [:]
    ) throws -> Outcome {
        try withTemporaryFolder { temporary in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: binary)
            process.arguments = arguments
            if let fileBlocks {
                process.executableURL = URL(fileURLWithPath: "/bin/sh")
                process.arguments =
                    ["-c", "ulimit -f \(fileBlocks); trap '' XFSZ; exec \"$0\" \"$@\"", binary] + arguments
            }
            if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
            if !environment.isEmpty {
                process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            }
            return try outcome(of: process, through: temporary)
        }
    }

    /// Runs a process to its end; stdout and stderr go through files in a folder.
    static func outcome(of process: Process, through folder: String) throws -> Outcome {
        let files = ["out", "err"].map { folder + "/" + $0 }
        for file in files { try Data().write(to: URL(fileURLWithPath: file)) }
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: files[0]))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: files[1]))
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
        return Outcome(status: process.terminationStatus, output: texts[0], errors: texts[1])
    }

    /// Starts `kernelviz` and kills it (SIGKILL) after so many seconds, unless it has ended before.
    static func kill(_ arguments: [String], after seconds: Double) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: binary)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        Thread.sleep(forTimeInterval: seconds)
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }
}
