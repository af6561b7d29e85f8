import Diagnostics
import Tensors
import Testing

@testable import Architectures
@testable import Checkpoints

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

    private static func note(_ plain: String, _ copy: String, _ choice: String? = nil) -> String {
        "Two copies of the weights: \(plain) is read, '\(copy)' (3 tensors) is set aside (--copy \(choice ?? copy))."
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
        Spelling(
            plain: "", copy: { "ema_" + $0.replacing(".", with: "_") }, note: note("the plain one", "ema_…", "ema")),
        Spelling(
            plain: "", copy: { $0 + "/ExponentialMovingAverage" },
            note: note("the plain one", "…ExponentialMovingAverage", "ExponentialMovingAverage")),
        Spelling(plain: "", copy: { $0 + "_ema" }, note: note("the plain one", "…_ema", "ema")),
    ]

    @Test(arguments: spellings.indices)
    func oneCopyCounts(index: Int) throws {
        let spelling = Self.spellings[index]
        let plain = Self.network.map { spelling.plain + $0 }
        let copies = try WeightCopies(Self.entries(plain + Self.network.map(spelling.copy)))
        #expect(copies.entries.map(\.name) == plain)
        #expect(copies.setAside.map(\.name) == Self.network.map(spelling.copy))
        #expect(copies.notes == [spelling.note])
    }

    @Test func theWholeCopyIsReadWhereTheOtherIsNot() throws {
        let wide = (0..<20).map { "layer\($0).conv.weight" }
        let copies = try WeightCopies(Self.entries(wide.dropLast().map { "model." + $0 } + wide.map { "ema." + $0 }))
        #expect(copies.entries.map(\.name) == wide.map { "ema." + $0 })
        #expect(
            copies.notes == [
                "Two copies of the weights: 'ema' is read, which is the only whole one, 'model' (19 tensors) is set aside (--copy model)."
            ])
    }

    @Test func otherNetworksStay() throws {
        // Another network under a telling name; a copy alone; layers that are called so.
        let other = ["model.conv1.weight", "model.fc.weight", "teacher.big.conv9.weight", "teacher.big.fc2.weight"]
        for names in [other, Self.network.map { "ema." + $0 }, ["schema.conv.weight", "momentum_head.fc.weight"]] {
            let copies = try WeightCopies(Self.entries(names))
            #expect(copies.entries.map(\.name) == names)
            #expect(copies.notes.isEmpty)
        }
    }

    @Test func listsWithoutNamesAreCopies() throws {
        let plain = Self.entries(Self.network)
        let shadow = [Shape([8, 3, 3, 3]), [4, 8]].enumerated().map {
            Checkpoint.Entry(name: "ema.shadow_params.\($0)", shape: $1, dtype: "float32")
        }
        #expect(try WeightCopies(plain + shadow).entries == plain)
    }

    // MARK: - Choice

    /// Each entry holds its place in the list.
    private struct Places: TensorSource {
        let names: [String]

        func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
            let place = Float(names.firstIndex(of: entry.name) ?? -1)
            return StoredTensor(
                type: .float32, content: .floats(Array(repeating: place, count: entry.shape.elementCount)))
        }
    }

    private static func checkpoint(_ names: [String]) -> Checkpoint {
        Checkpoint(
            path: "net.pth", format: "PyTorch", files: [], entries: entries(names), source: Places(names: names))
    }

    @Test(arguments: spellings.indices)
    func theChosenCopyIsReadUnderTheNetworksNames(index: Int) throws {
        let spelling = Self.spellings[index]
        let plain = Self.network.map { spelling.plain + $0 }
        let file = Self.checkpoint(plain + Self.network.map(spelling.copy))
        let choice = try #require(spelling.note.split(separator: "(--copy ").last?.dropLast(2))
        for word in [String(choice), spelling.plain == "student.module." ? "teacher" : "ema"] {
            let chosen = try file.withOneCopy(word)
            #expect(chosen.entries.map(\.name) == plain)
            #expect(try plain.map { try chosen.tensor(named: $0).scalars[0] } == [3, 4, 5])
            #expect(chosen.notes.count == 1 && chosen.notes[0].contains("is read as --copy says"))
        }
        let own = try file.withOneCopy("model")
        #expect(try plain.map { try own.tensor(named: $0).scalars[0] } == [0, 1, 2])
    }

    @Test func whatACopyLacksIsTheNetworks() throws {
        let file = Self.checkpoint(Self.network + ["ema.layer1.conv1.weight", "ema.fc.weight"])
        let chosen = try file.withOneCopy("ema")
        #expect(try Self.network.map { try chosen.tensor(named: $0).scalars[0] } == [3, 1, 4])
        #expect(
            chosen.notes == [
                "Copies of the weights: 'ema' (2 tensors) is read as --copy says, under the names of the plain one; what it "
                    + "lacks (1 tensor) is that of the plain one."
            ])
        #expect(chosen.entries[0].note == "from 'ema.layer1.conv1.weight'" && chosen.entries[1].note == nil)
    }

    @Test func aCopyWithMoreThanTheNetworkKeepsItsNames() throws {
        let wide = (0..<20).map { "layer\($0).conv.weight" }
        let file = Self.checkpoint(wide.dropLast().map { "model." + $0 } + wide.map { "ema." + $0 })
        #expect(try file.withOneCopy("ema").entries.map(\.name) == wide.map { "ema." + $0 })
        #expect(try file.withOneCopy("model").entries.map(\.name) == wide.dropLast().map { "model." + $0 })
    }

    @Test func aWrongNameListsTheCopies() throws {
        let file = Self.checkpoint(
            Self.network.map { "model." + $0 } + Self.network.map { "model_ema." + $0 }
                + Self.network.map { "swa." + $0 })
        let error = #expect(throws: KernelVizError.self) { try file.withOneCopy("model_eam") }
        #expect(
            error?.description
                == "net.pth: no copy of the weights called 'model_eam'; expected 'model', 'model_ema' or 'swa'. "
                + "The nearest name is 'model_ema'.")
        // Two averages: neither is "the" one.
        #expect(throws: KernelVizError.self) { try file.withOneCopy("ema") }
        let chosen = try file.withOneCopy("swa")
        #expect(try chosen.tensor(named: "model.fc.weight").scalars[0] == 8)
        #expect(chosen.setAside.map(\.name) == Self.network.map { "model_ema." + $0 })
        let alone = #expect(throws: KernelVizError.self) { try Self.checkpoint(Self.network).withOneCopy("ema") }
        #expect(
            alone?.description
                == "net.pth: one copy of the weights, none called 'ema'; expected a file with several copies. "
                + "Leave out --copy.")
        #expect(try Self.checkpoint(Self.network).withOneCopy("model").entries.count == 3)
    }

    @Test(arguments: FrameworkFileTests.readings)
    func copiesOfFilesAreChosenInEitherProcess(reading: Checkpoint.Reading) throws {
        let path = PickledObjectTests.folder + "/timm.pth.tar"
        let plain = try Checkpoint.open(path, reading: reading)
        let own = try plain.tensor(named: "state_dict.stem.0.weight").scalars
        for copy in ["ema", "state_dict_ema"] {
            let chosen = try Checkpoint.open(path, reading: reading, copy: copy)
            #expect(try chosen.tensor(named: "state_dict.stem.0.weight").scalars == own.map { $0 * 0.5 })
            #expect(chosen.entries.map(\.name) == plain.entries.map(\.name))
        }
        let inTask = try Checkpoint.Reading.$copy.withValue("ema") { try Checkpoint.open(path, reading: reading) }
        #expect(inTask.notes.last?.contains("'state_dict_ema' (21 tensors) is read as --copy says") == true)
    }

    // MARK: - Optimisers

    @Test(arguments: ["optimizer_weights/momentum/", "optimizer.momentum.", "momentum."])
    func optimiserStateIsNoCopy(prefix: String) throws {
        let file = Self.checkpoint(Self.network + Self.network.map { prefix + $0 })
        let one = try file.withOneCopy()
        let name = prefix.dropLast().replacing("/", with: ".")
        #expect(one.entries.map(\.name) == Self.network)
        #expect(one.notes == ["State of the optimiser: '\(name)' (3 tensors) is set aside."])
        #expect(throws: KernelVizError.self) { try file.withOneCopy("momentum") }
        #expect(try ConvNetwork(recognising: file).leftOut.map(\.reason) == [.optimiserState])
    }
}
