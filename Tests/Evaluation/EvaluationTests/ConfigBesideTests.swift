import Architectures
import Diagnostics
import Files
import HDF5
import Models
import TestSupport
import Testing
import VGNets

@testable import Evaluation

/// Weights of a VGNet whose config lies beside them.
@Suite struct ConfigBesideTests {
    private static func write(_ net: VGNet, to path: String) throws {
        try HDF5Writer.write(to: path) { writer in
            for parameter in net.graph.parameters {
                try writer.write(
                    parameter.tensor.scalars, dimensions: parameter.tensor.shape.dimensions, to: parameter.name)
            }
        }
    }

    private static func net() throws -> VGNet {
        try VGNet(
            VGNetConfig(
                name: "tiny", channels: [4, 8, 16, 16, 16], blocks: [2, 2, 2, 2], classes: 2, inputSize: 8,
                isThumbnail: true), seed: 1)
    }

    @Test(arguments: ["net.config.yaml", "config.yaml"])
    func classifyAndEvalReadTheSameFile(name: String) throws {
        let net = try Self.net()
        try withTemporaryFolder { folder in
            try Self.write(net, to: "\(folder)/net.h5")
            try AtomicFile.write(text: net.config.yaml(), to: "\(folder)/\(name)")
            #expect(try ConvNetwork.open("\(folder)/net.h5").layers.first?.stride == 1)
            #expect(try RunnableNetwork(checkpoint: "\(folder)/net.h5").config == net.config)
        }
    }

    /// The stride of the stem would be guessed from the kernels.
    @Test func aConfigThatCannotBeReadIsNotPassedOver() throws {
        let net = try Self.net()
        try withTemporaryFolder { folder in
            try Self.write(net, to: "\(folder)/net.h5")
            try AtomicFile.write(text: "", to: "\(folder)/config.yaml")
            let expected = "\(folder)/config.yaml: is empty; expected the network's config."
            let classified = #expect(throws: KernelVizError.self) { _ = try ConvNetwork.open("\(folder)/net.h5") }
            #expect(classified?.description == expected)
            #expect(throws: KernelVizError.self) { _ = try RunnableNetwork(checkpoint: "\(folder)/net.h5") }
        }
    }
}
