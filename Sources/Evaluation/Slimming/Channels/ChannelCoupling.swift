import Engine
import Tensors

/// Why channels of several results can only go together.
enum Coupling: Int, Sendable, CaseIterable {
    /// A sum of two branches.
    case residual
    /// A shuffle whose groups must stay equal.
    case shuffle
    /// Kernels that several channels share.
    case sharedKernels
    /// A convolution in groups.
    case group
    /// A product, such as that of squeeze-and-excite.
    case gate
}

/// The channels of all results, joined into sets of which all or none are kept (union-find).
struct ChannelCoupling: Sendable {
    private let offsets: [Int]
    private var parents: [Int]
    /// For the representative of each set, the bits of ``Coupling`` that joined it.
    private var kinds: [UInt8]

    /// Joins the channels of the nodes that the output needs.
    ///
    /// - Parameter rigid: Places of shuffles whose groups must stay equal.
    init(_ graph: Graph, shapes: [Shape], rigid: Set<Int>) {
        var (offsets, count) = ([Int](), 0)
        for shape in shapes {
            offsets.append(count)
            count += shape[1]
        }
        self.offsets = offsets
        parents = Array(0..<count)
        kinds = Array(repeating: 0, count: count)
        let isNeeded = graph.neededNodes
        for place in graph.nodes.indices where isNeeded[place] {
            join(graph.nodes[place], place, graph, shapes, isRigid: rigid.contains(place))
        }
    }

    /// The set of a channel.
    func set(_ node: Int, _ channel: Int) -> Int {
        var slot = offsets[node] + channel
        while parents[slot] != slot { slot = parents[slot] }
        return slot
    }

    /// The number of channels of all results together; sets are numbered below it.
    var count: Int { parents.count }

    /// The couplings that joined a set.
    func couplings(of set: Int) -> [Coupling] { Coupling.allCases.filter { kinds[set] & (1 << $0.rawValue) != 0 } }

    private mutating func unite(_ a: (Int, Int), _ b: (Int, Int), _ kind: Coupling? = nil) {
        let (one, two) = (set(a.0, a.1), set(b.0, b.1))
        let (root, other) = (min(one, two), max(one, two))
        kinds[root] |= kinds[other] | (kind.map { 1 << $0.rawValue } ?? 0)
        parents[other] = root
        parents[offsets[a.0] + a.1] = root
        parents[offsets[b.0] + b.1] = root
    }

    private mutating func join(_ node: Graph.Node, _ place: Int, _ graph: Graph, _ shapes: [Shape], isRigid: Bool) {
        let sources = node.inputs.map(\.position)
        switch node.operation {
        case .input, .linear: break
        case .convolution(let convolution):
            guard convolution.groups > 1 else { break }
            joinGroups(
                place, sources[0], groups: convolution.groups, inputs: shapes[sources[0]][1], outputs: shapes[place][1])
        case .sharedDepthwise(let shared):
            let kernels = graph[shared.weight].shape[0]
            for channel in 0..<shapes[place][1] {
                unite((place, channel), (sources[0], channel))
                unite((place, channel), (place, channel / kernels * kernels), .sharedKernels)
            }
        case .batchNormalization, .affine, .layerNormalization, .rmsNormalization, .responseNormalization, .activation,
            .dropout, .pool,
            .globalAveragePool:
            for channel in 0..<shapes[place][1] { unite((place, channel), (sources[0], channel)) }
        case .add, .multiply:
            let kind: Coupling = node.operation == .add ? .residual : .gate
            for channel in 0..<shapes[place][1] {
                for source in sources { unite((place, channel), (source, channel), kind) }
            }
        case .concatenate, .slice, .channelShuffle:
            joinChoice(node.operation, place, sources, shapes, isRigid: isRigid)
        }
    }

    private mutating func joinGroups(_ place: Int, _ source: Int, groups: Int, inputs: Int, outputs: Int) {
        let (own, read) = (outputs / groups, inputs / groups)
        let kind: Coupling? = own == 1 && read == 1 ? nil : .group
        for group in 0..<groups {
            let first = (place, group * own)
            for channel in 0..<own { unite(first, (place, group * own + channel), kind) }
            for channel in 0..<read { unite(first, (source, group * read + channel), kind) }
        }
    }

    private mutating func joinChoice(
        _ operation: GraphOperation, _ place: Int, _ sources: [Int], _ shapes: [Shape], isRigid: Bool
    ) {
        let channels = operation.chosenChannels(
            of: sources.map { source in
                (0..<shapes[source][1]).map { (source, $0) }
            })
        for (channel, origin) in channels.enumerated() { unite((place, channel), origin) }
        guard case .channelShuffle(let groups) = operation, isRigid else { return }
        for channel in channels.indices {
            unite((place, channel), (place, channel / groups * groups), .shuffle)
        }
    }
}
