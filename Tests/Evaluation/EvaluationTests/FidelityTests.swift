import Architectures
import Classification
import Datasets
import Diagnostics
import Engine
import Files
import Statistics
import Tensors
import Testing
import TestSupport

@testable import Evaluation

@Suite struct FidelityTests {
    private func normal(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float(generator.normal()) }
    }

    private func input(stride: Int, padding: Padding, channels: Int, size: Int = 3) -> KernelInput {
        KernelInput(
            place: 0, node: "c", source: "s", size: size, stride: stride, padding: padding, channels: channels)
    }

    /// TensorFlow's SAME at stride 2 on 6 rows pads below only: the patch of output (0, 0) begins at row 0.
    @Test(arguments: [(1, Padding.symmetric(1), -1, 6), (2, .symmetric(1), -1, 3), (2, .same, 0, 3)])
    func patchesLieWhereTheConvolutionReads(stride: Int, padding: Padding, first: Int, outputs: Int) {
        let maps = normal(2 * 36, seed: 1)
        var input = input(stride: stride, padding: padding, channels: 2)
        input.add(Tensor(shape: [1, 2, 6, 6], scalars: maps))
        #expect(input.patches == outputs * outputs)
        func at(_ channel: Int, _ y: Int, _ x: Int) -> Double {
            y >= 0 && y < 6 && x >= 0 && x < 6 ? Double(maps[channel * 36 + y * 6 + x]) : 0
        }
        for (a, b) in [(0, 0), (4, 4), (1, 5), (8, 2)] {
            var product = 0.0
            var sum = 0.0
            for y in 0..<outputs {
                for x in 0..<outputs {
                    let (top, left) = (first + y * stride, first + x * stride)
                    product += at(1, top + a / 3, left + a % 3) * at(1, top + b / 3, left + b % 3)
                    sum += at(1, top + a / 3, left + a % 3)
                }
            }
            #expect(abs(input.products[(9 + a) * 9 + b] - product) < 1e-4)
            #expect(abs(input.sums[9 + a] - sum) < 1e-5)
        }
    }

    /// A kernel that is three times its template needs the gain 3 and no constant; one that has nothing to do with the
    /// template but its mean needs the constant.
    @Test func gainAndConstantAreThoseOfLeastSquares() {
        var input = input(stride: 1, padding: .symmetric(0), channels: 1)
        let maps = normal(400, seed: 2).map { $0 + 2 }
        input.add(Tensor(shape: [1, 1, 20, 20], scalars: maps))
        let template = normal(9, seed: 3)
        let same = input.substitute(for: template.map { 3 * $0 }, template: template, channel: 0)
        for (a, b) in zip(same.kernel, template) { #expect(abs(a - 3 * b) < 1e-4) }
        #expect(abs(same.shift) < 1e-4)
        let silent = input.substitute(for: template, template: Array(repeating: 0, count: 9), channel: 0)
        #expect(silent.kernel.allSatisfy { $0 == 0 })
        // Plain least squares over all 324 patches.
        let kernel = normal(9, seed: 4)
        var (xs, ys): ([Double], [Double]) = ([], [])
        for y in 0..<18 {
            for x in 0..<18 {
                func response(_ weights: [Float]) -> Double {
                    (0..<9).reduce(0) { $0 + Double(weights[$1]) * Double(maps[(y + $1 / 3) * 20 + x + $1 % 3]) }
                }
                xs.append(response(template))
                ys.append(response(kernel))
            }
        }
        let (mx, my) = (xs.reduce(0, +) / 324, ys.reduce(0, +) / 324)
        let gain =
            zip(xs, ys).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) } / xs.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
        let found = input.substitute(for: kernel, template: template, channel: 0)
        #expect(abs(Double(found.kernel[4]) - gain * Double(template[4])) < 1e-3)
        #expect(abs(found.shift - (my - gain * mx)) < 1e-3)
    }

    /// A field that an AR(1) filter made along its rows has the correlation ρ^d there and none down.
    @Test func theCorrelationOfAFieldIsFound() throws {
        let noise = normal(200 * 200, seed: 5)
        var field = noise
        for y in 0..<200 {
            for x in 1..<200 {
                field[y * 200 + x] = 0.6 * field[y * 200 + x - 1] + 0.8 * noise[y * 200 + x]
            }
        }
        var input = input(stride: 1, padding: .symmetric(0), channels: 1)
        input.add(Tensor(shape: [1, 1, 200, 200], scalars: field))
        let correlation = try #require(input.correlation)
        for (x, expected) in [(0, 1.0), (1, 0.6), (2, 0.36)] {
            #expect(abs(correlation.at(rows: 0, columns: x) - expected) < 0.03)
        }
        #expect(abs(correlation.at(rows: 1, columns: 0)) < 0.03)
        #expect(abs(correlation.at(rows: -1, columns: -1) - correlation.at(rows: 1, columns: 1)) < 1e-12)
    }

    @Test func aMapThatNeverChangesHasNoCorrelation() {
        var input = input(stride: 1, padding: .symmetric(0), channels: 1)
        input.add(Tensor(shape: [1, 1, 8, 8], scalars: Array(repeating: 3, count: 64)))
        #expect(input.correlation == nil)
    }

    /// A third of 59 pictures is not the first 39 by twos: the last class has its share.
    @Test func gainsAreFittedOnPicturesOfTheWholeFolder() {
        #expect(LabelFidelity.fittingPlaces(of: 59, 20).last == 56)
        #expect(LabelFidelity.fittingPlaces(of: 100, 20) == Array(stride(from: 0, to: 100, by: 5)))
        #expect(LabelFidelity.fittingPlaces(of: 5, 20) == [0, 2])
    }

    /// A constant has a place behind every convolution, and reaches no other layer.
    @Test func biasesAreAddedWhereThereAreNone() throws {
        var graph = Graph()
        let input = graph.add(.input, name: "input")
        let kernels = normal(18, seed: 6)
        let weight = graph.addParameter("dw/weight", Tensor(shape: [2, 1, 3, 3], scalars: kernels))
        let shared = graph.addParameter("shared/bias", Tensor(shape: [2], scalars: [1, 2]))
        let first = graph.add(
            .convolution(Convolution(weight: weight, padding: .symmetric(1), groups: 2)), input, name: "first")
        let second = graph.add(
            .convolution(Convolution(weight: weight, bias: shared, padding: .symmetric(1), groups: 2)), first,
            name: "second")
        graph.add(
            .convolution(Convolution(weight: weight, bias: shared, padding: .symmetric(1), groups: 2)), second,
            name: "third")
        let image = Tensor(shape: [1, 2, 6, 6], scalars: normal(72, seed: 7))
        var changed = graph
        let added = (changed.ownBias(of: first), changed.ownBias(of: second))
        let (own, other) = (try #require(added.0), try #require(added.1))
        #expect(changed.name(of: own) == "dw/bias" && other != shared && changed[other].scalars == [1, 2])
        let taps = ["first", "second", "third"]
        func maps(_ graph: Graph) throws -> [[Float]] {
            try ExecutionPlan(graph, inputShape: image.shape, taps: taps).runWithTaps(image).taps.map(\.scalars)
        }
        #expect(try maps(changed) == maps(graph))
        changed[own] = Tensor(shape: [2], scalars: [0.5, 0])
        let (before, after) = (try maps(graph), try maps(changed))
        for place in 0..<72 {
            #expect(abs(after[0][place] - before[0][place] - (place < 36 ? 0.5 : 0)) < 1e-5)
        }
        // Asked again it is the same one.
        let again = changed.ownBias(of: first)
        #expect(again == own)
    }

    @Test func tooFewPicturesAreRefused() throws {
        let path = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"
        let statistics = try NetworkStatistics.analyse(ConvNetwork.open(path))
        let network = try RunnableNetwork(checkpoint: path)
        try withTemporaryFolder { folder in
            let cat = try InputFile.bytes(SharedFiles.packageRoot + "/Weights/cat.jpg")
            try AtomicFile.write(cat, to: folder + "/a.jpg")
            let images = try ImageFolder.open(folder)
            #expect(images.images.count == 1 && !images.isLabelled)
            #expect(
                throws: KernelVizError(
                    code: "fidelity.tooFew", subject: folder, found: "1 pictures",
                    expected: "at least 4: some to fit the gains, others to judge", advice: "Take a hundred or more")
            ) { try LabelFidelity.measure(network, statistics, kernels: ConvNetwork.open(path), on: images) }
        }
    }

    /// Replacing kernels by themselves changes nothing; what is replaced is what was chosen.
    @Test(.needsSharedFiles) func onRealPicturesTheNumbersAreThoseOfTheChoice() throws {
        let path = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"
        var settings = ClassifierSettings()
        settings.perturbations = 0
        let statistics = try NetworkStatistics.analyse(ConvNetwork.open(path), settings: settings)
        let network = try RunnableNetwork(checkpoint: path)
        let all = try ImageFolder.open(SharedFiles.path("images"))
        #expect(all.isLabelled && all.images.count == 100)
        let images = all.images.subset(Array(0..<6))
        let measurement = try InputMeasurement(network, of: statistics.network, on: images)
        let substitution = try KernelSubstitution(
            network.graph, statistics, measurement, kernels: ConvNetwork.open(path))
        #expect(
            substitution.candidates.count
                == statistics.layers.filter(\.layer.isDepthwise).reduce(0) { $0 + $1.counts.total })
        let same = substitution.graph(
            replacing: substitution.candidates.indices.map { ($0, substitution.candidates[$0].weights) })
        let picture = network.preprocessing.prepared(try images.image(0))
        let input = network.input(of: [picture], filledTo: 1)
        let before = try ExecutionPlan(network.graph, inputShape: network.inputShape()).run(input).scalars
        let after = try ExecutionPlan(same, inputShape: network.inputShape()).run(input).scalars
        let largest = before.map(abs).max() ?? 0
        for (a, b) in zip(before, after) { #expect(abs(a - b) < 1e-3 * largest) }
        let blurs = substitution.candidates.indices.filter { substitution.candidates[$0].label == .blur }
        let changed = substitution.graph(replacing: blurs.map { ($0, Array(repeating: 0, count: 9)) })
        #expect(try ExecutionPlan(changed, inputShape: network.inputShape()).run(input).scalars != before)
        #expect(measurement.correlations.count == statistics.layers.count)
    }
}
