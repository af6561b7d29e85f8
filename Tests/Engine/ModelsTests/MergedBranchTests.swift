import Architectures
import Checkpoints
import HDF5
import Kernels
import Models
import Tensors
import TestSupport
import Testing
import VGNets

@Suite struct MergedBranchTests {
    /// The folded net gives the logits of the trained one (`GeneralisedFormTests`), so that its kernels are those that run.
    @Test(
        "Kernels trained in branches are read as they run",
        arguments: [DepthwiseForm.branched, .normalized, .plain])
    func branchesAreMerged(form: DepthwiseForm) throws {
        let net = try VGNet(VGNetWeightsTests.config().replacing(depthwise: form), seed: 9)
        var graph = net.graph
        var generator = SeededGenerator(seed: 2)
        for parameter in net.graph.parameters where parameter.tensor.shape.rank == 1 {
            let place = try #require(graph.parameter(named: parameter.name))
            graph[place] = Tensor(
                shape: parameter.tensor.shape,
                scalars: parameter.tensor.scalars.map { _ in Float(0.5 + generator.uniform()) })
        }
        try withTemporaryFolder { folder in
            let path = folder + "/net.h5"
            try HDF5Writer.write(to: path) { writer in
                for parameter in graph.parameters {
                    try writer.write(
                        parameter.tensor.scalars, dimensions: parameter.tensor.shape.dimensions, to: parameter.name)
                }
                try writer.setAttribute("family", to: "VGNet")
                try writer.setAttribute("config", to: net.config.yaml())
            }
            let network = try ConvNetwork.open(path)
            let folded = try VGNet(net.config, checkpoint: Checkpoint.open(path)).folded().graph
            var merged = 0
            for layer in network.spatialLayers where layer.isDepthwise && layer.tensorName.hasSuffix("/0/weight") {
                let bank = try KernelBanks.read(layer, of: network)
                let module = String(layer.tensorName.dropLast(9))
                guard graph.parameter(named: module + "/skip/weight") != nil else { continue }
                let place = try #require(folded.parameter(named: module + "/weight"))
                #expect(bank.batchNormScale == nil && bank.values.count == folded[place].scalars.count)
                for (own, expected) in zip(bank.values, folded[place].scalars) { #expect(abs(own - expected) < 1e-5) }
                merged += 1
            }
            let note = KernelBanks.mergingNote(on: network)
            #expect((merged > 0) == (form == .branched))
            #expect(
                note
                    == (form == .branched
                        ? "\(merged) layers are read with the branches of training merged into the kernels, as they run"
                        : nil))
        }
    }

    /// RepGhost's branch lies beside the convolution, not below it. With s = γ/√(σ² + ε): 2·1 and 3·1 everywhere, ½ and −1
    /// more in the centre.
    @Test func repGhostsBranchIsMerged() throws {
        let vectors: [(String, [Float])] = [
            ("cheap_operation.1.weight", [2, 3]), ("cheap_operation.1.bias", [0, 0]),
            ("cheap_operation.1.running_mean", [0, 0]), ("cheap_operation.1.running_var", [1, 1]),
            ("fusion_bn.0.weight", [0.5, -1]), ("fusion_bn.0.bias", [0, 0]), ("fusion_bn.0.running_mean", [0, 0]),
            ("fusion_bn.0.running_var", [1, 1]),
        ]
        try withTemporaryFolder { folder in
            let path = folder + "/net.h5"
            try HDF5Writer.write(to: path) { writer in
                let ones = Array(repeating: Float(1), count: 18)
                // A network's first layer is not depthwise.
                try writer.write(ones + ones + ones, dimensions: [2, 3, 3, 3], to: "conv1.weight")
                try writer.write(ones, dimensions: [2, 1, 3, 3], to: "ghost1.cheap_operation.0.weight")
                for (name, numbers) in vectors { try writer.write(numbers, dimensions: [2], to: "ghost1.\(name)") }
            }
            let network = try ConvNetwork.open(path)
            let bank = try KernelBanks.read(#require(network.spatialLayers.last), of: network)
            for (place, number) in bank.values.enumerated() {
                let expected: Float = place == 4 ? 2.5 : place == 13 ? 2 : place < 9 ? 2 : 3
                #expect(abs(number - expected) < 1e-4)
            }
            #expect(KernelBanks.mergingNote(on: network)?.hasPrefix("1 layer is read with the branches") == true)
        }
    }
}
