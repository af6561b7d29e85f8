import Tensors
import Testing

@testable import Engine

/// Layer, RMS and response normalisation and GELU: by numbers from PyTorch, and the fast plan against plain loops.
@Suite struct ChannelNormalisationTests {
    private static func run(
        _ input: Tensor, _ options: ExecutionOptions = .init(operators: .reference),
        _ build: (inout Graph, Graph.NodeID) -> Void
    ) throws -> Tensor {
        var graph = Graph()
        build(&graph, graph.add(.input, name: "input"))
        return try ExecutionPlan(graph, inputShape: input.shape, options: options).run(input)
    }

    private static func norm(_ graph: inout Graph, _ weight: [Float], _ bias: [Float], _ epsilon: Float)
        -> ChannelNormalization
    {
        ChannelNormalization(
            weight: graph.addParameter("weight", Tensor(shape: [weight.count], scalars: weight)),
            bias: graph.addParameter("bias", Tensor(shape: [bias.count], scalars: bias)), epsilon: epsilon)
    }

    /// Two pixels of three channels.
    private static let image = Tensor(shape: [1, 3, 1, 2], scalars: [1, -2, 2, 0.5, 4, 3])

    @Test func layerNormalisationIsOverTheChannelsOfEachPixel() throws {
        let output = try Self.run(Self.image) { graph, input in
            let norm = Self.norm(&graph, [1, 2, -1], [0, 0.5, 1], 1e-6)
            graph.add(.layerNormalization(norm), input, name: "norm")
        }
        // torch.nn.functional.layer_norm(x.permute(0, 2, 3, 1), (3,), weight, bias, 1e-6).permute(0, 3, 1, 2)
        let expected: [Float] = [-1.0690445, -1.2247448, -0.0345222, 0.5, -0.3363059, -0.2247448]
        for (found, expected) in zip(output.scalars, expected) { #expect(abs(found - expected) <= 2e-6) }
    }

    @Test func rmsNormalisationLeavesOutTheMean() throws {
        let output = try Self.run(Self.image) { graph, input in
            let norm = Self.norm(&graph, [1, 2, -1], [0, 0.5, 1], 1e-6)
            graph.add(.rmsNormalization(norm), input, name: "norm")
        }
        // torch.nn.functional.rms_norm(x.permute(0, 2, 3, 1), (3,), weight, 1e-6).permute(0, 3, 1, 2) + bias
        let expected: [Float] = [0.37796444, -0.95166183, 2.01185775, 0.97583091, -0.51185775, -0.42749274]
        for (found, expected) in zip(output.scalars, expected) { #expect(abs(found - expected) <= 2e-6) }
    }

    @Test func responseNormalisationIsByTheShareOfTheChannel() throws {
        let output = try Self.run(Self.image) { graph, input in
            let norm = Self.norm(&graph, [1, 0.5, -1], [0, 0.5, 1], 1e-6)
            graph.add(.responseNormalization(norm), input, name: "norm")
        }
        // timm.layers.grn.GlobalResponseNorm(3, channels_last=False) with these numbers.
        let expected: [Float] = [1.7214966, -3.4429932, 3.1651869, 1.1662967, -1.4532619, -0.8399463]
        for (found, expected) in zip(output.scalars, expected) { #expect(abs(found - expected) <= 2e-6) }
    }

    @Test func geluIsTheExactOne() throws {
        let input = Tensor(shape: [1, 1, 1, 6], scalars: [-6, -1, -0.5, 0, 0.5, 3])
        let output = try Self.run(input) { $0.add(.activation(.gelu), $1, name: "act") }
        // torch.nn.functional.gelu
        let expected: [Float] = [-5.9196e-09, -0.15865526, -0.15426877, 0, 0.34573123, 2.9959502]
        for (found, expected) in zip(output.scalars, expected) { #expect(abs(found - expected) <= 1e-6) }
    }

    @Test(
        arguments: ExecutionOptions.available.filter { $0 != .reference && $0 != .automatic },
        [(1, 3), (5, 16), (7, 19), (14, 40)])
    func everyPlanComputesTheSame(family: ExecutionOptions.Operators, size: (side: Int, channels: Int)) throws {
        for threads in [1, 3] {
            let shape: Shape = [2, size.channels, size.side, size.side + 1]
            let worst = try BlockedOperatorTests.difference(
                .init(operators: family, threads: threads), shape, seed: 5, taps: true
            ) { random, input, channels in
                func norm() -> ChannelNormalization {
                    let numbers = (0..<2).map { _ in
                        random.graph.addParameter(
                            "norm \(random.graph.parameters.count)", random.tensor([channels]))
                    }
                    return ChannelNormalization(weight: numbers[0], bias: numbers[1], epsilon: 1e-6)
                }
                // Behind a step, on channels out of order, and before a sum.
                let first = random.graph.add(.layerNormalization(norm()), input, name: "first")
                let conv = random.convolution(
                    first, [2 * channels, channels, 3, 3], padding: .symmetric(1), hasBias: true)
                let act = random.graph.add(.activation(.gelu), conv, name: "act")
                let part = random.graph.add(.slice(channels / 2..<channels / 2 + channels), act, name: "part")
                // Functions that are no part of the step before them, behind each other.
                let curved = random.graph.add(.activation(.elu), part, name: "curved")
                let soft = random.graph.add(.activation(.softplus), curved, name: "soft")
                let mish = random.graph.add(.activation(.mish), soft, name: "mish")
                let response = random.graph.add(.responseNormalization(norm()), mish, name: "response")
                let last = random.graph.add(.layerNormalization(norm()), response, name: "last")
                let root = random.graph.add(.rmsNormalization(norm()), last, name: "root")
                let sum = random.graph.add(.add, input, root, name: "sum")
                let mean = random.graph.add(.globalAveragePool, sum, name: "mean")
                random.graph.add(.layerNormalization(norm()), mean, name: "head")
            }
            #expect(worst <= 2e-5)
        }
    }

    @Test func bfloat16RoundsAndNothingElse() throws {
        let shape: Shape = [1, 20, 6, 6]
        let worst = try BlockedOperatorTests.difference(.init(precision: .bfloat16), shape, seed: 6) {
            random, input, channels in
            let conv = random.convolution(input, [24, channels, 1, 1])
            let norm = ChannelNormalization(
                weight: random.graph.addParameter("weight", random.tensor([24])),
                bias: random.graph.addParameter("bias", random.tensor([24])), epsilon: 1e-6)
            let normal = random.graph.add(.layerNormalization(norm), conv, name: "norm")
            let act = random.graph.add(.activation(.gelu), normal, name: "act")
            _ = random.convolution(act, [8, 24, 1, 1])
        }
        // Eight bits of precision in every result.
        #expect(worst <= 0.03)
    }
}
