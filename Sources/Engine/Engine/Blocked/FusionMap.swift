/// Which nodes are computed together.
struct FusionMap {
    /// The fused node whose last node this is, by that node's index.
    private(set) var byTail: [Int: FusedNode] = [:]
    /// Whether a node is a part of a fused node but not its last.
    private(set) var isAbsorbed: [Bool]
    /// Depthwise nodes that are computed with a pointwise one, a band of rows at a time: from the former's tail to the
    /// latter's.
    private(set) var banded: [Int: Int] = [:]
    /// Those whose results nobody else reads: they never leave scratch memory.
    private(set) var isInScratch: Set<Int> = []

    /// Convolutions of the image that are computed with the depthwise convolution that alone reads them, likewise:
    /// from the former's last node to the latter's first.
    private(set) var stems: [Int: Int] = [:]

    private let graph: Graph
    private let isNeeded: [Bool]
    private let isKept: [Bool]
    private let users: [[Int]]

    /// - Parameter kept: Nodes whose results are read from outside: taps and the output.
    init(_ graph: Graph, isNeeded: [Bool], kept: [Int]) {
        self.graph = graph
        self.isNeeded = isNeeded
        isAbsorbed = Array(repeating: false, count: graph.nodes.count)
        var isKept = isAbsorbed
        for index in kept { isKept[index] = true }
        self.isKept = isKept
        var users = [[Int]](repeating: [], count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() where isNeeded[index] {
            for input in node.inputs { users[input.index].append(index) }
        }
        self.users = users
        for index in graph.nodes.indices where isNeeded[index] && Self.isHead(graph.nodes[index].operation) {
            fuse(from: index)
        }
        for (tail, fused) in byTail.sorted(by: { $0.key < $1.key }) where graph.isDepthwise(fused.head) {
            joinBand(tail)
        }
        for (tail, fused) in byTail where banded[tail] != nil { joinStem(fused) }
    }

    /// Finds the convolution of the image that only this depthwise convolution reads.
    private mutating func joinStem(_ depthwise: FusedNode) {
        guard case .convolution = graph.nodes[depthwise.head].operation,
            let source = graph.nodes[depthwise.head].inputs.first?.index, let stem = byTail[source],
            users[source].count == 1, !isKept[source], stem.residual == nil, !graph.isDepthwise(stem.head),
            !graph.isPlainPointwise(stem.head), let input = graph.nodes[stem.head].inputs.first?.index,
            graph.nodes[input].operation == .input, !isKept[input], users[input].count == 1
        else { return }
        stems[source] = depthwise.head
    }

    private static func isHead(_ operation: GraphOperation) -> Bool {
        switch operation {
        case .convolution, .sharedDepthwise, .linear: true
        default: false
        }
    }

    private mutating func fuse(from head: Int) {
        var fused = FusedNode(head: head)
        let canAdd = !graph.isDepthwise(head)
        while !isKept[fused.tail], users[fused.tail].count == 1, let next = users[fused.tail].first {
            // A sum of two convolutions belongs to the one that came first.
            guard byTail[next] == nil, !isAbsorbed[next] else { break }
            let last = fused.tail
            guard fused.absorb(next, of: graph, canAdd: canAdd) else { break }
            isAbsorbed[last] = true
        }
        byTail[fused.tail] = fused
    }

    /// Finds the pointwise convolution with which a depthwise result can be computed one band of rows at a time.
    private mutating func joinBand(_ tail: Int) {
        guard !isKept[tail], let readers = readers(of: tail) else { return }
        let pointwise = byTail.filter { graph.isPlainPointwise($0.value.head) }
        let targets = readers.compactMap { reader in pointwise.first { $0.value.head == reader }?.key }.sorted()
        guard let target = targets.first else { return }
        let others = readers.filter { reader in pointwise[target]?.head != reader }
        // Whoever else reads the result must come later.
        guard others.allSatisfy({ $0 > target }) else { return }
        banded[tail] = target
        if others.isEmpty { isInScratch.insert(tail) }
    }

    /// The nodes that read a result, through slices, joins and shuffles; nil where one of those is kept.
    private func readers(of index: Int) -> [Int]? {
        var result: [Int] = []
        for user in users[index] {
            if graph.isView(user) {
                guard !isKept[user], let inner = readers(of: user) else { return nil }
                result += inner
            } else {
                result.append(user)
            }
        }
        return result
    }
}

extension Graph {
    /// Whether a node only renames channels.
    func isView(_ index: Int) -> Bool {
        switch nodes[index].operation {
        case .slice, .concatenate, .channelShuffle, .dropout: true
        default: false
        }
    }

    /// Whether every output channel of a convolution reads one input channel and no other does.
    func isDepthwise(_ index: Int) -> Bool {
        switch nodes[index].operation {
        case .sharedDepthwise: true
        case .convolution(let convolution):
            self[convolution.weight].shape[1] == 1 && self[convolution.weight].shape[0] == convolution.groups
                && convolution.groups > 1
        default: false
        }
    }

    /// Whether a convolution is 1×1 with stride 1 and one group.
    func isPlainPointwise(_ index: Int) -> Bool {
        guard case .convolution(let convolution) = nodes[index].operation else { return false }
        let shape = self[convolution.weight].shape
        return shape[2] == 1 && shape[3] == 1 && convolution.stride == 1 && convolution.groups == 1
            && [.same, .symmetric(0)].contains(convolution.padding)
    }
}
