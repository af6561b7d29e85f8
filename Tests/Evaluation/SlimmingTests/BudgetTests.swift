import Architectures
import Classification
import Datasets
import Diagnostics
import Engine
import Files
import Foundation
import Images
import Statistics
import Tensors
import TestSupport
import Testing

@testable import Evaluation
@testable import Slimming

/// Slimming at a loss: what is measured, what is chosen, what is told.
@Suite struct BudgetTests {
    private static let file = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"

    /// NumPy's Σ p·ln(p/q) of two softmaxes.
    @Test func theDivergenceIsKullbackAndLeiblers() {
        let divergence = BudgetJudge.divergence([1, 2, -1, 0.5], [0.5, 2.5, -1, 0])
        #expect(abs(divergence - 0.101_422_315_099_161_82) < 1e-9)
        #expect(BudgetJudge.divergence([3, 1], [3, 1]) == 0)
        // Logits mean the same with a constant added.
        #expect(abs(BudgetJudge.divergence([3, 1], [103, 101])) < 1e-12)
    }

    private func response(_ kernel: [Float], seed: UInt64 = 3) -> KernelResponse {
        var generator = SeededGenerator(seed: seed)
        let size = 24
        let maps = Tensor(
            shape: [1, 1, size, size], scalars: (0..<size * size).map { _ in Float(generator.normal()) })
        var graph = Graph()
        let input = graph.add(.input, name: "input")
        let side = kernel.count == 9 ? 3 : 5
        let weight = graph.addParameter("w", Tensor(shape: [1, 1, side, side], scalars: kernel))
        graph.add(.convolution(Convolution(weight: weight)), input, name: "c")
        var seen = KernelInput.all(of: graph, inputChannels: 1)[0]
        seen.add(maps)
        return seen.response(of: kernel, channel: 0)
    }

    /// Multiples of a Gaussian are explained whole by the Gaussian of their width, and by no other form.
    @Test(arguments: [3, 5]) func theWidthOfSharedGaussiansIsFound(size: Int) {
        // The eleventh step of a twelfth from 0.3.
        let sigma = 0.3 * (0..<11).reduce(1.0) { factor, _ in factor * 13 / 12 }
        let half = (size - 1) / 2
        let bell = (0..<size * size).map { cell -> Float in
            let (y, x) = (Double(cell / size - half), Double(cell % size - half))
            return Float(exp(-(x * x + y * y) / (2 * sigma * sigma)))
        }
        let responses = [response(bell.map { 2 * $0 }), response(bell.map { -0.1 * $0 }, seed: 4)]
        let form = SharedForm(.gaussian, size: size, responses: responses)
        #expect(abs((form.sigma ?? 0) - sigma) < 1e-9 && form.depth == nil)
        #expect(responses.allSatisfy { $0.share(explainedBy: form.weights) > 1 - 1e-6 })
        let ring = SharedForm(.ring, size: size, responses: [response(bell.map { 1 - 0.7 * $0 })])
        #expect(abs((ring.sigma ?? 0) - sigma) < 1e-9 && ring.depth == 0.7)
    }

    /// White noise: the share that a template explains is the squared cosine between template and kernel.
    @Test func sharesOfNoiseAreSquaredCosines() {
        let kernel: [Float] = [0, 0, 0, 0, 2, 1, 0, 0, 0]
        let centre: [Float] = [0, 0, 0, 0, 1, 0, 0, 0, 0]
        #expect(abs(response(kernel).share(explainedBy: centre) - 0.8) < 0.05)
        #expect(response(kernel).share(explainedBy: Array(repeating: 0, count: 9)) == 0)
    }

    /// Slims the small network of the package within a budget on pictures that are files of these bytes, in their order.
    private func slim(
        on pictures: [[UInt8]], _ options: BudgetOptions,
        check: (_ folder: String, () throws -> BudgetedSlimming) throws -> Void
    ) throws {
        let network = try RunnableNetwork(checkpoint: Self.file)
        let source = try ConvNetwork.open(Self.file)
        let statistics = try NetworkStatistics.analyse(source)
        try withTemporaryFolder { folder in
            for (number, bytes) in pictures.enumerated() {
                try AtomicFile.write(bytes, to: "\(folder)/\(number + 100).jpg")
            }
            let images = try ImageFolder.open(folder)
            try check(folder) {
                try BudgetedSlimming(network, statistics, kernels: source, on: images, options: options)
            }
        }
    }

    private static func cat() throws -> [UInt8] { try InputFile.bytes(SharedFiles.packageRoot + "/Weights/cat.jpg") }

