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
}
