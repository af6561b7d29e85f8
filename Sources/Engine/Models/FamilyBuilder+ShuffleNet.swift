import Engine
import Architectures

extension FamilyBuilder {
    /// ShuffleNetV2 (arXiv 1807.11164): stem, 3×3 maximum pool, units of two branches, head.
    ///
    /// torchvision shuffles the channels behind every unit; Megvii's code, with the same result, before every unit of
    /// stride 1.
    mutating func buildShuffleNet() throws {
        let isMegvii = network.library == "Megvii"
        try layer(.relu, name: "stem")
        let pool = Pool(
            kind: .maximum, size: 3, stride: 2,
            padding: network.input.padding == .tensorFlowSame ? .same : .symmetric(1))
        current = graph.add(.pool(pool), current, name: "stem.pool")
        while let next = peek(), next.isDepthwise || peek(1)?.isDepthwise == true {
            try shuffleUnit(isDownsampling: next.isDepthwise, isMegvii: isMegvii)
        }
        if peek() != nil { try layer(.relu, name: "head") }
        try classify(nil)
    }

    private mutating func shuffleUnit(isDownsampling: Bool, isMegvii: Bool) throws {
        let name = nextBlock()
        let (input, inputWidth) = (current, width)
        let passed: Graph.NodeID
        if isDownsampling {
            try layer(nil)
            try layer(.relu)
            passed = current
            (current, width) = (input, inputWidth)
        } else {
            let half = inputWidth / 2
            var whole = input
            // Even channels first, then the odd ones.
            if isMegvii {
                whole = graph.add(.channelShuffle(groups: half), input, name: "\(name).shuffle")
            }
            passed = graph.add(.slice(0..<half), whole, name: "\(name).passed")
            current = graph.add(.slice(half..<inputWidth), whole, name: "\(name).main")
            width = half
        }
        let passedWidth = isDownsampling ? try lastWidth(before: 1) : width
        try layer(.relu)
        try layer(nil)
        try layer(.relu)
        let joined = graph.add(.concatenate, passed, current, name: isMegvii ? name : "\(name).joined")
        width += passedWidth
        current =
            isMegvii ? joined : graph.add(.channelShuffle(groups: 2), joined, name: name)
    }

    /// The output channels of the layer read `count` places ago.
    private func lastWidth(before count: Int) throws -> Int {
        guard position >= count else { throw unfit("begins with a branch") }
        return network.layers[position - count].outputChannels
    }
}
