import Architectures
import Diagnostics
import Engine

/// Finds a normalisation of a checkpoint that a family's design does not have: weight and bias beside a convolution, but no
/// running statistics, as GroupNorm, InstanceNorm and LayerNorm leave them. Without it the network would be another one.
enum ForeignNormalisation {
    /// Throws `networks.unsupportedOperation` where the file has one beside a layer of the network that the graph does not
    /// use.
    static func check(_ network: ConvNetwork, _ graph: Graph) throws {
        let used = Set(graph.parameters.map(\.key))
        let modules = Dictionary(grouping: network.checkpoint.entries, by: \.module)
        let parents = Set(
            network.layers.compactMap { layer in
                network.checkpoint.entry(named: layer.tensorName).map { parent(of: $0.module) }
            })
        for entry in network.checkpoint.entries
        where ["weight", "gamma"].contains(entry.parameter) && entry.shape.rank == 1 && entry.shape[0] > 1 {
            let siblings = modules[entry.module] ?? []
            let parameters = Set(siblings.map(\.parameter))
            let hasShift = siblings.contains { ["bias", "beta"].contains($0.parameter) && $0.shape == entry.shape }
            guard hasShift, parameters.isDisjoint(with: ["running_mean", "moving_mean", "running_var"]),
                parents.contains(parent(of: entry.module)),
                !used.contains(network.withoutPrefix(entry.name.replacing("/", with: ".")))
            else { continue }
            throw KernelVizError(
                code: "networks.unsupportedOperation", subject: network.checkpoint.path,
                found: "'\(entry.name)' belongs to a normalisation without running statistics (GroupNorm or its like)",
                expected: "batch normalisation, as \(network.title) has",
                advice: "Its kernels can be read with 'kernelviz classify'")
        }
    }

    private static func parent(of module: String) -> String {
        module.lastIndex { $0 == "." || $0 == "/" }.map { String(module[..<$0]) } ?? ""
    }
}
