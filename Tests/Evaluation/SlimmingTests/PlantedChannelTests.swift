import Engine
import Tensors
import Testing

@testable import Slimming

/// Networks of the families' kinds of blocks with dead, equal and unread channels put in; what is left is counted by hand.
@Suite struct PlantedChannelTests {
    /// MobileNetV1: depthwise layers, functions between, a classifier.
    @Test func depthwiseChainsGoAsAWhole() throws {
        var net = TestNet()
        net.layer("conv1", 8, kernel: 3, stride: 2, .relu6)
        net.layer("dw1", kernel: 3, groups: nil, .relu6)
        net.layer("pw1", 12, .relu6)
        net.layer("dw2", kernel: 3, stride: 2, groups: nil, .relu6)
        net.layer("pw2", 16, .relu6)
        net.classify()
        // Alive for the border of zeros of dw2: 0.5 inside, less at the border.
        net.kill("pw1", 3, constant: 0.5)
        // Zero behind the function; then whatever dw2 and its normalisation make of zero.
        net.kill("pw1", 5, constant: -1)
        net.change("dw2.norm/weight") { $0[7] = 0 }
        net.repeatChannel("pw2", 2, as: 9, norms: ["pw2.norm"])
        net.change("classifier/weight") { weights in for row in 0..<5 { weights[row * 16 + 4] = 0 } }
        let slim = try Slimmed(net)
        #expect(slim.shape("pw1") == [10, 8, 1, 1])
        #expect(slim.shape("dw2") == [10, 1, 3, 3])
        #expect(slim.shape("pw2") == [14, 10, 1, 1])
        #expect(slim.shape("classifier") == [5, 14])
        #expect(slim.gone("pw1", .dead) == 2 && slim.gone("dw2", .dead) == 2)
        #expect(slim.gone("pw2", .equal) == 1 && slim.gone("pw2", .unread) == 1)
        #expect(slim.stays("pw1", .border) == 1 && slim.result.obstacles.count == 1)
        #expect(slim.result.foldedNorms == 5)
        // (216 + 8) + (72 + 8) + (80 + 10) + (90 + 10) + (140 + 14) + (70 + 5)
        #expect(slim.result.graph.parameterCount(.learnable) == 723)
        #expect(slim.result.graph.parameterCount(.runningStatistic) == 0)
        try slim.expectSameLogits()
    }

    /// MobileNetV2: a sum keeps a dead channel of one branch, and lets go what is dead in both.
    @Test func sumsPinWhatIsAliveInOneBranch() throws {
        var net = TestNet()
        net.layer("stem", 8, kernel: 3, .relu6)
        let input = net.current
        net.layer("expand", 24, .relu6)
        net.layer("dw", kernel: 3, groups: nil, .relu6)
        net.layer("project", 8)
        net.add(input, "block1")
        net.layer("head", 10, .relu6)
        net.classify()
        net.kill("expand", 5, constant: -1)
        net.kill("dw", 6, constant: 0.7)
        net.kill("project", 2, constant: 0.4)
        net.kill("stem", 7, constant: -0.5)
        net.kill("project", 7, constant: 0.25)
        let slim = try Slimmed(net)
        #expect(slim.shape("stem") == [7, 3, 3, 3])
        #expect(slim.shape("expand") == [22, 7, 1, 1])
        #expect(slim.shape("dw") == [22, 1, 3, 3])
        #expect(slim.shape("project") == [7, 22, 1, 1])
        #expect(slim.shape("head") == [10, 7, 1, 1])
        #expect(slim.stays("project", .residual) == 1 && slim.result.obstacles.count == 1)
        try slim.expectSameLogits()
    }

