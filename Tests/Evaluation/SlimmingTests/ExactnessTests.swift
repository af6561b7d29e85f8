import Engine
import Models
import Tensors
import Testing
import VGNets

@testable import Slimming

/// What slimming must leave alone, and the kinds of layers that blocks of families do not show.
@Suite struct ExactnessTests {
    private static let noFolding = GraphSlimming.Passes(foldsNorms: false, clearsNegligible: true)

    @Test func nothingGoesFromANetThatUsesAll() throws {
        let vgNet = try VGNet(VGNetConfig(named: "vgnetg-1.0mp-thumbnail"), seed: 3).graph
        var mobileNet = try MobileNetV1(width: 0.25, classes: 10, seed: 1).graph
        // A depthwise kernel without a weight above zero would never fire behind a function.
        for place in mobileNet.nodes.indices {
            guard case .batchNormalization(let norm) = mobileNet.nodes[place].operation else { continue }
            mobileNet[norm.bias] = Tensor(shape: mobileNet[norm.bias].shape, repeating: 0.5)
        }
        for graph in [vgNet, mobileNet] {
            let slim = try GraphSlimming(graph, inputShape: [1, 3, 32, 32], passes: Self.noFolding)
            #expect(slim.layers.isEmpty && slim.removedLayers.isEmpty && slim.passedThrough.isEmpty)
            #expect(slim.obstacles.isEmpty)
            let isSame = slim.graph.parameters == graph.parameters
            #expect(isSame, "\(slim.graph.parameters.count) of \(graph.parameters.count) parameters")
        }
    }

    /// Depthwise kernels with a single 1 in the middle, and a function of what cannot be negative.
    @Test func identitiesGo() throws {
        var net = TestNet()
        net.layer("stem", 8, kernel: 3, .relu)
        net.convolution("pass", kernel: 3, groups: nil)
        net.change("pass/weight") { for place in $0.indices { $0[place] = place % 9 == 4 ? 1 : 0 } }
        net.function(.relu, "again")
        net.layer("head", 6, .relu)
        net.classify()
        let slim = try Slimmed(net)
        #expect(slim.result.removedLayers == ["pass"])
        #expect(slim.result.passedThrough == ["pass", "again"])
        #expect(slim.result.graph.nodes.count == net.graph.nodes.count - 2 - 2)
        try slim.expectSameLogits()
    }

    /// A kernel that reads beside the middle moves the map.
    @Test func shiftsStay() throws {
        var net = TestNet()
        net.layer("stem", 8, kernel: 3, .relu)
        net.convolution("shift", kernel: 3, groups: nil)
        net.change("shift/weight") { for place in $0.indices { $0[place] = place % 9 == 5 ? 1 : 0 } }
        net.convolution("stride", kernel: 3, stride: 2, groups: nil)
        net.change("stride/weight") { for place in $0.indices { $0[place] = place % 9 == 4 ? 1 : 0 } }
        net.classify()
        let slim = try Slimmed(net)
        #expect(slim.result.removedLayers.isEmpty)
        try slim.expectSameLogits()
    }

    /// A classifier that reads every pixel: a constant channel is its number times the sum of its weights.
    @Test func constantsFoldIntoAClassifierOfAllPixels() throws {
        var net = TestNet()
        net.layer("conv1", 6, kernel: 3, stride: 4, .relu)
        net.linear(5, features: 6 * 16)
        net.kill("conv1", 2, constant: 0.8)
        let slim = try Slimmed(net)
        #expect(slim.shape("conv1") == [5, 3, 3, 3])
        #expect(slim.shape("classifier") == [5, 80])
        try slim.expectSameLogits(sizes: [16])
    }

