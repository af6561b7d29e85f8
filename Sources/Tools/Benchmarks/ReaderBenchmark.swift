import ArgumentParser
import Foundation
import HDF5
import KernelViz

/// Opening a checkpoint and reading all its tensors, in this process and in one of its own.
struct ReaderBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reader", abstract: "Checkpoints opened and read.")

    @Option(help: ArgumentHelp("A file of weights to read instead of generated ones.", valueName: "file"))
    var file: String?

    @OptionGroup var options: RunOptions

    func run() throws { print(BenchmarkReport(try measure(options.runner)).json) }

    private func measure(_ runner: BenchmarkRunner) throws -> [Measurement] {
        if let file { return try measure(file, name: "reader/given", runner) }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kernelviz-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // MobileNetV2 1.0: 262 tensors of 14 MB in all. ResNet-50's size: 300 of 100 MB.
        let sizes = [
            (name: "reader/14MB", count: 262, bytes: 14_000_000),
            (name: "reader/100MB", count: 300, bytes: 100_000_000),
        ]
        return try sizes.flatMap { size in
            let path = folder.path + "/\(size.count).h5"
            try Self.write(path, count: size.count, elements: size.bytes / 4 / size.count)
            return try measure(path, name: size.name, runner)
        }
    }

    private func measure(_ path: String, name: String, _ runner: BenchmarkRunner) throws -> [Measurement] {
        try runner.together([
            ("\(name)/in-process", { try Self.read(path, .inProcess) }),
            ("\(name)/isolated", { try Self.read(path, .isolated(executable: "/proc/self/exe")) }),
            (
                "\(name)/isolated, listing only",
                {
                    _ = try Checkpoint.open(path, reading: .isolated(executable: "/proc/self/exe"))
                }
            ),
        ])
    }

    private static func read(_ path: String, _ reading: Checkpoint.Reading) throws {
        let checkpoint = try Checkpoint.open(path, reading: reading)
        for entry in checkpoint.entries { _ = try checkpoint.tensor(named: entry.name) }
    }

    /// Random weights, as incompressible as real ones.
    private static func write(_ path: String, count: Int, elements: Int) throws {
        var generator = SeededGenerator(seed: 1)
        let values = (0..<elements).map { _ in Float(generator.uniform()) - 0.5 }
        try HDF5Writer.write(to: path) { writer in
            for index in 0..<count {
                try writer.write(values, dimensions: [elements], to: "layer\(index)/weight")
            }
        }
    }
}
