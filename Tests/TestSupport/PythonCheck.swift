import Foundation
import Testing

/// Checks by the libraries that others read our files with, in a Python of their own.
///
/// `KERNELVIZ_PYTHON` names the interpreter; it needs what `.ci/requirements.txt` lists.
public enum PythonCheck {
    /// The interpreter, or nil where none is named.
    public static let interpreter = ProcessInfo.processInfo.environment["KERNELVIZ_PYTHON"]

    /// Runs a script of `Tests/Output/ExportTests/Scripts`; gives its exit status and everything that it printed.
    public static func run(_ script: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        try run(["\(SharedFiles.packageRoot)/Tests/Output/ExportTests/Scripts/\(script)"] + arguments)
    }

    /// Runs Python with these arguments.
    public static func run(_ arguments: [String], folder: String? = nil) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: interpreter ?? "python3")
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test, saying so, where no Python is named; in CI (`CI=true`) it runs, and fails, instead.
    public static var needsPython: Self {
        .enabled(
            if: PythonCheck.interpreter != nil || ProcessInfo.processInfo.environment["CI"] == "true",
            "skipped: no Python with onnx (set KERNELVIZ_PYTHON)")
    }
}
