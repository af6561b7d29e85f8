import ArgumentParser
import KernelViz

/// Designs timed beside the published net, with progress.
enum DesignTiming {
    /// Rounds of one comparison: enough for the median ratio, and less than a second at 224 pixels.
    static let rounds = 30

    /// Times a design and the published net in turns.
    static func pair(
        _ design: VGNetConfig, _ published: VGNetConfig, progress: (_ done: Int) throws -> Void
    ) throws -> PairedTime {
        let times = try PairedLatency.measure(design, published, rounds: rounds, progress: progress)
        // Not the medians: what else the machine does in the meantime must not make a design smaller.
        return PairedTime(
            milliseconds: times.first.percentile10, referenceMilliseconds: times.second.percentile10,
            ratio: times.ratio, rounds: rounds)
    }

    /// Derives within a latency, timing design after design.
    static func derive(
        from networks: [AnalysedNetwork], _ options: Derivation.DesignOptions
    ) throws -> Derivation {
        let progress = ProgressLine("Timing designs")
        defer { progress.finish() }
        var number = 0
        return try Derivation.derive(from: networks, options: options) { design, published in
            number += 1
            return try pair(design, published) { try progress.update((number - 1) * rounds + $0, of: 15 * rounds) }
        }
    }

    /// The derivation with its time beside the published net's; as it is where both run the same operations.
    static func timed(_ derivation: Derivation) throws -> Derivation {
        guard !derivation.runsAsPublished, derivation.time == nil else { return derivation }
        let progress = ProgressLine("Timing \(derivation.config.name) beside \(derivation.target.reference.name)")
        defer { progress.finish() }
        return derivation.timed(
            try pair(derivation.config, derivation.target.reference) { try progress.update($0, of: rounds) })
    }
}
