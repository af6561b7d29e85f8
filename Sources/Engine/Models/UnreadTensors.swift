import Architectures
import Checkpoints
import Diagnostics
import Engine
import Tensors

/// Finds tensors of a checkpoint that the graph of its family does not read: without what lies among the family's layers
/// (an attention, a blur) the network would be another one; what lies beside them (heads of a training) is said.
enum UnreadTensors {
    /// What is left out, in one sentence; nil where everything is read.
    ///
    /// Throws `networks.unsupportedOperation` where a weight among the layers of the family is not read.
    static func remark(_ network: ConvNetwork, _ graph: Graph) throws -> String? {
        // Folding makes other parameters of these; a description passed over has constants of its own.
        let others: [ConvNetwork.Family] = [.repVGG, .mobileOne, .convNeXt, .vgNet]
        guard network.knownFamily.map(others.contains) != true,
            network.checkpoint.model?.graph == nil
        else { return nil }
        let read = Set(graph.parameters.map { parent(of: $0.key) })
        let layers = network.layers.compactMap { network.checkpoint.entry(named: $0.tensorName) }
        let branches = Set(layers.filter { $0.shape.rank == 4 }.compactMap { branch($0, network) })
        let names = Set(network.layers.map(\.tensorName))
        var beside: [String] = []
        for entry in network.checkpoint.entries
        where !names.contains(entry.name) && entry.shape.rank > 0 && entry.shape.elementCount > 1
            && !entry.dtype.contains("int") && !isRead(entry, read, network)
        {
            let isLinear = entry.shape.rank == 2 && ["weight", "kernel"].contains(entry.parameter)
            if isAmong(entry, branches, network), isComputing(entry) {
                throw KernelVizError(
                    code: "networks.unsupportedOperation", subject: network.checkpoint.path,
                    found: "'\(entry.name)' (\(entry.shape)) lies among its layers and is none of \(network.title)",
                    expected: "the weights of \(network.title) alone",
                    advice: "Export the network to ONNX to run it; its kernels can be read with 'kernelviz classify'")
            }
            // Linear layers are named elsewhere.
            if !isLinear, entry.shape.rank > 1 { beside.append(entry.name) }
        }
        guard let first = beside.first else { return nil }
        let more = beside.count == 1 ? "" : " and \(beside.count - 1) more tensors"
        return "not run, no part of \(network.title): '\(first)'\(more)"
    }

    private static func isRead(_ entry: Checkpoint.Entry, _ read: Set<String>, _ network: ConvNetwork) -> Bool {
        [entry.stateDictName, entry.stateDictName(as: "")].contains {
            read.contains(parent(of: network.withoutPrefix($0.replacing("/", with: "."))))
        }
    }

    /// The first part of a module's path below the network's prefix; nil for a layer without a parent.
    private static func branch(_ entry: Checkpoint.Entry, _ network: ConvNetwork) -> Substring? {
        let parts = network.withoutPrefix(entry.module.replacing("/", with: ".")).split(separator: ".")
        return parts.count > 1 ? parts[0] : nil
    }

    private static func isAmong(_ entry: Checkpoint.Entry, _ branches: Set<Substring>, _ network: ConvNetwork) -> Bool {
        guard entry.name.replacing("/", with: ".").hasPrefix(network.prefix) || network.prefix.isEmpty else {
            return false
        }
        return branch(entry, network).map(branches.contains) == true
    }

    /// Whether the tensor is a parameter, or the filter of a blur, by its name; others are notes of a training.
    private static func isComputing(_ entry: Checkpoint.Entry) -> Bool {
        ["weight", "kernel", "depthwise_kernel", "gamma", "filt", "running_mean", "moving_mean"].contains(
            entry.parameter)
    }

    private static func parent(of name: String) -> String {
        name.lastIndex(of: ".").map { String(name[..<$0]) } ?? ""
    }
}
