import Diagnostics
import Engine
import Evaluation
import Tensors
import TestSupport
import Testing

@testable import Slimming

/// A whole checkpoint: what is counted and said.
@Suite struct NetworkSlimmingTests {
    private static let file = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"

    /// The checkpoint with a channel of its seventh convolution (conv_pw_3, 64 to 64 channels on 16×16 pixels) that its
    /// normalisation and ReLU6 make zero.
    private static func planted() throws -> RunnableNetwork {
        let network = try RunnableNetwork(named: file)
        var graph = network.graph
        let place = try #require(
            graph.nodes.firstIndex { node in
                guard case .convolution(let convolution) = node.operation else { return false }
                return graph[convolution.weight].shape == [64, 64, 1, 1]
            })
        guard case .batchNormalization(let norm) = graph.nodes[place + 1].operation else { return network }
        for (parameter, number) in [(norm.weight, Float(0)), (norm.bias, -1)] {
            var scalars = graph[parameter].scalars
            scalars[5] = number
            graph[parameter] = Tensor(shape: graph[parameter].shape, scalars: scalars)
        }
        return network.replacing(graph: graph)
    }

    @Test func whatGoesIsCounted() throws {
        let slimming = try NetworkSlimming(Self.planted())
        let outcome = slimming.outcome
        #expect(outcome.layers.map(\.layer) == ["conv_pw_3", "conv_dw_4"])
        #expect(outcome.layers.allSatisfy { $0.before == 64 && $0.after == 63 && $0.gone == [.dead: 1] })
        // Of images of 64×64: 256 pixels of 64 factors; behind the stride 64 pixels of 9; 128 channels of 64 pixels.
        #expect(outcome.before.macs - outcome.after.macs == 256 * 64 + 64 * 9 + 128 * 64)
        // γ and β of 27 normalisations become biases; then a row with its bias, a kernel with its bias, a column.
        #expect(outcome.before.parameters.learnable - outcome.after.parameters.learnable == 5472 + 64 + 1 + 9 + 1 + 128)
        #expect(outcome.foldedNorms == 27 && outcome.after.parameters.batchNormRunning == 0)
        #expect(outcome.largestDifference < NetworkSlimming.tolerance)
        #expect(slimming.network.classNames == (try RunnableNetwork(named: Self.file).classNames))
    }

    @Test func normalisationsStayWhereAsked() throws {
        let outcome = try NetworkSlimming(Self.planted(), keepsNorms: true).outcome
        #expect(outcome.foldedNorms == 0)
        #expect(outcome.layers.map(\.after) == [63, 63])
        // γ, β, mean and variance of two channels.
        #expect(outcome.before.parameters.batchNormRunning - outcome.after.parameters.batchNormRunning == 4)
    }

    @Test func aVarianceBelowZeroIsRefused() throws {
        let network = try RunnableNetwork(named: Self.file)
        var graph = network.graph
        for node in graph.nodes {
            guard case .batchNormalization(let norm) = node.operation else { continue }
            graph[norm.runningVariance] = Tensor(shape: graph[norm.runningVariance].shape, repeating: -1)
        }
        let error = #expect(throws: KernelVizError.self) { try NetworkSlimming(network.replacing(graph: graph)) }
        #expect(error?.code == "slim.nonFinite")
    }

    /// A pixel to the power of 1,024 beside the pixel itself: of 0.36 and less nothing is left, while the glaring image's
    /// 1.08 makes all of its logits, 1,024 times as far off as the weight that scales it.
    @Test func roundingIsTheMeasureWhereItMovesLogits() throws {
        var net = TestNet()
        net.convolution("scale", groups: nil)
        let pixel = net.current
        for step in 1...10 {
            net.current = net.graph.add(.multiply, net.current, net.current, name: "square\(step)")
        }
        net.go(to: net.graph.add(.concatenate, pixel, net.current, name: "both"), width: 6)
        net.classify()
        net.change("scale/weight") { $0 = $0.map { _ in 1 } }
        var probe = try NoiseProbe(net.graph, image: Tensor(shape: [1, 3, 4, 4], repeating: 0.36))
        let rounding = try probe.rounding()
        #expect(rounding[..<3].allSatisfy { $0 < 1e-6 }, "\(rounding)")
        // Of a last bit, 2^-23 upwards and 2^-24 downwards.
        #expect(rounding[3] > 3e-5 && rounding[3] < 3e-4, "\(rounding)")

        func comparison(_ change: (inout TestNet) -> Void) throws -> NoiseProbe.Comparison {
            var other = net
            change(&other)
            return try probe.comparison(with: other.graph)
        }
        let lastBit = try comparison { $0.change("scale/weight") { $0 = $0.map(\.nextUp) } }
        #expect(lastBit.isSame && lastBit.difference < 1e-6)
        #expect(try #require(lastBit.unsteady).difference > 1e-4)
        #expect(try !comparison { $0.change("scale/weight") { $0[0] = 1.00001 } }.isSame)
        #expect(try !comparison { $0.change("classifier/weight") { $0[0] *= 1.0001 } }.isSame)
        let same = try comparison { _ in }
        #expect(same.isSame && same.difference == 0 && same.unsteady == nil)
    }

    /// The largest logit is the measure; a tensor of another length is another network.
    @Test func differencesAreMeasuredByTheLargestLogit() {
        let logits = Tensor(shape: [1, 3], scalars: [1, -4, 2])
        #expect(Tensor(shape: [1, 3], scalars: [1, -4, 2.5]).largestDifference(from: logits) == 0.125)
        #expect(logits.largestDifference(from: logits) == 0)
        #expect(Tensor(shape: [1, 2], scalars: [1, -4]).largestDifference(from: logits) == .infinity)
        #expect(Tensor(shape: [1, 3], scalars: [1, .nan, 2]).largestDifference(from: logits) == .infinity)
    }
}