    /// Zeros around an image take part in a mean that counts them, not in one that does not, nor in a maximum.
    @Test(arguments: [Pool.Kind.average(countsPadding: true), .average(countsPadding: false), .maximum])
    func poolsMakeConstantsMapsWhereTheyCountTheBorder(kind: Pool.Kind) throws {
        var net = TestNet()
        net.layer("conv1", 6, kernel: 3, .relu)
        let pool = Pool(kind: kind, size: 3, stride: 2, padding: .symmetric(1))
        net.current = net.graph.add(.pool(pool), net.current, name: "pool")
        net.layer("head", 4, .relu)
        net.classify()
        net.kill("conv1", 1, constant: 0.8)
        net.kill("conv1", 2, constant: -0.8)
        let slim = try Slimmed(net)
        let isMap = kind == .average(countsPadding: true)
        #expect(slim.shape("conv1") == [isMap ? 5 : 4, 3, 3, 3])
        #expect(slim.stays("conv1", .border) == (isMap ? 1 : 0))
        try slim.expectSameLogits()
    }

    /// TensorFlow's padding of an even window has its larger part behind.
    @Test(arguments: [1, 2]) func constantsAtOneSidedBorders(stride: Int) throws {
        var net = TestNet()
        net.layer("conv1", 6, kernel: 3, .relu)
        net.convolution("conv2", 4, kernel: 3, stride: stride, padding: .same)
        net.function(.relu, "conv2.act")
        net.classify()
        net.kill("conv1", 1, constant: 0.8)
        net.kill("conv1", 4, constant: 0.2)
        // Of channel 4 the middle tap alone is read, which never lies outside.
        net.change("conv2/weight") { weights in
            for row in 0..<4 { for tap in 0..<9 where tap != 4 { weights[(row * 6 + 4) * 9 + tap] = 0 } }
        }
        let slim = try Slimmed(net)
        #expect(slim.shape("conv1") == [5, 3, 3, 3])
        #expect(slim.shape("conv2") == [4, 5, 3, 3])
        try slim.expectSameLogits()
    }

    /// The same kernel over the same constant gives other means on a smaller map, which has more border.
    @Test func constantsAtTheBordersOfTwoSizesDiffer() throws {
        var net = TestNet()
        net.layer("conv1", 4, kernel: 3, .relu)
        let input = net.current
        net.convolution("large", 2, kernel: 3)
        let large = net.graph.add(.globalAveragePool, net.current, name: "large.mean")
        let pool = Pool(kind: .maximum, size: 2, stride: 2)
        net.go(to: net.graph.add(.pool(pool), input, name: "pool"), width: 4)
        net.convolution("small", 2, kernel: 3)
        let small = net.graph.add(.globalAveragePool, net.current, name: "small.mean")
        net.go(to: net.graph.add(.concatenate, large, small, name: "joined"), width: 4)
        net.linear(5, features: 4)
        net.kill("conv1", 1, constant: 0.8)
        for name in ["large", "small"] {
            net.change("\(name)/weight") { for i in 0..<36 { $0[i] = (9..<18).contains(i) ? Float(i - 8) / 10 : 0 } }
        }
        let slim = try Slimmed(net)
        #expect(slim.shape("small") == [2, 4, 3, 3])
        try slim.expectSameLogits()
    }

    /// Of a convolution in groups a whole group goes, a part of one stays.
    @Test func groupsGoWhole() throws {
        var net = TestNet()
        net.layer("conv1", 8, .relu)
        net.layer("grouped", 8, kernel: 3, groups: 4, .relu)
        net.layer("head", 6, .relu)
        net.classify()
        net.kill("grouped", 2, constant: 0.5)
        net.kill("grouped", 3, constant: -0.5)
        net.kill("grouped", 6, constant: -0.5)
        let slim = try Slimmed(net)
        #expect(slim.shape("conv1") == [6, 3, 1, 1])
        #expect(slim.shape("grouped") == [6, 2, 3, 3])
        #expect(slim.stays("grouped", .group) == 1)
        try slim.expectSameLogits()
    }

    /// Dead and equal classes are the network's result: they stay.
    @Test func theResultKeepsItsChannels() throws {
        var net = TestNet()
        net.layer("conv1", 8, kernel: 3, .relu)
        net.classify(4)
        net.change("classifier/weight") { for i in 0..<8 { $0[i] = 0 } }
        let slim = try Slimmed(net)
        #expect(slim.shape("classifier") == [4, 8])
        #expect(slim.stays("classifier", .interface) == 1)
        try slim.expectSameLogits()
    }