    /// MobileNetV3: gates of squeeze-and-excite go with the channels that they scale.
    @Test func gatesGoWithTheirChannels() throws {
        var net = TestNet()
        net.layer("stem", 8, kernel: 3, stride: 2, .hardSwish)
        let input = net.current
        net.layer("expand", 16, .hardSwish)
        net.layer("dw", kernel: 5, groups: nil, .hardSwish)
        let scaled = net.current
        net.current = net.graph.add(.globalAveragePool, net.current, name: "se.mean")
        net.convolution("se.reduce", 4, hasBias: true)
        net.function(.relu, "se.reduce.act")
        net.convolution("se.expand", 16, hasBias: true)
        net.function(.hardSigmoid, "se.gate")
        net.current = net.graph.add(.multiply, scaled, net.current, name: "se")
        net.layer("project", 8)
        net.add(input, "block1")
        net.layer("head", 12, .hardSwish)
        net.classify()
        // hardSwish(−4) is 0; hardSwish(1) is 4/6, which the gate scales by what the image says.
        net.kill("dw", 3, constant: -4)
        net.kill("dw", 4, constant: 1)
        net.clearRow("se.reduce", 1)
        net.change("se.reduce/bias") { $0[1] = -1 }
        let slim = try Slimmed(net)
        #expect(slim.shape("expand") == [15, 8, 1, 1])
        #expect(slim.shape("dw") == [15, 1, 5, 5])
        #expect(slim.shape("se.reduce") == [3, 15, 1, 1])
        #expect(slim.shape("se.expand") == [15, 3, 1, 1])
        #expect(slim.shape("project") == [8, 15, 1, 1])
        #expect(slim.stays("dw", .gate) == 1)
        try slim.expectSameLogits()
    }

    /// ResNet: constants before a padded convolution are carried by one of them; a branch of zeros goes whole.
    @Test func aBorderNeedsOneConstantAlone() throws {
        var net = TestNet()
        net.layer("stem", 8, kernel: 3, .relu)
        for block in 1...2 {
            let input = net.current
            net.layer("block\(block).conv1", 8, kernel: 3, .relu)
            net.layer("block\(block).conv2", 8, kernel: 3)
            net.add(input, "block\(block).sum")
            net.function(.relu, "block\(block)")
        }
        net.classify()
        net.kill("block1.conv1", 2, constant: -1)
        net.kill("block1.conv1", 3, constant: 2)
        net.kill("block1.conv1", 4, constant: 1)
        for channel in 0..<8 { net.kill("block2.conv2", channel, constant: 0) }
        let slim = try Slimmed(net)
        #expect(slim.shape("block1.conv1") == [6, 8, 3, 3])
        #expect(slim.shape("block1.conv2") == [8, 6, 3, 3])
        #expect(slim.stays("block1.conv1", .border) == 1)
        #expect(slim.result.removedLayers == ["block2.conv1", "block2.conv2"])
        #expect(slim.shape("block2.conv2") == nil)
        try slim.expectSameLogits()
    }

    /// ShuffleNetV2: channels go out of shuffled halves, which need not stay of equal length.
    @Test func shufflesNeedNoEqualGroups() throws {
        var net = TestNet()
        net.layer("stem", 8, kernel: 3, .relu)
        for unit in 1...2 {
            let input = net.current
            let passed = net.graph.add(.slice(0..<4), input, name: "unit\(unit).passed")
            net.go(to: net.graph.add(.slice(4..<8), input, name: "unit\(unit).main"), width: 4)
            net.layer("unit\(unit).pw1", 4, .relu)
            net.layer("unit\(unit).dw", kernel: 3, groups: nil)
            net.layer("unit\(unit).pw2", 4, .relu)
            let joined = net.graph.add(.concatenate, passed, net.current, name: "unit\(unit).joined")
            net.go(to: net.graph.add(.channelShuffle(groups: 2), joined, name: "unit\(unit)"), width: 8)
        }
        net.layer("head", 6, .relu)
        net.classify()
        // Channel 1 of the second half is channel 3 of the shuffled ones, which the second unit passes on.
        net.kill("unit1.pw2", 1, constant: -1)
        net.kill("unit1.pw1", 2, constant: -1)
        let slim = try Slimmed(net)
        #expect(slim.shape("unit1.pw1") == [3, 4, 1, 1])
        #expect(slim.shape("unit1.dw") == [3, 1, 3, 3])
        #expect(slim.shape("unit1.pw2") == [3, 3, 1, 1])
        #expect(slim.shape("unit2.pw1") == [4, 4, 1, 1])
        #expect(slim.shape("head") == [6, 7, 1, 1])
        #expect(slim.result.obstacles.isEmpty)
        try slim.expectSameLogits()
    }

