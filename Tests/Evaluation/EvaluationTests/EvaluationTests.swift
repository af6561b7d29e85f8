import Datasets
import Diagnostics
import Engine
import Files
import Tensors
import TestSupport
import Testing
import VGNets

@testable import Evaluation

@Suite struct EvaluationTests {
    /// numpy.quantile([1, 2, 4, 8, 16], [0.1, 0.5, 0.9]) = 1.4, 4, 12.8.
    @Test func latencyIsSummarisedAsNumPyDoes() {
        let latency = Latency(milliseconds: [8, 1, 16, 2, 4])
        #expect(latency.median == 4)
        #expect(abs(latency.percentile10 - 1.4) < 1e-12)
        #expect(abs(latency.percentile90 - 12.8) < 1e-12)
        #expect(latency.minimum == 1)
    }

    /// softmax([2, 1, 0]) = 0.66524, 0.24473, 0.09003.
    @Test func topClassesAreSoftmaxProbabilitiesInOrder() {
        let guesses = TopClasses.of([0, 2, 1], names: ["a", "b", "c"], count: 2)
        #expect(guesses.map(\.index) == [1, 2])
        #expect(guesses.map(\.name) == ["b", "c"])
        #expect(abs(guesses[0].probability - 0.66524) < 1e-5)
    }

    @Test func namesOfAnotherNumberAreIgnored() {
        #expect(TopClasses.of([0, 1], names: ["a"]).map(\.name) == [nil, nil])
    }

    @Test(arguments: [
        ("a.h5:/x/y", NetworkInput.tensor(file: "a.h5", dataset: "/x/y")),
        ("a.h5", .tensor(file: "a.h5", dataset: "/input")), ("a.h5:", .tensor(file: "a.h5", dataset: "/input")),
    ])
    func tensorsAreNamedByFileAndDataset(text: String, input: NetworkInput) {
        #expect(NetworkInput(tensorText: text) == input)
    }

    @Test(arguments: [
        ("tench\ngoldfish, gold fish\n", ["tench", "goldfish, gold fish"]),
        ("index,label\n1,b\n0,\"a, an a\"\n", ["a, an a", "b"]), ("0, a\r\n1, b\r\n", ["a", "b"]),
        ("class_index,wnid,label\n0,n01,tench\n1,n02,goldfish, gold\n", ["tench", "goldfish, gold"]),
    ])
    func classNamesAreReadFromLinesAndFromCSV(text: String, names: [String]) throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(text: text, to: folder + "/names")
            #expect(try ClassNames.read(folder + "/names") == names)
        }
    }

    @Test func anIndexThatStandsTwiceIsRefused() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(text: "0,a\n0,b\n", to: folder + "/names.csv")
            let error = #expect(throws: KernelVizError.self) { try ClassNames.read(folder + "/names.csv") }
            #expect(
                error?.description
                    == "\(folder)/names.csv: index 0 for 'b'; expected each index from 0 to 1 once.")
        }
    }

    /// Folded normalisations have no ε.
    @Test func anOptionWithoutEffectIsAnError() throws {
        var options = ConventionOptions()
        try options.check(on: Graph())
        options.epsilon = 1e-3
        let error = #expect(throws: KernelVizError.self) { try options.check(on: Graph()) }
        #expect(error?.code == "networks.noEffect")
        let file = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"
        _ = try RunnableNetwork(checkpoint: file, options: options)
    }

    @Test func aRandomNetGivesTheSameLogitsForTheSameSeed() throws {
        let config = try VGNetConfig(
            name: "tiny", channels: [8, 16, 16, 24, 32], blocks: [1, 2, 2, 1], classes: 10, inputSize: 32)
        let logits = try [UInt64(1), 1, 2].map { seed in
            let network = try RunnableNetwork(config: config, source: .config("t"), seed: seed)
            return try NetworkEvaluation.evaluate(network, input: .random(seed: 5), timings: .init(runs: 0)).logits
        }
        #expect(logits[0] == logits[1])
        #expect(logits[0] != logits[2])
        #expect(logits[0].shape == [1, 10])
    }

    @Test func bfloat16TellsWhatItCosts() throws {
        let config = try VGNetConfig(
            name: "tiny", channels: [8, 16, 16, 24, 32], blocks: [1, 2, 2, 1], classes: 10, inputSize: 32)
        let network = try RunnableNetwork(config: config, source: .config("t"), seed: 1)
        let exact = try NetworkEvaluation.evaluate(network, input: .random(seed: 5), timings: .init(runs: 0))
        let rounded = try NetworkEvaluation.evaluate(
            network, input: .random(seed: 5), timings: .init(runs: 0), precision: .bfloat16)
        #expect(exact.precisionCost == nil)
        let cost = try #require(rounded.precisionCost)
        let largest = zip(exact.logits.scalars, rounded.logits.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(cost.largestDifference == largest && largest > 0)
        #expect(cost.largestLogit == exact.logits.scalars.map { abs($0) }.max())
        #expect(cost.precision == .bfloat16 && cost.images == 1)
        func best(_ tensor: Tensor) -> Int? { tensor.scalars.firstIndex(of: tensor.scalars.max() ?? 0) }
        #expect(cost.agreeing == (best(exact.logits) == best(rounded.logits) ? 1 : 0))
    }

    @Test func costsOfTwoImagesCountAgreement() {
        let exact = Tensor(shape: [2, 3], scalars: [1, 2, 3, 5, 4, -8])
        let rounded = Tensor(shape: [2, 3], scalars: [1, 2.5, 3, 4, 4.5, -8.25])
        let cost = PrecisionCost(.bfloat16, logits: rounded, inFloat32: exact)
        #expect(cost.images == 2 && cost.agreeing == 1)
        #expect(cost.largestDifference == 1 && cost.largestLogit == 8)
        let twice = cost.joined(with: cost)
        #expect(twice.images == 4 && twice.agreeing == 2 && twice.largestDifference == 1)
    }

    @Test(.needsSharedFiles) func aNetworkThatDoesNotRunNamesWhatTheEngineLacks() throws {
        let path = SharedFiles.path("weights/keras/rimuru_cifar10_effnet.keras")
        let error = #expect(throws: KernelVizError.self) { try RunnableNetwork(named: path) }
        #expect(error?.code == "networks.unsupportedOperation")
        #expect(error?.found.contains("'custom_hard_swish'") == true)
        var options = ConventionOptions()
        options.activation = .hardSwish
        let network = try RunnableNetwork(named: path, options: options)
        #expect(network.remarks.last == "activation of custom_hard_swish: hardSwish (given)")
        #expect(
            network.remarks.dropLast() == [
                "results are logits: the softmax at the end of its Keras model_config is left out",
                "The optimiser's state (49 tensors) is left out",
            ])
        #expect(network.conventions.contains { $0.name == "activation of custom_hard_swish" && $0.origin == .option })
    }

    @Test func aCheckpointBesideWeightsIsRefused() {
        let path = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"
        let error = #expect(throws: KernelVizError.self) { try RunnableNetwork(named: path, weights: path) }
        #expect(error?.code == "eval.weightsTwice")
    }
}
