import Files
import Foundation
import KernelViz

/// Times two networks in ONNX Runtime, in turns on one thread, through a Python that has it.
struct ONNXRuntimeTiming {
    /// The program that is asked: `KERNELVIZ_PYTHON`, or python3.
    static var interpreter: String { ProcessInfo.processInfo.environment["KERNELVIZ_PYTHON"] ?? "python3" }

    /// What Python prints: the milliseconds of both for each round.
    private struct Answer: Decodable {
        let first: [Double]
        let second: [Double]
    }

    /// The version of ONNX Runtime.
    let version: String

    /// Asks for the version, before any work is done.
    ///
    /// Throws `slim.noONNXRuntime` where Python or ONNX Runtime is missing.
    init() throws {
        version = try Self.run(["import numpy, onnxruntime; print(onnxruntime.__version__)"])
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Times both networks as ONNX files.
    ///
    /// Throws `slim.noONNXRuntime` where a file does not run, and the errors of writing.
    func latency(_ first: RunnableNetwork, _ second: RunnableNetwork, rounds: Int) throws -> PairedLatency {
        try Self.withFolder { folder in
            let files = ["first.onnx", "second.onnx"].map { folder.appendingPathComponent($0).path }
            for (file, network) in zip(files, [first, second]) { try NetworkFile(path: file).write(network) }
            let shape = first.inputShape().dimensions.map(String.init).joined(separator: ",")
            let text = try Self.run([Self.script] + files + [shape, "\(rounds)"])
            guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(text.utf8)), !answer.first.isEmpty,
                answer.first.count == answer.second.count, (answer.first + answer.second).allSatisfy({ $0 > 0 })
            else { throw Self.failure("it does not say the times") }
            return PairedLatency(rounds: zip(answer.first, answer.second).map { (first: $0, second: $1) })
        }
    }

    private static func withFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kernelviz-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }

    /// What the interpreter prints.
    private static func run(_ arguments: [String]) throws -> String {
        try withFolder { folder in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [interpreter, "-c"] + arguments
            let output = Pipe()
            process.standardOutput = output
            // A file: a full pipe that nobody reads would stop the program.
            let errors = folder.appendingPathComponent("errors")
            _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
            process.standardError = try FileHandle(forWritingTo: errors)
            do { try process.run() } catch { throw failure("'/usr/bin/env' cannot be run") }
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                let said = String(decoding: (try? Data(contentsOf: errors)) ?? Data(), as: UTF8.self)
                throw failure(
                    said.split(separator: "\n").last.map(String.init) ?? "exit status \(process.terminationStatus)")
            }
            return text
        }
    }

    private static func failure(_ found: String) -> KernelVizError {
        KernelVizError(
            code: "slim.noONNXRuntime", subject: interpreter, found: found,
            expected: "a Python with numpy and onnxruntime",
            advice: "Name one in KERNELVIZ_PYTHON, or leave --onnxruntime out")
    }

    /// Both sessions on one thread, the one that goes first changing from round to round.
    private static let script = """
        import json, sys, time
        import numpy, onnxruntime
        first, second, shape, rounds = sys.argv[1:]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        image = numpy.random.default_rng(1).standard_normal([int(n) for n in shape.split(',')], dtype=numpy.float32)
        def timed(path):
            session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
            feed = {session.get_inputs()[0].name: image}
            def milliseconds():
                start = time.perf_counter()
                session.run(None, feed)
                return (time.perf_counter() - start) * 1000
            for _ in range(2): milliseconds()
            return milliseconds
        nets = [timed(first), timed(second)]
        times = [[], []]
        for round in range(int(rounds)):
            for net in ([0, 1], [1, 0])[round % 2]:
                times[net].append(nets[net]())
        print(json.dumps({'first': times[0], 'second': times[1]}))
        """
}
