import Architectures
import Datasets
import Evaluation
import Tensors
import TestSupport
import Testing

@testable import Diagnosis

/// Conversions gone wrong, on the trained network.
@Suite struct ConversionRuleTests {
    /// All N×N kernels turned by 180° lean to the other side: the same as padding read wrong.
    @Test func kernelsTurnedByAConversionLeanTheOtherWay() throws {
        let found = try BrokenNetwork.diagnose(rules: ["padding"]) { tensors in
            for name in tensors.names where tensors.shape(name).count == 4 && tensors.shape(name)[2] == 3 {
                let values = tensors[name]
                tensors[name] = stride(from: 0, to: values.count, by: 9).flatMap {
                    Array(values[$0..<$0 + 9].reversed())
                }
            }
        }.findings
        #expect(found.map(\.rule) == ["padding"])
        #expect((found.first?.evidence.first?.value ?? 1) < 0)
    }

    @Test func kernelsMirroredAlongOneAxis() throws {
        let found = try BrokenNetwork.diagnose(rules: ["padding"]) { tensors in
            for name in tensors.names where tensors.shape(name).count == 4 && tensors.shape(name)[2] == 3 {
                let values = tensors[name]
                tensors[name] = stride(from: 0, to: values.count, by: 3).flatMap {
                    Array(values[$0..<$0 + 3].reversed())
                }
            }
        }.findings
        #expect(found.first?.message.contains("mirrored") == true, "\(found)")
    }

    /// What is concluded from a network's certainty says less where its numbers are damaged.
    @Test(arguments: [(true, Finding.Severity.note), (false, .warning)])
    func certaintyOfADamagedNetworkIsANote(isDamaged: Bool, severity: Finding.Severity) throws {
        struct Planted: DiagnosisRule {
            let identifier: String
            let title = ""
            let needs: Set<DiagnosisNeed> = []
            var findsDamage = false
            var restsOnCertainty = false

            func findings(in subject: Subject) -> [Finding] { [finding(.warning, [], "x", [], advice: "y")] }
        }
        let subject = try Subject(
            network: ConvNetwork.open(BrokenNetwork.sound),
            runnable: .success(RunnableNetwork(checkpoint: BrokenNetwork.sound)))
        let found = NetworkDiagnosis(
            subject,
            rules: [
                Planted(identifier: "surer", restsOnCertainty: true),
                Planted(identifier: "worse", findsDamage: isDamaged),
            ]
        ).findings
        #expect(found.first { $0.rule == "surer" }?.severity == severity)
        #expect(found.first { $0.rule == "worse" }?.severity == .warning)
    }

    /// Gates that died in training are a warning in a network that works: its certainty means what it did.
    @Test func onlyWhatBreaksAnswersIsDamage() {
        let damaging = DiagnosisRules.all.filter(\.findsDamage).map(\.identifier)
        #expect(!damaging.contains("dead-kernels") && damaging.contains("untrained"))
        #expect(DiagnosisRules.all.filter(\.restsOnCertainty).map(\.identifier) == ["other-reading"])
    }

    /// The same answer on every picture, whatever becomes of padding and kernels.
    @Test func aConstantNetworkIsNoSurerInAnotherWay() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/images", training: 12, test: 0)
            let images = PictureSource(try ImageDataSet.open(folder + "/images"))
            var tensors = try BrokenNetwork.Tensors(BrokenNetwork.sound)
            tensors["conv_dw_9.weight"] = Array(repeating: 0, count: tensors["conv_dw_9.weight"].count)
            try tensors.write(to: folder + "/net.safetensors")
            let subject = try Subject(
                network: ConvNetwork.open(folder + "/net.safetensors"),
                runnable: .success(RunnableNetwork(checkpoint: folder + "/net.safetensors")), pictures: images)
            let pictures = try #require(subject.pictures)
            #expect(pictures.certaintySpread == 0 && pictures.images == 24 && pictures.alarms.isEmpty)
        }
    }

    /// A 3×3 kernel of one weight right of its middle and below leans by one pixel both ways.
    @Test func theLeanOfAKernelIsItsCentreOfEnergy() throws {
        let shape: Shape = [2, 1, 3, 3]
        let layer = SubjectLayer(
            layer: .init(
                number: 1, name: "c", tensorName: "c.weight", weightShape: shape, stride: 2,
                connectivity: .depthwise(multiplier: 1), role: .downsampling),
            weight: Tensor(shape: shape, scalars: [0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 1]))
        let lean = try #require(KernelLean(layer))
        // The second kernel has its energy half in the middle, half in the corner.
        #expect(lean.rows == 0.75 && lean.columns == 0.75 && lean.kernels == 2)
    }
}

