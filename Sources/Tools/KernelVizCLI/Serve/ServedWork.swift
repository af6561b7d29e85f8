import Dispatch
import Files
import KernelViz
import Synchronization

/// Work for a server's pages: one piece after another on a thread of its own, results kept.
final class ServedWork: Sendable {
    /// Bytes of results that are kept; the oldest go.
    static let mostBytes = 128 << 20
    /// Classified networks that are kept.
    static let mostNetworks = 4

    private struct Kept {
        var results: [(key: String, bytes: [UInt8])] = []
        var networks: [(key: String, network: AnalysedNetwork)] = []
    }

    private let queue = DispatchQueue(label: "kernelviz.serve")
    private let kept = Mutex(Kept())
    // What --trust, --copy and --max-memory asked for holds on any thread.
    private let reading = Checkpoint.Reading.current
    private let copy = Checkpoint.Reading.copy
    private let memory = MemoryLimit.bytes

    /// The result that `key` names, made where it is not kept.
    func bytes(_ key: String, _ make: @escaping @Sendable () throws -> [UInt8]) async throws -> [UInt8] {
        if let bytes = result(key) { return bytes }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in
                continuation.resume(
                    with: Result {
                        // A request before this one may have asked for the same.
                        if let bytes = result(key) { return bytes }
                        let bytes = try asAsked(make)
                        keep(bytes, key)
                        return bytes
                    })
            }
        }
    }

    /// The classified network that `key` names; only within ``bytes(_:_:)``.
    func network(_ key: String, _ make: () throws -> AnalysedNetwork) throws -> AnalysedNetwork {
        if let known = kept.withLock({ $0.networks.first { $0.key == key }?.network }) { return known }
        let network = try make()
        kept.withLock {
            $0.networks.append((key, network))
            if $0.networks.count > Self.mostNetworks { $0.networks.removeFirst() }
        }
        return network
    }

    private func result(_ key: String) -> [UInt8]? {
        kept.withLock { $0.results.first { $0.key == key }?.bytes }
    }

    private func keep(_ bytes: [UInt8], _ key: String) {
        kept.withLock { kept in
            kept.results.append((key, bytes))
            var sum = kept.results.reduce(0) { $0 + $1.bytes.count }
            while sum > Self.mostBytes, kept.results.count > 1 { sum -= kept.results.removeFirst().bytes.count }
        }
    }

    private func asAsked(_ make: () throws -> [UInt8]) throws -> [UInt8] {
        try Checkpoint.Reading.$current.withValue(reading) {
            try Checkpoint.Reading.$copy.withValue(copy) { try MemoryLimit.$bytes.withValue(memory) { try make() } }
        }
    }
}
