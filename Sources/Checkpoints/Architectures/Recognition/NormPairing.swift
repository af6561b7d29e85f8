import Checkpoints
import Tensors

/// Which batch normalisation belongs to which convolution, where no family's design says it.
///
/// The file's own description of the model decides where there is one. Else a normalisation must have the width of its
/// convolution, and stand beside it by name and number or right behind it in the file; what remains is not guessed.
struct NormPairing {
    /// The normalisation's module by the name of the convolution's weight.
    private(set) var moduleOf: [String: String] = [:]
    /// Normalisations without a convolution, in file order.
    private(set) var unpaired: [String] = []

    /// A normalisation of the file.
    private struct Norm {
        let module: String
        let width: Int
        let place: Int
    }

    /// Pairs the normalisations of a checkpoint, `besides` those that are taken, with its convolutions, which are given in
    /// network order with the number of their output channels.
    init(
        _ checkpoint: Checkpoint, _ convolutions: [(entry: Checkpoint.Entry, outputs: Int)],
        besides taken: Set<String> = []
    ) {
        let norms = Self.norms(checkpoint).filter { !taken.contains($0.module) }
        guard !norms.isEmpty else { return }
        var free = norms
        func take(_ module: String, width: Int) -> Bool {
            guard let index = free.firstIndex(where: { $0.module == module && $0.width == width }) else { return false }
            free.remove(at: index)
            return true
        }
        let model = checkpoint.model
        let isTold = model.map { $0.graph != nil || $0.layers.values.contains { $0.norm != nil } } ?? false
        if isTold, let model {
            // A separable convolution is followed by its normalisation, not interrupted.
            let pointwise = Set(checkpoint.entries.lazy.filter { $0.parameter == "pointwise_kernel" }.map(\.module))
            let behind = Self.behind(model.graph, checkpoint)
            for (entry, outputs) in convolutions {
                guard entry.parameter != "depthwise_kernel" || !pointwise.contains(entry.module),
                    let name = model.layer(entry.module)?.norm ?? behind[entry.name]
                else { continue }
                let modules = norms.map(\.module)
                guard
                    let module = modules.first(where: { $0 == name })
                        ?? modules.first(where: { $0.hasSuffix("." + name) })
                else { continue }
                if take(module, width: outputs) { moduleOf[entry.name] = module }
            }
            unpaired = free.map(\.module)
            return
        }
        for (entry, outputs) in convolutions {
            for module in Self.candidates(entry.module) where take(module, width: outputs) {
                moduleOf[entry.name] = module
                break
            }
        }
        if !free.isEmpty { pairNeighbours(checkpoint, convolutions, &free) }
        if !free.isEmpty { pairNumbers(convolutions, &free) }
        if !free.isEmpty { pairRest(convolutions, &free) }
        unpaired = free.map(\.module)
    }

