import Engine
import Tensors
import Architectures

extension FamilyBuilder {
    /// VGG (arXiv 1409.1556): 3×3 convolutions, five pools, linear layers on the pixels that are left (7×7 of 224×224).
    mutating func buildVGG() throws {
        func place(_ layer: ConvLayer?) -> Int? {
            let path = path(of: layer)
            return path.hasPrefix("features.") ? Int(path.dropFirst("features.".count)) : nil
        }
        var pools = 0
        while let layer = peek(), let own = place(layer) {
            let step = layer.batchNorm == nil ? 2 : 3
            let isLast = place(peek(1)).map { $0 - own > step } ?? true
            try self.layer(.relu)
            guard isLast else { continue }
            pools += 1
            current = graph.add(.pool(Pool(kind: .maximum, size: 2, stride: 2)), current, name: "block\(pools)")
        }
        if peek() != nil {
            // timm's first two linear layers are convolutions, the first over all of the 7×7 pixels.
            while let layer = peek() { try self.layer(.relu, padding: layer.isPointwise ? nil : .symmetric(0)) }
            return try classify(nil)
        }
        try classify(.relu, flattens: true)
    }

    /// SqueezeNet (arXiv 1602.07360): fire modules, the classifier a convolution before the mean.
    mutating func buildSqueezeNet() throws {
        let isFirst = network.title.hasSuffix("1.0")
        try layer(.relu, name: "stem", padding: .symmetric(0))
        pool("stem.pool")
        // Pools stand behind these blocks.
        let pooled: Set = isFirst ? [3, 7] : [2, 4]
        while path(of: peek()).hasSuffix(".squeeze") {
            let name = nextBlock()
            try layer(.relu)
            let (squeezed, squeezedWidth) = (current, width)
            try layer(.relu)
            let (first, firstWidth) = (current, width)
            (current, width) = (squeezed, squeezedWidth)
            try layer(.relu)
            width += firstWidth
            current = graph.add(.concatenate, first, current, name: name)
            if pooled.contains(blockCount) { pool("\(name).pool") }
        }
        guard peek() != nil else { return graph.setOutput(current) }
        try layer(.relu, name: "head")
        current = graph.add(.globalAveragePool, current, name: "logits")
    }

    /// A maximum pool over 3×3 pixels with stride 2 that counts a last, incomplete window.
    private mutating func pool(_ name: String) {
        let padding = Padding.explicit(top: 0, left: 0, bottom: 1, right: 1)
        current = graph.add(.pool(Pool(kind: .maximum, size: 3, stride: 2, padding: padding)), current, name: name)
    }

    /// DenseNet (arXiv 1608.06993): every layer of a block reads what all before it made, normalised before each
    /// convolution; blocks are joined by a 1×1 convolution and a mean over 2×2 pixels.
    mutating func buildDenseNet() throws {
        try layer(.relu, name: "stem")
        stemPool()
        while let next = peek() {
            let path = next.name
            let name = nextBlock()
            let (input, inputWidth) = (current, width)
            if path.hasSuffix(".conv1") {
                try separateNorm(
                    String(path.dropLast("conv1".count)) + "norm1", channels: width, name: "\(path).before")
                current = graph.add(.activation(.relu), current, name: "\(path).before.act")
                try layer(.relu)
                try layer(nil)
                width += inputWidth
                current = graph.add(.concatenate, input, current, name: name)
            } else {
                try separateNorm(String(path.dropLast("conv".count)) + "norm", channels: width, name: "\(path).before")
                current = graph.add(.activation(.relu), current, name: "\(path).before.act")
                try layer(nil)
                current = graph.add(
                    .pool(Pool(kind: .average(countsPadding: true), size: 2, stride: 2)), current, name: name)
            }
        }
        let stem = network.layers.first?.name ?? ""
        try separateNorm(String(stem.dropLast("conv0".count)) + "norm5", channels: width, name: "head.norm")
        current = graph.add(.activation(.relu), current, name: "head")
        try classify(nil)
    }

    /// RepVGG (arXiv 2101.03697) and MobileOne (arXiv 2206.04040): blocks of convolutions side by side and the block's
    /// input, each normalised, or of one convolution into which all were folded.
    mutating func buildBranches() throws {
        while let next = peek() { try branches(Self.block(path(of: next))) }
        try classify(nil)
    }

    /// The block that a module belongs to: "stem", "stages.0.1", "stage1.0".
    private static func block(_ path: String) -> String {
        let parts = path.split(separator: ".")
        let count = parts.dropFirst().prefix { Int($0) != nil }.count
        return parts.prefix(1 + count).joined(separator: ".")
    }

    private mutating func branches(_ block: String) throws {
        let (input, inputWidth) = (current, width)
        let isStem = position == 0
        let name = isStem ? "stem" : nextBlock()
        let prefix = String((peek()?.name ?? "").dropLast(path(of: peek()).count)) + block
        let isFolded = path(of: peek()).contains("reparam")
        var sum: Graph.NodeID?
        func isBranch(_ layer: ConvLayer?) -> Bool {
            let path = path(of: layer)
            return Self.block(path) == block && !path.contains(".attn.") && !path.contains(".se.")
        }
        func add(_ result: Graph.NodeID, _ number: Int) {
            sum = sum.map { graph.add(.add, $0, result, name: "\(name).sum\(number)") } ?? result
        }
        var count = 0
        while isBranch(peek()) {
            (current, width) = (input, inputWidth)
            try layer(nil)
            add(current, count)
            count += 1
        }
        for module in ["identity", "rbr_identity"] where !isFolded && hasModule("\(prefix).\(module)") {
            current = input
            try separateNorm("\(prefix).\(module)", channels: inputWidth, name: "\(name).identity")
            add(current, count)
        }
        guard let sum else { throw unfit("has no convolution in '\(block)'") }
        current = sum
        if Self.block(path(of: peek())) == block { try squeezeExcite(.relu, .sigmoid) }
        current = graph.add(.activation(.relu), current, name: name)
    }

    private func hasModule(_ module: String) -> Bool { network.checkpoint.entries.contains { $0.module == module } }
}
