import Derivation
import Diagnostics
import HDF5
import Statistics
import Tensors
import TestSupport
import Testing
import VGNets
import Architectures
import Checkpoints

@Suite struct DerivationTests {
    private static let ownCheckpoint = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"

    /// The measured shares of blur in MobileNetV2's strided layers are about .50, .76, .82 and .95, their σ 0.99 to 1.03.
    @Test(.needsSharedFiles) func mobileNetV2LeadsToGaussiansOfItsOwnWidth() throws {
        let statistics = try Self.statistics(SharedFiles.path("weights/mobilenetv2_1.0_224_int8dq.h5"))
        let derivation = try Self.derive([statistics], "1.0MP")
        #expect(derivation.config.downsampling.values.map(\.text) == ["hybrid", "gaussian", "gaussian", "gaussian"])
        #expect(
            derivation.config.downsampling.values.allSatisfy {
                (0.95...1.05).contains($0.gaussian?.sigmaPixels ?? 0)
            })
        #expect(derivation.config.channels.dropFirst() == [56, 112, 224, 368])
        // 7 of its 32 first filters are exactly zero, two more nearly (NumPy on the file): 28 · (1 − 0.22 … 0.28).
        #expect([20, 22].contains(derivation.config.channels[0]))
        let reason = try #require(derivation.reasons.first { $0.field == "downsampling" })
        #expect(!reason.isDefault)
        for (finding, kernels) in zip(reason.findings, [96, 144, 192, 576]) {
            #expect(finding.statistic.hasSuffix("of \(kernels) strided kernels are blur"))
            #expect(finding.sources.count == 1)
        }
        #expect(derivation.reasons.first { $0.field == "last" }?.statistic.contains("R² of 0.99") == true)
        #expect(derivation.cost.parameters <= 997_358 && derivation.cost.macs <= 141_300_232)
    }

    @Test func everyFieldHasExactlyOneReason() throws {
        let derivation = try Self.derive([Self.statistics(Self.ownCheckpoint)], "1.0MP")
        #expect(derivation.reasons.map(\.field) == derivation.config.fields.map(\.rawValue))
        #expect(derivation.reasons.allSatisfy { !$0.rule.isEmpty && !$0.value.isEmpty })
    }

    @Test func theConfigReadsBackFromItsOwnYAML() throws {
        let derivation = try Self.derive([Self.statistics(Self.ownCheckpoint)], "2.0MP")
        #expect(try VGNetConfig(yaml: derivation.yaml, subject: "net.yaml") == derivation.config)
    }

    @Test func wishesAreKeptAndNamedAsSuch() throws {
        var options = Derivation.DesignOptions(budget: try ParameterBudget(parsing: "800K"))
        options.withSqueezeExcite = true
        options.activation = .silu
        options.classes = 10
        let derivation = try Derivation.derive(from: [Self.statistics(Self.ownCheckpoint)], options: options)
        #expect(derivation.config.squeezeExcite == SqueezeExcite())
        #expect(derivation.config.activation == .silu)
        #expect(derivation.config.classes == 10)
        #expect((792_000...800_000).contains(derivation.config.parameters.learnable))
        let asked = derivation.reasons.filter { $0.rule.hasPrefix("asked for") }.map(\.field)
        #expect(Set(asked).isSuperset(of: ["activation", "squeeze_excite", "classes"]))
    }

    /// D9: what chance alone makes must not steer a design.
    @Test func randomWeightsLeadToThePapersValues() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/random.h5"
            try Self.writeRandomTwin(of: Self.ownCheckpoint, to: path)
            let derivation = try Self.derive([Self.statistics(path)], "1.0MP")
            let published = try VGNetConfig.published("vgnetg-1.0mp")
            #expect(try derivation.config.replacing(name: published.name) == published)
            let refusal = try #require(derivation.refusal)
            #expect(refusal.hasPrefix("its kernels never left chance"))
            #expect(refusal.contains("of 2528 kernels are unstructured"))
            #expect(derivation.config.name == "vgnetg-1.0mp")
            #expect(derivation.reasons.allSatisfy { $0.isDefault })
        }
    }

    @Test func whatChangedIsNamedWithItsReason() throws {
        var options = Derivation.DesignOptions(budget: try ParameterBudget(parsing: "1.0MP"))
        options.classes = 10
        let derivation = try Derivation.derive(from: [Self.statistics(Self.ownCheckpoint)], options: options)
        let differences = derivation.differences(from: try .published("vgnetg-1.0mp"))
        let classes = try #require(differences.first { $0.field == "classes" })
        #expect(classes.theirs == "1000")
        #expect(classes.ours == "10")
        #expect(classes.why == "asked for with --classes")
        #expect(derivation.differences(from: derivation.config).isEmpty)
        #expect(derivation.differences(from: try .published("vgnetc-1.0mp")).contains { $0.field == "downsampling" })
    }

    @Test func withoutCheckpointsThereIsNothingToDeriveFrom() {
        let error = #expect(throws: KernelVizError.self) { try Self.derive([], "1.0MP") }
        #expect(
            error?.description
                == "derive: no checkpoint; expected at least one. Name a checkpoint whose kernels are to be read.")
    }

    @Test func theSameCheckpointsGiveTheSameBytes() throws {
        let yaml = try (0..<2).map { _ in try Self.derive([Self.statistics(Self.ownCheckpoint)], "1.0MP").yaml }
        #expect(yaml[0] == yaml[1])
    }

    /// The same names and shapes with normal weights; variances stay positive.
    private static func writeRandomTwin(of path: String, to copy: String) throws {
        let checkpoint = try Checkpoint.open(path)
        var generator = SeededGenerator(seed: 11)
        try HDF5Writer.write(to: copy) { writer in
            for entry in checkpoint.entries {
                let isScale = entry.name.hasSuffix("running_var") || entry.shape.rank == 1
                let values = (0..<entry.shape.elementCount).map { _ in isScale ? 1 : Float(generator.normal()) }
                try writer.write(values, dimensions: entry.shape.dimensions, to: entry.name)
            }
            for (name, text) in checkpoint.attributes.sorted(by: { $0.key < $1.key }) {
                try writer.setAttribute(name, to: text)
            }
        }
    }

    private static func statistics(_ path: String) throws -> AnalysedNetwork {
        try AnalysedNetwork.analyse(ConvNetwork.open(path))
    }

    private static func derive(_ networks: [AnalysedNetwork], _ budget: String) throws -> Derivation {
        var options = Derivation.DesignOptions(budget: try ParameterBudget(parsing: budget))
        options.rules = .ofKernels
        return try Derivation.derive(from: networks, options: options)
    }
}