/// What real checkpoints show that the project's own, trained on 64 pixels and centred inputs, cannot.
@Suite struct SharedConversionTests {
    private func diagnose(
        _ name: String, _ rules: [String],
        _ change: (inout BrokenNetwork.Tensors) -> Void
    ) throws -> [Finding] {
        try withTemporaryFolder { folder in
            var tensors = try BrokenNetwork.Tensors(SharedFiles.path("weights/\(name).h5"))
            change(&tensors)
            try tensors.write(to: folder + "/net.safetensors")
            return try BrokenNetwork.diagnose(folder + "/net.safetensors", rules: rules).findings
        }
    }

    /// By the means of the first normalisation, and where those are centred (torchvision) by the energy of the planes.
    @Test(
        .needsSharedFiles,
        arguments: [
            ("mobilenetv1_0.25_224", "conv1.weight"), ("mobilenetv2_0.35_224_notop", "Conv1.weight"),
            ("mobilenetv3_small_torchvision", "features.0.0.weight"),
            ("mobilenetv2_1.0_224_int8dq", "features.0.0.weight"),
            ("shufflenetv2_x0.5_backbone", "first_conv.0.weight"),
        ])
    func aStemWithSwappedPlanes(name: String, stem: String) throws {
        let found = try diagnose(name, ["channel-order"]) { (tensors: inout BrokenNetwork.Tensors) in
            let values = tensors[stem]
            // Three planes of nine weights a filter.
            var swapped = values
            for place in values.indices {
                let (filter, cell) = (place / 27, place % 27)
                swapped[place] = values[filter * 27 + (2 - cell / 9) * 9 + cell % 9]
            }
            tensors[stem] = swapped
        }
        #expect(found.map(\.rule) == ["channel-order"])
        #expect(found.first?.place.layers.count == 1)
    }

    @Test(
        .needsSharedFiles,
        arguments: ["mobilenetv1_0.25_224", "mobilenetv2_0.35_224_notop", "mobilenetv2_1.0_224_int8dq"])
    func tensorFlowsPaddingReadAsSymmetric(name: String) throws {
        let found = try diagnose(name, ["padding"]) { $0.attributes["padding"] = "torch" }
        #expect(found.map(\.rule) == ["padding"])
        #expect(found.first?.message.contains("lean as they do under TensorFlow's SAME padding") == true)
    }

    @Test(.needsSharedFiles) func symmetricPaddingReadAsTensorFlows() throws {
        let found = try diagnose("mobilenetv3_small_torchvision", ["padding"]) { $0.attributes["padding"] = "tf_same" }
        #expect(found.map(\.rule) == ["padding"])
    }

    /// Trained on x/127.5 − 1: its means of −0.06, −0.10 and −0.18 are no pixels in 0…1.
    @Test(.needsSharedFiles) func aPreprocessingThatDoesNotFit() throws {
        let found = try diagnose("mobilenetv1_0.25_224", ["preprocessing"]) { $0.attributes["input"] = "RGB 224 /255" }
        #expect(found.map(\.rule) == ["preprocessing"])
        let red = try #require(found.first?.evidence.first?.value)
        // Measured with NumPy's least squares: −0.0620.
        #expect(abs(red + 0.0620) < 1e-3)
    }
}