    /// DenseNet: normalisations and functions before the convolutions, every result read by all that follow.
    @Test func joinsCarryChannelsFarOn() throws {
        var net = TestNet()
        net.convolution("stem", 6, kernel: 3)
        for layer in 1...2 {
            let (input, width) = (net.current, net.width)
            net.norm("layer\(layer).norm")
            net.function(.relu, "layer\(layer).act")
            net.convolution("layer\(layer)", 4, kernel: 3)
            net.go(to: net.graph.add(.concatenate, input, net.current, name: "dense\(layer)"), width: width + 4)
        }
        net.norm("last")
        net.function(.relu, "last.act")
        net.classify()
        net.clearRow("stem", 2)
        for norm in ["layer1.norm", "layer2.norm"] {
            net.change("\(norm)/running_mean") { $0[2] = 0 }
            net.change("\(norm)/bias") { $0[2] = -0.3 }
        }
        // Behind the stem's 6 channels: layer 1's second and fourth.
        net.repeatChannel("layer1", 1, as: 3, norms: [])
        for norm in ["layer2.norm", "last"] {
            for word in ["weight", "bias", "running_mean"] { net.change("\(norm)/\(word)") { $0[9] = $0[7] } }
        }
        let slim = try Slimmed(net)
        #expect(slim.shape("stem") == [5, 3, 3, 3])
        #expect(slim.shape("layer1") == [3, 5, 3, 3])
        #expect(slim.shape("layer2") == [4, 8, 3, 3])
        #expect(slim.shape("classifier") == [5, 12])
        #expect(slim.gone("stem", .dead) == 1 && slim.gone("layer1", .equal) == 1)
        #expect(
            slim.result.normObstacles == [
                "normalisations that stay: 1 behind a convolution that others read too, 2 behind no convolution"
            ])
        try slim.expectSameLogits()
    }

    /// VGNet: half of the channels passes, a depthwise layer filters the other half, normalisation stands behind the
    /// function.
    @Test func halvesThatPassLoseTheirChannels() throws {
        var net = TestNet()
        net.layer("stem", 8, kernel: 3, .relu)
        let left = net.graph.add(.slice(0..<4), net.current, name: "left")
        let right = net.graph.add(.slice(4..<8), net.current, name: "right")
        net.go(to: right, width: 4)
        net.convolution("half", kernel: 3, groups: nil)
        net.go(to: net.graph.add(.concatenate, left, net.current, name: "joined"), width: 8)
        net.convolution("mix", 4)
        net.function(.relu, "mix.act")
        net.norm("mix.norm")
        net.go(to: net.graph.add(.concatenate, right, net.current, name: "block"), width: 8)
        net.convolution("head", 6)
        net.function(.relu, "head.act")
        net.norm("head.norm")
        net.classify()
        net.clearRow("mix", 1)
        net.kill("stem", 2, constant: -1)
        net.clearRow("half", 3)
        let slim = try Slimmed(net)
        // Channel 1 of mix is its normalisation's constant, which the 1×1 convolution takes up; channel 2 of the stem is
        // read by mix alone; channel 7 is read by head beside half's zero kernel, which stays with it.
        #expect(slim.shape("stem") == [7, 3, 3, 3])
        #expect(slim.shape("mix") == [3, 7, 1, 1])
        #expect(slim.shape("half") == [4, 1, 3, 3])
        #expect(slim.shape("head") == [6, 7, 1, 1])
        #expect(slim.stays("half", .depthwise) == 1)
        try slim.expectSameLogits()
    }
}
