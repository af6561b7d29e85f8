import Engine
import Tensors
import Testing

@testable import Slimming

/// Depthwise layers taken apart: what is left computes the same.
@Suite struct DepthwiseSplitTests {
    /// 3 → 64 channels, a depthwise 3×3, ReLU6, 64 → 8 channels, 5 classes. Of the kernels 20 have the weight `cell` alone
    /// and 18 are multiples of one kernel, mixed among the others.
    private func net(
        cell: Int = 4, stride: Int = 1, padding: Padding = .symmetric(1), isGated: Bool = false
    ) -> TestNet {
        var net = TestNet()
        net.layer("expand", 64, .relu6)
        net.convolution("dw", kernel: 3, stride: stride, groups: nil, padding: padding)
        net.norm("dw.norm")
        net.function(.hardSwish, "dw.act")
        if isGated {
            let map = net.current
            net.current = net.graph.add(.globalAveragePool, map, name: "squeeze")
            net.convolution("se", 64, hasBias: true)
            net.function(.sigmoid, "gate")
            net.current = net.graph.add(.multiply, map, net.current, name: "gated")
        }
        net.layer("project", 8)
        net.classify()
        let form: [Float] = [0.25, 0.5, 0.25, 0.5, 1, 0.5, 0.25, 0.5, 0.25]
        net.change("dw/weight") { weights in
            for channel in 0..<64 where channel % 3 == 0 && channel < 60 {
                for tap in 0..<9 where tap != cell { weights[channel * 9 + tap] = 0 }
            }
            for channel in 0..<64 where channel % 3 == 1 && channel < 54 {
                let gain = 0.3 + Float(channel) / 100
                for tap in 0..<9 { weights[channel * 9 + tap] = (channel % 2 == 0 ? gain : -gain) * form[tap] }
            }
        }
        return net
    }

    private func slim(_ net: TestNet, shared: Bool) throws -> Slimmed {
        var passes = GraphSlimming.Passes()
        passes.splitsShared = shared
        return try Slimmed(net, passes: passes)
    }

    /// Of 20 passing and 18 shared channels, whole blocks of 16 are taken apart; 32 keep their kernels.
    @Test func passingAndSharedChannelsNeedAGainEach() throws {
        let slimmed = try slim(net(), shared: true)
        try slimmed.expectSameLogits()
        #expect(slimmed.result.splits == [SplitLayer(layer: "dw", passing: 16, shared: [16], own: 32)])
        #expect(slimmed.shape("dw") == [32, 1, 3, 3])
        #expect(slimmed.result.removedLayers.isEmpty)
        let before = try ExecutionPlan(slimmed.original, inputShape: [1, 3, 16, 16]).macs
        let after = try ExecutionPlan(slimmed.result.graph, inputShape: [1, 3, 16, 16]).macs
        // 16 channels of 256 pixels need one multiplication in the place of nine.
        #expect(before - after == 16 * 256 * 8)
        // Folded: 3·64 + 64, 16 gains and biases, 9 + 16 gains and shifts, 32 kernels and biases, 64·8 + 8, 8·5 + 5.
        #expect(slimmed.result.graph.parameterCount(.learnable) == 256 + 32 + 41 + 32 * 10 + 520 + 45)
    }

    @Test func sharedKernelsStayWholeUnlessAsked() throws {
        let slimmed = try slim(net(), shared: false)
        try slimmed.expectSameLogits()
        #expect(slimmed.result.splits == [SplitLayer(layer: "dw", passing: 16, shared: [], own: 48)])
    }

    /// Squeeze-and-excite reads the channels in their new order, and its gates come in it.
    @Test func gatesFollowTheOrder() throws {
        let slimmed = try slim(net(isGated: true), shared: true)
        try slimmed.expectSameLogits()
        #expect(slimmed.result.splits.count == 1)
    }

    /// At stride 2 with a border of one the middle of the kernel lies under the result; with TensorFlow's border it depends
    /// on the image, and the layer stays whole.
    @Test func strides() throws {
        let symmetric = try slim(net(stride: 2), shared: false)
        try symmetric.expectSameLogits()
        #expect(symmetric.result.splits.map(\.passing) == [16])
        let same = try slim(net(stride: 2, padding: .same), shared: false)
        try same.expectSameLogits()
        #expect(same.result.splits.isEmpty)
    }

