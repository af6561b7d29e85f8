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
