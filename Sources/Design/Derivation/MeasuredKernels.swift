import Classification
import Diagnostics
import Kernels
import Statistics

extension Derivation {
    /// A stage with fewer kernels than these says nothing about how kernels look there.
    static let leastMeasuredKernels = 16

    /// The living kernels of networks that may steer a design, by stage, for weights that start like them.
    ///
    /// Kernels that the design fixes, dead ones and those of layers that learned nothing are left out. A stage with fewer
    /// than 16 borrows: stage 4 from the last spatial layer, which stands behind it at the same resolution, else each from the
    /// nearest stage.
    /// Returns the kernels and a sentence for each stage that borrows.
    /// Throws `derive.noKernels` where no stage has 16, with the reason, and what reading kernels throws.
    public static func measuredKernels(
        of networks: [AnalysedNetwork], size: Int = 3
    ) throws -> (kernels: StagedKernels, borrowed: [String]) {
        let evidence = Evidence(networks, weighting: .network)
        func kernels(_ pool: (NetworkEvidence) -> KernelPool) throws -> [[Float]] {
            try evidence.networks.flatMap { try Self.kernels(pool($0), of: $0, size: size) }
        }
        let measured = try (0..<4).map { stage in try kernels { $0.body[stage] } }
        let last = try kernels(\.last)
        let enough = measured.indices.filter { measured[$0].count >= leastMeasuredKernels }
        guard !enough.isEmpty else {
            throw KernelVizError(
                code: "derive.noKernels", subject: "--start",
                found:
                    "no stage with \(leastMeasuredKernels) learned \(size)×\(size) kernels"
                    + (evidence.refusal.map { " (\($0))" } ?? ""),
                expected: "at least \(leastMeasuredKernels) in one",
                advice: "Name checkpoints of trained depthwise networks, or take --start unit-gain")
        }
        var (body, borrowed) = (measured, [String]())
        for stage in measured.indices where !enough.contains(stage) {
            let isLast = stage == 3 && last.count >= leastMeasuredKernels
            let nearest = enough.min { abs($0 - stage) < abs($1 - stage) } ?? stage
            body[stage] = isLast ? last : measured[nearest]
            borrowed.append(
                "stage \(stage + 1) has \(measured[stage].count) kernels and takes those of "
                    + (isLast ? "the last layer" : "stage \(nearest + 1)"))
        }
        let strided = try (0..<4).map { stage in try kernels { $0.downsampling[stage] } }
        return (StagedKernels(size: size, body: body, downsampling: strided, last: last), borrowed)
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