    /// A weight off the middle moves the map: no gain does that.
    @Test func shiftedKernelsStay() throws {
        let slimmed = try slim(net(cell: 5), shared: false)
        #expect(slimmed.result.splits.isEmpty && slimmed.shape("dw") == [64, 1, 3, 3])
    }

    /// A sum takes its channels in one order from both sides.
    @Test func sumsFollowTheOrder() throws {
        var net = TestNet()
        net.layer("stem", 32, .relu)
        let stem = net.current
        net.convolution("dw", kernel: 3, groups: nil)
        net.norm("dw.norm")
        net.add(stem, "sum")
        net.layer("project", 8)
        net.classify()
        net.change("dw/weight") { weights in
            for channel in stride(from: 1, to: 32, by: 2) {
                for tap in 0..<9 where tap != 4 { weights[channel * 9 + tap] = 0 }
            }
        }
        let slimmed = try Slimmed(net)
        try slimmed.expectSameLogits()
        #expect(slimmed.result.splits == [SplitLayer(layer: "dw", passing: 16, shared: [], own: 16)])
    }

    /// Two layers of one residual stream have their channels in one order: each is taken apart as far as whole blocks of
    /// both allow. Of 64 channels 20 pass in the first layer, of which 16 are a block; every other one passes in the second:
    /// 8 of that block, 24 of the 48 others, of which 16 are a block.
    @Test func layersOfOneStreamAreAllTakenApart() throws {
        var net = TestNet()
        net.layer("expand", 64, .relu6)
        for name in ["one", "two"] {
            let stream = net.current
            net.convolution(name, kernel: 3, groups: nil)
            net.norm("\(name).norm")
            net.add(stream, "\(name).sum")
        }
        net.layer("project", 8)
        net.classify()
        for (name, step, end) in [("one", 3, 60), ("two", 2, 64)] {
            net.change("\(name)/weight") { weights in
                for channel in stride(from: 0, to: end, by: step) {
                    for tap in 0..<9 where tap != 4 { weights[channel * 9 + tap] = 0 }
                }
            }
        }
        let slimmed = try slim(net, shared: false)
        try slimmed.expectSameLogits()
        #expect(
            slimmed.result.splits == [
                SplitLayer(layer: "one", passing: 16, shared: [], own: 48),
                SplitLayer(layer: "two", passing: 16, shared: [], own: 48),
            ])
        #expect(slimmed.shape("one") == [48, 1, 3, 3] && slimmed.shape("two") == [16, 1, 3, 3])
        #expect(slimmed.shape("two/own2") == [32, 1, 3, 3])
        let before = try ExecutionPlan(slimmed.original, inputShape: [1, 3, 16, 16]).macs
        let after = try ExecutionPlan(slimmed.result.graph, inputShape: [1, 3, 16, 16]).macs
        #expect(before - after == 2 * 16 * 256 * 8)
    }

    /// The image's channels have an order that others gave it.
    @Test func theImageIsNotReordered() throws {
        var net = TestNet(channels: 32)
        net.layer("dw", kernel: 3, groups: nil)
        net.layer("project", 8)
        net.classify()
        net.change("dw/weight") { weights in
            for channel in stride(from: 1, to: 32, by: 2) {
                for tap in 0..<9 where tap != 4 { weights[channel * 9 + tap] = 0 }
            }
        }
        let result = try GraphSlimming(net.graph, inputShape: [1, 32, 16, 16])
        #expect(result.splits.isEmpty)
    }

    @Test(
        arguments: [
            (3, 1, Padding.symmetric(1), 4), (3, 2, .symmetric(1), 4), (5, 1, .symmetric(2), 12), (5, 1, .same, 12),
            (3, 2, .same, nil), (3, 1, .symmetric(0), nil),
            (3, 1, .explicit(top: 2, left: 0, bottom: 0, right: 2), 6),
            (3, 2, .explicit(top: 0, left: 0, bottom: 1, right: 1), nil),
        ] as [(Int, Int, Padding, Int?)])
    func theCellUnderTheResult(size: Int, stride: Int, padding: Padding, cell: Int?) {
        var graph = Graph()
        let shape: Shape = [4, 1, size, size]
        let weight = graph.addParameter("w", Tensor(shape: shape, repeating: 1))
        let convolution = Convolution(weight: weight, stride: stride, padding: padding, groups: 4)
        #expect(WindowCell(convolution, kernel: shape).cellUnderResult == cell)
    }
}