    /// Weights of 10⁻²⁰, as weight decay leaves them, are zeros to a float.
    @Test func whatAFloatCannotResolveCountsAsZero() throws {
        var net = TestNet()
        net.layer("conv1", 8, kernel: 3, .relu)
        net.layer("conv2", 6, .relu)
        net.classify()
        net.change("conv1/weight") { for i in 0..<27 { $0[3 * 27 + i] *= 1e-20 } }
        let slim = try Slimmed(net)
        #expect(slim.shape("conv1") == [7, 3, 3, 3])
        #expect(slim.result.negligible == 1)
        try slim.expectSameLogits()
        let strict = try Slimmed(net, passes: GraphSlimming.Passes(foldsNorms: true, clearsNegligible: false))
        #expect(strict.shape("conv1") == [8, 3, 3, 3])
    }

    /// A bound shows that a function never fires: 6 at most comes in, each with a factor below zero.
    @Test func functionsThatNeverFireAreConstants() throws {
        var net = TestNet()
        net.layer("conv1", 8, kernel: 3, .relu6)
        net.convolution("conv2", 6, kernel: 3, hasBias: true)
        net.function(.relu, "conv2.act")
        net.classify()
        net.change("conv2/weight") { for i in 0..<72 { $0[i] = -abs($0[i]) } }
        net.change("conv2/bias") { $0[0] = 0 }
        let slim = try Slimmed(net)
        #expect(slim.shape("conv2") == [5, 8, 3, 3])
        #expect(slim.gone("conv2", .dead) == 1)
        try slim.expectSameLogits()
    }

    /// A tensor that two layers share is no layer's own to change; each gets what it needs.
    @Test func sharedNormalisationsAreCutForEachLayer() throws {
        var net = TestNet()
        net.convolution("conv1", 6, kernel: 3)
        net.function(.relu, "conv1.act")
        net.norm("norm")
        guard case .batchNormalization(let norm) = net.graph[net.current].operation else { return }
        net.convolution("conv2", 6)
        net.function(.relu, "conv2.act")
        net.current = net.graph.add(.batchNormalization(norm), net.current, name: "norm.again")
        net.classify()
        net.clearRow("conv1", 1)
        let slim = try Slimmed(net)
        #expect(slim.shape("conv1") == [5, 3, 3, 3])
        #expect(slim.shape("conv2") == [6, 5, 1, 1])
        #expect(slim.shape("norm") == [6])
        try slim.expectSameLogits()
    }

    @Test func runsOfAShuffle() {
        // Two groups of four; of the first the third channel goes, of the second the first two.
        #expect(
            ShuffleRun.runs(kept: [0, 1, 3, 6, 7], channels: 8, groups: 2) == [
                ShuffleRun(groups: [0], places: [0..<2]), ShuffleRun(groups: [1], places: [3..<4]),
                ShuffleRun(groups: [0, 1], places: [2..<3, 4..<5]),
            ])
        #expect(
            ShuffleRun.runs(kept: Array(0..<6), channels: 6, groups: 3)
                == [ShuffleRun(groups: [0, 1, 2], places: [0..<2, 2..<4, 4..<6])])
    }

    /// A shuffle that would fall into too many parts keeps whole rows instead.
    @Test func aRaggedShuffleKeepsItsRows() throws {
        var net = TestNet()
        let count = 2 * ChannelPruning.longestShuffle + 2
        net.layer("left", count, .relu)
        let left = net.current
        net.go(to: try #require(net.graph.node(named: "input")), width: 3)
        net.layer("right", count, .relu)
        let joined = net.graph.add(.concatenate, left, net.current, name: "joined")
        net.go(to: net.graph.add(.channelShuffle(groups: 2), joined, name: "shuffle"), width: 2 * count)
        net.layer("head", 4, .relu)
        net.classify()
        for channel in stride(from: 0, to: count, by: 2) { net.kill("right", channel, constant: -1) }
        net.kill("left", 0, constant: -1)
        let slim = try Slimmed(net)
        #expect(slim.shape("left") == [count - 1, 3, 1, 1])
        #expect(slim.shape("right") == [count - 1, 3, 1, 1])
        #expect(slim.stays("right", .shuffle) == count / 2 - 1)
        try slim.expectSameLogits()
    }
}