    @Test func fewPicturesAreRefused() throws {
        let pictures = Array(repeating: try Self.cat(), count: 3)
        try slim(on: pictures, BudgetOptions(maxDrop: 1)) { folder, slimming in
            #expect(
                throws: KernelVizError(
                    code: "slim.fewImages", subject: folder, found: "3 pictures",
                    expected: "at least 20: one half chooses, the other tells the loss",
                    advice: "Take a hundred or more, or slim exactly, without --max-drop")
            ) { try slimming() }
        }
    }

    /// One picture in twenty copies has no class to lose: all that can be replaced goes where all may be lost, nothing
    /// less agrees than the network itself, and the costs are those of the units.
    @Test func everythingGoesWhereEverythingMayBeLost() throws {
        let macs = try NetworkCost(RunnableNetwork(checkpoint: Self.file)).macs
        var options = BudgetOptions(maxDrop: 100)
        options.draws = 1
        try slim(on: Array(repeating: try Self.cat(), count: 20), options) { _, run in
            let slimming = try run()
            let outcome = slimming.outcome
            #expect(outcome.measure == .agreement && outcome.reason == "the pictures have no classes")
            #expect(outcome.choosingImages == 10 && outcome.reportingImages == 10 && outcome.curve.isEmpty)
            #expect(!outcome.units.isEmpty && outcome.units.allSatisfy(\.isChosen))
            #expect(outcome.chosen.units == outcome.units.count && outcome.chosen.random != nil)
            #expect(outcome.chosen.reported.accuracy == nil)
            // Equal pictures have equal answers.
            #expect([0, 1].contains(outcome.chosen.reported.agreement.share))
            // Pass-through channels alone save multiplications, besides channels that go whole.
            let passing = outcome.units.filter { $0.standIn == .passThrough }
            #expect(macs - slimming.exact.after.macs >= passing.reduce(0) { $0 + $1.savedMACs })
            #expect(
                slimming.exact.splits.reduce(0) { $0 + $1.passing } == passing.reduce(0) { $0 + $1.kernels })
        }
    }

    /// Depthwise layers with neither a bias nor a normalisation behind them get the constants of their stand-ins too.
    @Test func layersWithoutBiasAreReplaced() throws {
        let network = try RunnableNetwork(checkpoint: Self.file)
        let source = try ConvNetwork.open(Self.file)
        let statistics = try NetworkStatistics.analyse(source)
        var skipped: [Graph.NodeID: Graph.NodeID] = [:]
        for node in network.graph.nodes {
            guard case .batchNormalization = node.operation, let id = network.graph.node(named: node.name),
                case .convolution(let convolution) = network.graph[node.inputs[0]].operation, convolution.groups > 1
            else { continue }
            skipped[id] = node.inputs[0]
        }
        #expect(skipped.count == 13)
        let bare = network.replacing(
            graph: network.graph.mappingNodes { node in
                (node.operation, node.inputs.map { skipped[$0] ?? $0 })
            })
        var options = BudgetOptions(maxDrop: 100)
        (options.draws, options.judged, options.fitted) = (1, 4, 4)
        try withTemporaryFolder { folder in
            let cat = try Self.cat()
            for number in 100..<120 { try AtomicFile.write(cat, to: "\(folder)/\(number).jpg") }
            let slimming = try BudgetedSlimming(
                bare, statistics, kernels: source, on: try ImageFolder.open(folder), options: options)
            #expect(slimming.outcome.units.contains { $0.standIn.isShared })
            #expect(slimming.outcome.excluded.isEmpty && slimming.outcome.chosen.kernels > 0)
        }
    }

    /// Why a layer's kernels stay is said by what it is.
    @Test func layersThatStayAreNamedWithTheReason() {
        var net = TestNet(channels: 4)
        net.convolution("plain", kernel: 3, groups: nil)
        net.convolution("several", 8, kernel: 3, groups: 4)
        let weight = net.graph.addParameter(
            "wide/weight", Tensor(shape: [8, 1, 3, 3], repeating: 1), form: StoredForm(dilations: [2, 2]))
        let twice = net.graph.addParameter("twice/weight", Tensor(shape: [8, 1, 3, 3], repeating: 1))
        for (name, weight) in [("wide", weight), ("first", twice), ("second", twice)] {
            net.current = net.graph.add(
                .convolution(Convolution(weight: weight, padding: .symmetric(1), groups: 8)), net.current, name: name)
        }
        let readers = net.graph.readersOfParameters
        let reasons = ["plain", "several", "wide", "first", "second"].map { name -> BudgetOutcome.Excluded.Reason? in
            guard let node = net.graph.node(named: name),
                case .convolution(let convolution) = net.graph[node].operation
            else { return nil }
            return ReplaceableLayers.reason(convolution, in: net.graph, readers)
        }
        #expect(reasons == [nil, .severalKernels, .dilated, .sharedWeights, .sharedWeights])
    }

    /// Each later layer's stand-ins are least squares against what the layer gave before, from what it reads now: what is
    /// left over has the mean 0 and nothing to do with what they give.
    @Test func laterLayersAreFittedOnWhatTheyReadNow() throws {
        let network = try RunnableNetwork(checkpoint: Self.file)
        let source = try ConvNetwork.open(Self.file)
        let statistics = try NetworkStatistics.analyse(source)
        let substitution = try withTemporaryFolder { folder in
            try AtomicFile.write(try Self.cat(), to: "\(folder)/cat.jpg")
            let measurement = try InputMeasurement(
                network, of: statistics.network, on: try ImageFolder.open(folder).images)
            return try KernelSubstitution(
                network.graph, statistics, measurement, kernels: source, fitsTemplates: false)
        }
        var generator = SeededGenerator(seed: 5)
        let shape = network.inputShape()
        let pictures = (0..<3).map { _ in
            Tensor(shape: shape, scalars: (0..<shape.elementCount).map { _ in Float(generator.normal()) })
        }
        let fit = try SequentialFit(network, substitution, pictures: pictures, threads: 2)
        let box = Array(repeating: Float(1), count: 9)
        let chosen = substitution.candidates.indices.filter { substitution.candidates[$0].channel < 4 }
        let changed = try fit.graph(replacing: chosen.map { ($0, box) })
        let nodes = substitution.inputs.map(\.node)
        func maps(_ graph: Graph) throws -> [[Tensor]] {
            let plan = try ExecutionPlan(graph, inputShape: shape, taps: nodes)
            return try pictures.map { try plan.runWithTaps($0).taps }
        }
        let (wanted, found) = (try maps(network.graph), try maps(changed))
        var fitted = 0
        // Maps of 28 rows at most count whole.
        for layer in nodes.indices where wanted[0][layer].shape[2] <= 28 {
            let pixels = wanted[0][layer].shape[2] * wanted[0][layer].shape[3]
            for channel in 0..<4 {
                func values(_ maps: [[Tensor]]) -> [Double] {
                    maps.flatMap { $0[layer].scalars[channel * pixels..<(channel + 1) * pixels].map(Double.init) }
                }
                let (y, z) = (values(wanted), values(found))
                let n = Double(y.count)
                let rest = zip(y, z).map { $0 - $1 }
                let (my, mz, mr) = (y.reduce(0, +) / n, z.reduce(0, +) / n, rest.reduce(0, +) / n)
                let (vy, vz) = (
                    y.reduce(0) { $0 + ($1 - my) * ($1 - my) } / n, z.reduce(0) { $0 + ($1 - mz) * ($1 - mz) } / n
                )
                let covariance = zip(rest, z).reduce(0) { $0 + ($1.0 - mr) * ($1.1 - mz) } / n
                #expect(abs(mr) <= 1e-3 * (vy.squareRoot() + abs(my)))
                #expect(abs(covariance) < 1e-3 * (vy * vz).squareRoot() + 1e-9)
                fitted += 1
            }
        }
        #expect(fitted >= 32)
    }

    /// Pictures that come class by class: of ten that damage is measured on, five are of either kind, whichever comes first.
    @Test func damageIsMeasuredOnPicturesOfTheWholeFolder() throws {
        let grey = try ImageFile.encodePNG(
            RGBImage(width: 32, height: 32, bytes: Array(repeating: 128, count: 32 * 32 * 3)))
        let (cats, greys) = (Array(repeating: try Self.cat(), count: 20), Array(repeating: grey, count: 20))
        var options = BudgetOptions(maxDrop: 0)
        (options.fitted, options.judged, options.draws) = (10, 10, 1)
        var damages: [Double] = []
        for pictures in [cats + greys, greys + cats] {
            try slim(on: pictures, options) { _, run in
                damages.append(try run().outcome.units.reduce(0) { $0 + $1.damage })
            }
        }
        #expect(damages[0] > 0 && abs(damages[0] - damages[1]) < 0.01 * damages[0])
    }

    /// The numbers of the other half are those of both networks run on every second picture.
    @Test(.needsSharedFiles) func theReportedHalfIsTheOther() throws {
        let path = SharedFiles.path("weights/mobilenetv1_0.25_224.h5")
        let network = try RunnableNetwork(checkpoint: path)
        let source = try ConvNetwork.open(path)
        var settings = ClassifierSettings()
        settings.perturbations = 0
        let statistics = try NetworkStatistics.analyse(source, settings: settings)
        let images = try ImageFolder.open(SharedFiles.path("images")).limited(to: 24)
        var options = BudgetOptions(maxDrop: 20)
        options.draws = 1
        let slimming = try BudgetedSlimming(network, statistics, kernels: source, on: images, options: options)
        #expect(slimming.outcome.measure == .accuracy && slimming.outcome.chosen.choosingDrop <= 0.2 + 1e-9)
        var agreeing = 0
        for index in stride(from: 1, to: 24, by: 2) {
            let picture = network.preprocessing.prepared(try images.images.image(index))
            let input = network.input(of: [picture], filledTo: 1)
            let answers = try [network, slimming.network].map { network in
                let logits = try ExecutionPlan(network.graph, inputShape: network.inputShape()).run(input).scalars
                return logits.firstIndex(of: logits.max() ?? 0)
            }
            if answers[0] == answers[1] { agreeing += 1 }
        }
        #expect(slimming.outcome.chosen.reported.agreement.share == Double(agreeing) / 12)
        #expect(slimming.exact.after.macs < slimming.exact.before.macs)
    }
}
