import Tensors
import Testing

@testable import Weights

/// Second copies of the weights, as trainings spell them.
@Suite struct WeightCopiesTests {
    private static func entries(_ names: [String]) -> [Checkpoint.Entry] {
        names.map { name in
            let shape: Shape = name.contains("conv") ? [8, 3, 3, 3] : name.contains("fc") ? [4, 8] : [8]
            return Checkpoint.Entry(name: name, shape: shape, dtype: "float32")
        }
    }

    private static let network = ["layer1.conv1.weight", "layer1.bn1.running_mean", "fc.weight"]

    /// The plain copy's prefix, the other's names, and what is said.
    struct Spelling: Sendable {
        let plain: String
        let copy: @Sendable (String) -> String
        let note: String
    }

    private static func prefix(_ text: String) -> @Sendable (String) -> String { { text + $0 } }

    private static func note(_ plain: String, _ copy: String) -> String {
        "Two copies of the weights: \(plain) is read, '\(copy)' (3 tensors) is set aside."
    }

    static let spellings = [
        Spelling(plain: "state_dict.", copy: prefix("state_dict_ema."), note: note("'state_dict'", "state_dict_ema")),
        Spelling(plain: "model.", copy: prefix("model_ema.module."), note: note("'model'", "model_ema")),
        Spelling(plain: "", copy: prefix("ema."), note: note("the plain one", "ema")),
        Spelling(plain: "", copy: prefix("module_ema."), note: note("the plain one", "module_ema")),
        Spelling(plain: "online_model.", copy: prefix("ema_model."), note: note("'online_model'", "ema_model")),
        Spelling(plain: "student.module.", copy: prefix("teacher."), note: note("'student.module'", "teacher")),
        Spelling(plain: "params.", copy: prefix("params_ema."), note: note("'params'", "params_ema")),
        // Lightning's latent diffusion: dots removed; MMCV: dots made into underscores; TensorFlow: a suffix.
        Spelling(
            plain: "model.", copy: { "model_ema." + $0.replacing(".", with: "") }, note: note("'model'", "model_ema")),
        Spelling(plain: "", copy: { "ema_" + $0.replacing(".", with: "_") }, note: note("the plain one", "ema_…")),
        Spelling(
            plain: "", copy: { $0 + "/ExponentialMovingAverage" },
            note: note("the plain one", "…ExponentialMovingAverage")),
        Spelling(plain: "", copy: { $0 + "_ema" }, note: note("the plain one", "…_ema")),
    ]

    @Test(arguments: spellings.indices)
    func oneCopyCounts(index: Int) {
        let spelling = Self.spellings[index]
        let plain = Self.network.map { spelling.plain + $0 }
        let copies = WeightCopies(Self.entries(plain + Self.network.map(spelling.copy)))
        #expect(copies.entries.map(\.name) == plain)
        #expect(copies.setAside.map(\.name) == Self.network.map(spelling.copy))
        #expect(copies.notes == [spelling.note])
    }

    @Test func theWholeCopyIsReadWhereTheOtherIsNot() {
        let wide = (0..<20).map { "layer\($0).conv.weight" }
        let copies = WeightCopies(Self.entries(wide.dropLast().map { "model." + $0 } + wide.map { "ema." + $0 }))
        #expect(copies.entries.map(\.name) == wide.map { "ema." + $0 })
        #expect(
            copies.notes == [
                "Two copies of the weights: 'ema' is read, which is the only whole one, 'model' (19 tensors) is set aside."
            ])
    }

    @Test func otherNetworksStay() {
        // Another network under a telling name; a copy alone; layers that are called so.
        let other = ["model.conv1.weight", "model.fc.weight", "teacher.big.conv9.weight", "teacher.big.fc2.weight"]
        for names in [other, Self.network.map { "ema." + $0 }, ["schema.conv.weight", "momentum_head.fc.weight"]] {
            let copies = WeightCopies(Self.entries(names))
            #expect(copies.entries.map(\.name) == names)
            #expect(copies.notes.isEmpty)
        }
    }

    @Test func listsWithoutNamesAreCopies() {
        let plain = Self.entries(Self.network)
        let shadow = [Shape([8, 3, 3, 3]), [4, 8]].enumerated().map {
            Checkpoint.Entry(name: "ema.shadow_params.\($0)", shape: $1, dtype: "float32")
        }
        #expect(WeightCopies(plain + shadow).entries == plain)
    }
}
