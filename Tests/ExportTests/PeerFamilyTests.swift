import Engine
import Foundation
import HDF5
import Networks
import TestSupport
import Tensors
import Testing
import Weights

/// Networks that torchvision and timm build, with random weights, against what PyTorch makes of an input.
@Suite struct PeerFamilyTests {
    /// Learnable parameters, as PyTorch counts them.
    static let parameters = [
        "mobilenet_v2": 3_504_872, "mobilenet_v3_large": 5_483_032, "mnasnet1_0": 4_383_312,
        "shufflenet_v2_x1_0": 2_278_604, "efficientnet_b0": 5_288_548, "regnet_y_400mf": 4_344_144,
        "mobilenetv1_100": 4_231_976, "ghostnet_100": 5_182_508, "mnasnet_100": 4_383_312, "regnetx_004": 5_157_512,
    ]

    @Test(.needsPython) func everyFamilyThatRunsGivesPyTorchsLogits() throws {
        try withTemporaryFolder { folder in
            let outcome = try PythonCheck.run("make_families.py", [folder])
            #expect(outcome.status == 0, "\(outcome.output)")
            let names = outcome.output.split(separator: "\n").map(String.init).filter { Self.parameters[$0] != nil }
            #expect(names.sorted() == Self.parameters.keys.sorted())
            for name in names {
                let net = try RunnableGraph(network: Network.open("\(folder)/\(name).safetensors"))
                #expect(net.graph.parameterCount(.learnable) == Self.parameters[name], "\(name)")
                let file = try HDF5File(path: "\(folder)/\(name).h5")
                let input = try file.tensor("input")
                let logits = try ExecutionPlan(net.graph, inputShape: input.shape).run(input)
                #expect(relativeError(logits, try file.tensor("output")) <= 1e-4, "\(name)")
            }
        }
    }
}
