import Datasets
import Diagnostics
import Engine
import Evaluation
import Files
import Foundation
import Tensors
import Testing
import TestSupport
import VGNets

@Suite struct NonFiniteTests {
    /// A tiny net with the tensors that `change` makes of its own, read back from a safetensors file.
    private func network(
        _ folder: String, _ change: (_ name: String, _ values: inout [Float]) -> Void
    ) throws -> RunnableNetwork {
        let config = try VGNetConfig(
            name: "tiny", channels: [8, 16, 16, 24, 32], blocks: [1, 2, 2, 1], classes: 3, inputSize: 32)
        let graph = try RunnableNetwork(config: config, source: .config("t"), seed: 1).graph
        var header: [String: Any] = [:]
        var bytes: [UInt8] = []
        for parameter in graph.parameters {
            var values = parameter.tensor.scalars
            change(parameter.name, &values)
            let start = bytes.count
            for value in values {
                for shift in [0, 8, 16, 24] { bytes.append(UInt8(value.bitPattern >> shift & 255)) }
            }
            header[parameter.name.replacing("/", with: ".")] = [
                "dtype": "F32", "shape": parameter.tensor.shape.dimensions, "data_offsets": [start, bytes.count],
            ]
        }
        let json = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys])
        let length = (0..<8).map { UInt8(json.count >> (8 * $0) & 255) }
        let path = folder + "/net.safetensors"
        try AtomicFile.write(length + json + bytes, to: path)
        return try RunnableNetwork(config: config, source: .config("t"), weights: path, seed: 1)
    }

    private func evaluate(_ network: RunnableNetwork) throws -> NetworkEvaluation {
        try NetworkEvaluation.evaluate(network, input: .random(seed: 5), timings: .init(runs: 0))
    }

    @Test func soundWeightsGiveFiniteLogits() throws {
        try withTemporaryFolder { folder in
            let logits = try evaluate(network(folder) { _, _ in }).logits
            #expect(logits.nonFiniteCount == 0)
        }
    }

    /// The first normalisation of the net; a function behind it would turn its NaN into zeros.
    @Test(arguments: [(Float(-1), "a negative variance (-1.0)"), (.nan, "variance NaN")])
    func aNegativeVarianceIsNamedWithItsChannel(value: Float, words: String) throws {
        try withTemporaryFolder { folder in
            let first = try #require(
                try RunnableNetwork(named: "vgnetg-1.0mp").graph.parameters.first { $0.kind == .runningStatistic }?.name
            )
            #expect(first.hasSuffix("running_mean"))
            let name = first.replacing("running_mean", with: "running_var")
            let error = #expect(throws: KernelVizError.self) {
                let network = try network(folder) { if $0 == name { $1[3] = value } }
                return try evaluate(network)
            }
            // A NaN is refused when it is read.
            if value.isNaN {
                #expect(error?.code == "networks.notFinite")
            } else {
                #expect(error?.code == "eval.nonFinite" && error?.subject == folder + "/net.safetensors")
                #expect(error?.found.hasPrefix("batch normalisation '") == true)
                #expect(error?.found.hasSuffix("' has \(words) in channel 3, parameter '\(name)'") == true)
            }
        }
    }

    @Test func numbersThatGrowTooLargeNameTheirLayer() throws {
        try withTemporaryFolder { folder in
            let network = try network(folder) { name, values in
                if name.hasSuffix("features/stem/0/weight") { for index in values.indices { values[index] = 3e38 } }
            }
            let error = #expect(throws: KernelVizError.self) { try evaluate(network) }
            #expect(error?.code == "eval.nonFinite")
            // The stem's convolution is the first node behind the image.
            let stem = network.graph.nodes[1].name
            #expect(
                error?.found.contains("outputs are NaN or infinite: the first come from '\(stem)' (convolution)")
                    == true)
            try TinyImages.write(folder + "/data")
            let data = try ImageDataSet.open(folder + "/data", testing: network)
            let names = ["class0", "class1", "class2"]
            let accuracy = #expect(throws: KernelVizError.self) {
                try AccuracyEvaluation.evaluate(network, on: data, options: .with { $0.classNames = names })
            }
            #expect(accuracy?.code == "eval.nonFinite")
            #expect(accuracy?.subject.contains(" on \(folder)/data/test/class") == true)
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func aParameterThatIsNoNumberIsFound(value: Float) {
        var graph = Graph()
        graph.add(.input, name: "input")
        _ = graph.addParameter("large", Tensor(shape: [2], scalars: [.greatestFiniteMagnitude, -0.0]))
        #expect(graph.nonFiniteParameter == nil)
        let parameter = graph.addParameter("bad", Tensor(shape: [3], scalars: [1, value, 2]))
        #expect(graph.nonFiniteParameter == parameter)
    }

    @Test func thereAreNoProbabilitiesOfNoNumbers() {
        #expect(TopClasses.of([1, .nan, 2]).isEmpty && TopClasses.of([1, .infinity]).isEmpty)
    }

    @Test(.needsSharedFiles) func theHostileFileIsRefused() throws {
        let network = try RunnableNetwork(named: SharedFiles.path("cases/hostile/one_negative_variance.safetensors"))
        let error = #expect(throws: KernelVizError.self) { try evaluate(network) }
        #expect(error?.code == "eval.nonFinite" && error?.found.contains("a negative variance") == true)
    }
}
