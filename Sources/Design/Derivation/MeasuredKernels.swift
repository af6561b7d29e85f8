import Classification
import Diagnostics
import Kernels
import Statistics

extension Derivation {
    /// A stage with fewer kernels than these says nothing about how kernels look there.
    static let leastMeasuredKernels = 16

    /// The living kernels of networks that may steer a design, by stage, for weights that start like them.
    ///
    /// Kernels that the design fixes, dead ones and those of layers that learned nothing are left out.
    /// Throws `derive.noKernels` where a stage has fewer than 16, with the reason, and what reading kernels throws.
    public static func measuredKernels(of networks: [AnalysedNetwork], size: Int = 3) throws -> StagedKernels {
        let evidence = Evidence(networks, weighting: .network)
        func kernels(_ pool: (NetworkEvidence) -> KernelPool) throws -> [[Float]] {
            try evidence.networks.flatMap { try Self.kernels(pool($0), of: $0, size: size) }
        }
        let body = try (0..<4).map { stage in try kernels { $0.body[stage] } }
        if let stage = body.firstIndex(where: { $0.count < Derivation.leastMeasuredKernels }) {
            throw KernelVizError(
                code: "derive.noKernels", subject: "--start",
                found:
                    "\(body[stage].count) learned \(size)×\(size) kernels in stage \(stage + 1)"
                    + (evidence.refusal.map { " (\($0))" } ?? ""),
                expected: "at least \(Derivation.leastMeasuredKernels) in every stage",
                advice: "Name checkpoints of trained depthwise networks, or take --start unit-gain")
        }
        return StagedKernels(
            size: size, body: body, downsampling: try (0..<4).map { stage in try kernels { $0.downsampling[stage] } },
            last: try kernels(\.last))
    }

    private static func kernels(_ pool: KernelPool, of network: NetworkEvidence, size: Int) throws -> [[Float]] {
        guard let source = network.kernels else { return [] }
        let names = Set(pool.layers)
        var found: [[Float]] = []
        for layer in network.statistics.layers where layer.layer.kernelHeight == size {
            guard names.contains("\(network.title) #\(layer.layer.number ?? 0)") else { continue }
            let bank = try source.bank(of: layer.layer)
            for (index, kernel) in layer.classifications.enumerated() where kernel.label != .zero {
                let values = Array(bank.kernel(index))
                if values.count == size * size, values.allSatisfy(\.isFinite) { found.append(values) }
            }
        }
        return found
    }
}
