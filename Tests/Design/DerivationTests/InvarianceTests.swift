import Classification
import Derivation
import Kernels
import Statistics
import Tensors
import TestSupport
import Testing
import VGNets
import Architectures

/// What must not change a design, and what must change it in one direction only.
@Suite struct InvarianceTests {
    private static let ownCheckpoint = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"

    /// The kernels of the project's own checkpoint, in memory, as `change` makes them.
    private static func statistics(_ change: (ConvLayer, [[Float]]) -> [[Float]]) throws -> AnalysedNetwork {
        let network = try ConvNetwork.open(ownCheckpoint)
        let layers = try KernelBanks.squareLayers(of: network).map { layer in
            let bank = try KernelBanks.read(layer, of: network)
            let slices = layer.weightShape[1]
            let filters = (0..<layer.outputChannels).map { filter in
                (0..<slices).flatMap { Array(bank.kernel(filter * slices + $0)) }
            }
            return MemoryNetwork.Layer(
                name: layer.name, shape: layer.weightShape, stride: layer.stride,
                scalars: change(layer, filters).flatMap { $0 }, role: layer.role)
        }
        // Noisy copies would take most of the time and say nothing about scale and order.
        var settings = ClassifierSettings()
        settings.perturbations = 0
        return try AnalysedNetwork.analyse(MemoryNetwork.make(layers), settings: settings)
    }

    /// With fixed banks and every rule: all that is read from kernels.
    private static func derive(_ statistics: AnalysedNetwork) throws -> Derivation {
        var options = Derivation.DesignOptions(budget: .parameters(1_000_000))
        options.rules = .all
        options.form = .f
        return try Derivation.derive(from: [statistics], options: options)
    }

    @Test func scalingTheWeightsChangesNothing() throws {
        let plain = try Self.derive(Self.statistics { $1 })
        #expect(plain.refusal == nil)
        #expect(!plain.config.listedBanks.isEmpty)
        for factor in [Float(0.01), 3.7] {
            let scaled = try Self.derive(Self.statistics { $1.map { $0.map { $0 * factor } } })
            #expect(scaled.config == plain.config, "× \(factor)")
        }
    }

    @Test func theOrderOfTheChannelsChangesNothing() throws {
        let plain = try Self.derive(Self.statistics { $1 })
        let reversed = try Self.derive(Self.statistics { $1.reversed() })
        #expect(reversed.config == plain.config)
        let shuffled = try Self.derive(
            Self.statistics { layer, filters in
                var generator = SeededGenerator(seed: UInt64(filters.count))
                return filters.shuffled(using: &generator)
            })
        #expect(shuffled.config == plain.config)
    }

    private static let options = {
        var options = Derivation.DesignOptions(budget: .parameters(1_000_000))
        options.rules = .withoutTrained
        return options
    }()

    /// The same weights in each layer, in another order: nothing is left of the kernels.
    @Test func shuffledWeightsLeadToThePapersValues() throws {
        let shuffled = try Self.statistics { _, filters in
            var generator = SeededGenerator(seed: 9)
            let weights = filters.flatMap { $0 }.shuffled(using: &generator)
            let length = filters[0].count
            return filters.indices.map { Array(weights[$0 * length..<($0 + 1) * length]) }
        }
        let derivation = try Derivation.derive(from: [shuffled], options: Self.options)
        let published = try VGNetConfig.published("vgnetg-1.0mp")
        #expect(try derivation.config.replacing(name: published.name) == published)
        #expect(derivation.refusal?.contains("of 2528 kernels are unstructured") == true)
        #expect(derivation.yaml.contains("kernels never left chance"))
    }

    @Test func tooFewKernelsLeadToThePapersValues() throws {
        let few = HandMadeEvidence.network([
            HandMadeEvidence.Layer(stride: 2, role: .stem, edges: 32), HandMadeEvidence.Layer(stride: 2, blurs: 96),
        ])
        let derivation = try Derivation.derive(from: [few], options: Self.options)
        #expect(derivation.refusal == "only 128 kernels were found, at least 200 are needed")
        let published = try VGNetConfig.published("vgnetg-1.0mp")
        #expect(try derivation.config.replacing(name: published.name) == published)
    }

    /// Over the range of the published nets and a factor of three beyond, at steps that are no round numbers.
    @Test(arguments: [1000, 10])
    func aBiggerBudgetNeverShrinksAWidth(classes: Int) throws {
        let evidence = HandMadeEvidence.paper()
        var widths = [0, 0, 0, 0, 0]
        var budget = classes == 10 ? 150_000.0 : 600_000.0
        while budget < 15e6 {
            var options = Derivation.DesignOptions(budget: .parameters(Int(budget)))
            options.classes = classes
            options.rules = .ofKernels
            let config = try Derivation.derive(from: [evidence], options: options).config
            #expect(
                zip(config.channels, widths).allSatisfy { $0 >= $1 },
                "\(Int(budget)): \(config.channels), before \(widths)")
            #expect(Double(config.parameters.learnable) <= budget)
            #expect(Double(config.parameters.learnable) >= 0.99 * budget - 1)
            widths = config.channels
            budget *= 1.067
        }
    }
}
