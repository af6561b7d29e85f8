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

    /// The largest logit is the measure; a tensor of another length is another network.
    @Test func differencesAreMeasuredByTheLargestLogit() {
        let logits = Tensor(shape: [1, 3], scalars: [1, -4, 2])
        #expect(Tensor(shape: [1, 3], scalars: [1, -4, 2.5]).largestDifference(from: logits) == 0.125)
        #expect(logits.largestDifference(from: logits) == 0)
        #expect(Tensor(shape: [1, 2], scalars: [1, -4]).largestDifference(from: logits) == .infinity)
        #expect(Tensor(shape: [1, 3], scalars: [1, .nan, 2]).largestDifference(from: logits) == .infinity)
    }
}
