import Foundation
import KernelViz

/// Measurements with the machine that they were taken on.
struct BenchmarkReport: Encodable {
    let schema = DocumentSchema.benchmarks.rawValue
    let processor: String
    let processorCount: Int
    let isOptimised: Bool
    let measurements: [Measurement]

    init(_ measurements: [Measurement]) {
        let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = information.split(separator: "\n").first { $0.hasPrefix("model name") }
        processor = model?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
        processorCount = ProcessInfo.processInfo.activeProcessorCount
        #if DEBUG
            isOptimised = false
        #else
            isOptimised = true
        #endif
        self.measurements = measurements
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("times are finite") }
        return String(decoding: data, as: UTF8.self)
    }
}