    /// By the name of a convolution's weight, the normalisation that reads its result, also behind a function or a pool:
    /// there it scales the kernels all the same.
    private static func behind(_ graph: LayerGraph?, _ checkpoint: Checkpoint) -> [String: String] {
        guard let graph else { return [:] }
        let nodes = Dictionary(graph.nodes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var readers: [String: Int] = [:]
        for input in graph.nodes.flatMap(\.inputs) { readers[input, default: 0] += 1 }
        var result: [String: String] = [:]
        for norm in graph.nodes where norm.kind == .batchNormalization {
            guard let mean = norm.mean, let module = checkpoint.entry(named: mean)?.module else { continue }
            var source = norm.inputs.first.flatMap { nodes[$0] }
            var steps = 0
            while let node = source, steps < 8, readers[node.name] == 1,
                [.activation, .averagePool, .maximumPool].contains(node.kind)
            {
                source = node.inputs.first.flatMap { nodes[$0] }
                steps += 1
            }
            guard let node = source, let weight = node.weight, readers[node.name] == 1,
                [.convolution, .transposedConvolution, .sharedDepthwise].contains(node.kind)
            else { continue }
            result[weight] = module
        }
        return result
    }

    /// The modules of all normalisations with running statistics, in file order.
    static func modules(_ checkpoint: Checkpoint) -> [String] { norms(checkpoint).map(\.module) }

    /// The normalisation beside a layer; nil where it has none.
    func read(beside layer: ConvLayer, _ checkpoint: Checkpoint) throws -> BatchNorm? {
        guard let module = moduleOf[layer.tensorName] else { return nil }
        let isKeras = checkpoint.entries.contains { $0.module == module && $0.parameter == "moving_mean" }
        return try BatchNorm(
            module: module, checkpoint, channels: layer.outputChannels,
            epsilon: checkpoint.model?.layer(module)?.epsilon ?? (isKeras ? 1e-3 : 1e-5))
    }

    /// In file order.
    private static func norms(_ checkpoint: Checkpoint) -> [Norm] {
        var variances: [String: Shape] = [:]
        for entry in checkpoint.entries where ["running_var", "moving_variance"].contains(entry.parameter) {
            variances[entry.module] = entry.shape
        }
        var result: [Norm] = []
        for (place, entry) in checkpoint.entries.enumerated()
        where ["running_mean", "moving_mean"].contains(entry.parameter) && entry.shape.rank == 1
            && variances[entry.module] == entry.shape
        {
            result.append(Norm(module: entry.module, width: entry.shape[0], place: place))
        }
        return result
    }

    /// A normalisation that is the next thing behind a convolution in a file that is not sorted by the alphabet.
    private mutating func pairNeighbours(
        _ checkpoint: Checkpoint, _ convolutions: [(entry: Checkpoint.Entry, outputs: Int)], _ free: inout [Norm]
    ) {
        guard !LayerOrder.isAlphabetical(checkpoint.entries) else { return }
        let outputs = Dictionary(
            convolutions.map { ($0.entry.name, $0.outputs) }, uniquingKeysWith: { first, _ in first })
        let modules = Set(free.map(\.module))
        var last: Checkpoint.Entry?
        var seen: Set<String> = []
        for entry in checkpoint.entries {
            if outputs[entry.name] != nil {
                last = moduleOf[entry.name] == nil ? entry : nil
            } else if modules.contains(entry.module), seen.insert(entry.module).inserted {
                if let conv = last, let index = free.firstIndex(where: { $0.module == entry.module }),
                    free[index].width == outputs[conv.name]
                {
                    moduleOf[conv.name] = entry.module
                    free.remove(at: index)
                }
                last = nil
            }
        }
    }

    /// Of one parent, one convolution and one normalisation of the same numbers and width: "EC1_2" and "BN1_2".
    private mutating func pairNumbers(
        _ convolutions: [(entry: Checkpoint.Entry, outputs: Int)], _ free: inout [Norm]
    ) {
        func key(_ module: String) -> String {
            let parts = module.split { $0 == "." || $0 == "/" }
            let numbers = LayerOrder.tokens(parts.last.map(String.init) ?? "").compactMap { token -> String? in
                if case .number(let number) = token { "\(number)" } else { nil }
            }
            return parts.dropLast().joined(separator: ".") + " " + numbers.joined(separator: ".")
        }
        // Keras numbers each kind of layer by itself: equal numbers of its own names are chance.
        func isAutomatic(_ module: String) -> Bool {
            let name = module.split { $0 == "." || $0 == "/" }.last ?? ""
            return name.contains("conv2d") || name.hasPrefix("batch_normalization")
        }
        let open = convolutions.filter { moduleOf[$0.entry.name] == nil && !isAutomatic($0.entry.module) }
        let convsByKey = Dictionary(grouping: open) { key($0.entry.module) }
        let normsByKey = Dictionary(grouping: free.filter { !isAutomatic($0.module) }) { key($0.module) }
        for (key, norms) in normsByKey {
            guard norms.count == 1, let convs = convsByKey[key], convs.count == 1, convs[0].outputs == norms[0].width
            else { continue }
            moduleOf[convs[0].entry.name] = norms[0].module
        }
        let taken = Set(moduleOf.values)
        free.removeAll { taken.contains($0.module) }
    }

    /// As many normalisations as convolutions, of the same widths in the same order.
    private mutating func pairRest(
        _ convolutions: [(entry: Checkpoint.Entry, outputs: Int)], _ free: inout [Norm]
    ) {
        let open = convolutions.filter { moduleOf[$0.entry.name] == nil }
        let norms = free.sorted {
            let order = LayerOrder.compare(LayerOrder.tokens($0.module), LayerOrder.tokens($1.module))
            return order == 0 ? $0.place < $1.place : order < 0
        }
        guard open.count == norms.count, zip(open, norms).allSatisfy({ $0.outputs == $1.width }) else { return }
        for (conv, norm) in zip(open, norms) { moduleOf[conv.entry.name] = norm.module }
        free = []
    }

    /// "layer1.0.conv2" → "layer1.0.bn2"; "features.3" → "features.4"; "stem.conv" → "stem.bn"; "conv1" → "conv1_bn".
    private static func candidates(_ module: String) -> [String] {
        let parts = module.split(separator: ".").map(String.init)
        guard let last = parts.last else { return [] }
        let path = parts.dropLast().map { $0 + "." }.joined()
        var names = ["\(last)_bn", "\(last)_BN", "bn_\(last)", "\(last).bn", "\(last)bn", "\(last).norm"]
        if let number = Int(last), number < Int.max { names.append("\(number + 1)") }
        for (word, norms) in [("conv", ["bn", "norm", "batch_norm", "batchnorm"]), ("Conv", ["BatchNorm", "bn"])] {
            // Keras' automatic numbers count each kind by itself: "conv2d_1" and "batch_normalization_1" do not belong together.
            guard let range = last.firstRange(of: word), !last.hasPrefix("conv2d") else { continue }
            names += norms.map { last[..<range.lowerBound] + $0 + last[range.upperBound...] }
        }
        if last.hasSuffix("conv") { names.append(String(last.dropLast(4)) + "bn") }
        if last == "0" || last == "conv" { names.append("1") }
        return names.map { path + $0 }
    }
}
