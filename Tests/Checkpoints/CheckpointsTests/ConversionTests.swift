import Diagnostics
import Files
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Files written in another format and back.
@Suite struct ConversionTests {
    static let folder = FrameworkFileTests.folder
    static let formats: [(CheckpointFormat, String)] = [(.hdf5, "h5"), (.safetensors, "safetensors"), (.npz, "npz")]
    static let sources = [
        "training.pth", "training_legacy.pth", "arrays.npz", "keras2_model.h5", "keras3.keras", "exported.onnx",
        "sharded", "kinds.safetensors",
    ]

    @Test(arguments: sources)
    func everyPairOfFormatsGivesTheSameTensorsBack(source: String) throws {
        try withTemporaryFolder { folder in
            let original = try Checkpoint.open("\(Self.folder)/\(source)")
            for (first, firstName) in Self.formats {
                let there = "\(folder)/a.\(firstName)"
                try CheckpointConversion(original).write(to: there, format: first, overwriting: .replace)
                for (second, secondName) in Self.formats {
                    let back = "\(folder)/b.\(secondName)"
                    let middle = try Checkpoint.open(there)
                    try CheckpointConversion(middle).write(to: back, format: second, overwriting: .replace)
                    let result = try Checkpoint.open(back)
                    #expect(Set(result.entries.map(\.name)) == Set(original.entries.map(\.name)))
                    for entry in original.entries {
                        let same = try result.bytes(named: entry.name) == original.bytes(named: entry.name)
                        #expect(same, "\(source) → \(firstName) → \(secondName): \(entry.name)")
                    }
                    #expect(try CheckpointDifference(original, result).isEmpty)
                }
            }
        }
    }

    @Test func theSameConversionGivesTheSameBytes() throws {
        try withTemporaryFolder { folder in
            let original = try Checkpoint.open(Self.folder + "/state_dict.pth")
            for (format, name) in Self.formats {
                let files = try (0..<2).map { index -> [UInt8] in
                    let path = "\(folder)/\(index).\(name)"
                    try CheckpointConversion(original).write(to: path, format: format)
                    return try InputFile.bytes(path)
                }
                #expect(files[0] == files[1], "\(name)")
            }
        }
    }

    @Test func kerasWeightsBecomePyTorchsAndBack() throws {
        try withTemporaryFolder { folder in
            let keras = try Checkpoint.open(Self.folder + "/keras3.weights.h5")
            let there = folder + "/torch.safetensors"
            try CheckpointConversion(keras, layout: .outputFirst).write(to: there, format: .safetensors)
            let torch = try Checkpoint.open(there)
            // From the script: 3→8 standard, 8 depthwise 5×5, a separable one, 12→12 in 3 groups, 12→4 dense.
            #expect(torch.entry(named: "stem.weight")?.shape == [8, 3, 3, 3])
            #expect(torch.entry(named: "spatial.weight")?.shape == [8, 1, 5, 5])
            #expect(torch.entry(named: "grouped.weight")?.shape == [12, 4, 3, 3])
            #expect(torch.entry(named: "head.weight")?.shape == [4, 12])
            #expect(torch.entry(named: "stem_bn.running_mean")?.shape == [8])
            let stem = try #require(keras.entries.first { $0.module == "stem" })
            let own = try keras.tensor(named: stem.name)
            #expect(try torch.tensor(named: "stem.weight") == own.transposed([3, 2, 0, 1]))
            let back = folder + "/keras.npz"
            try CheckpointConversion(torch, layout: .outputLast).write(to: back, format: .npz)
            #expect(try Checkpoint.open(back).tensor(named: "stem.kernel") == own)
        }
    }

    @Test(arguments: ["keras2_model.h5", "keras2_weights.h5", "keras3.keras", "state_dict.pth", "exported.onnx"])
    func layoutsThereAndBackAreIdentical(source: String) throws {
        try withTemporaryFolder { folder in
            let original = try Checkpoint.open("\(Self.folder)/\(source)")
            for (first, second) in [(TensorLayout.outputLast, TensorLayout.outputFirst), (.outputFirst, .outputLast)] {
                let paths = ["a.h5", "b.safetensors", "c.h5"].map { "\(folder)/\($0)" }
                try CheckpointConversion(original, layout: first)
                    .write(to: paths[0], format: .hdf5, overwriting: .replace)
                try CheckpointConversion(Checkpoint.open(paths[0]), layout: second)
                    .write(to: paths[1], format: .safetensors, overwriting: .replace)
                try CheckpointConversion(Checkpoint.open(paths[1]), layout: first)
                    .write(to: paths[2], format: .hdf5, overwriting: .replace)
                let difference = try CheckpointDifference(Checkpoint.open(paths[0]), Checkpoint.open(paths[2]))
                #expect(difference.isEmpty, "\(source) \(first)")
            }
        }
    }

    @Test func aListOfKernelsBecomesALayer() throws {
        let dataset = Checkpoint(
            path: "a", format: "CNN Filter DB", files: [],
            entries: [
                Checkpoint.Entry(
                    name: "filters", shape: [2, 9], dtype: "float32", module: "filters", parameter: "weight",
                    axes: .kernelList)
            ], source: Ramp())
        try withTemporaryFolder { folder in
            let torch = folder + "/a.safetensors"
            try CheckpointConversion(dataset, layout: .outputFirst).write(to: torch, format: .safetensors)
            let weight = try Checkpoint.open(torch).tensor(named: "filters.weight")
            #expect(weight == Tensor(shape: [2, 1, 3, 3], scalars: (0..<18).map { Float($0) }))
            let keras = folder + "/a.npz"
            try CheckpointConversion(dataset, layout: .outputLast).write(to: keras, format: .npz)
            let kernel = try Checkpoint.open(keras).tensor(named: "filters.kernel")
            // H×W×I×O: the kernels' elements side by side.
            #expect(kernel == Tensor(shape: [3, 3, 1, 2], scalars: (0..<9).flatMap { [Float($0), Float($0 + 9)] }))
        }
    }

    private struct Ramp: TensorSource {
        func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
            StoredTensor(type: .float32, content: .floats((0..<entry.shape.elementCount).map { Float($0) }))
        }
    }

    @Test func metadataTravel() throws {
        try withTemporaryFolder { folder in
            let original = try Checkpoint.open(Self.folder + "/kinds.safetensors")
            let small = Checkpoint(
                path: "a", format: "test", files: [],
                entries: [Checkpoint.Entry(name: "x", shape: [2], dtype: "float32")],
                attributes: original.attributes, source: Ones())
            for (format, name) in Self.formats {
                let path = "\(folder)/a.\(name)"
                try CheckpointConversion(small).write(to: path, format: format)
                #expect(try Checkpoint.open(path).attributes == ["made": "by safetensors"], "\(name)")
            }
        }
    }

    /// A note to a zip archive holds 65,535 bytes.
    @Test(arguments: [1_000, 65_535, 70_000, 200_000]) func metadataOfAnyLengthTravel(length: Int) throws {
        let words = String(repeating: "ä ", count: length / 3)
        let long = Checkpoint(
            path: "a", format: "test", files: [],
            entries: ["x", "__metadata__"].map { Checkpoint.Entry(name: $0, shape: [2], dtype: "float32") },
            attributes: ["model_config": words, "made": "by hand"], source: Ones())
        try withTemporaryFolder { folder in
            let path = folder + "/a.npz"
            let notes = try CheckpointConversion(long).write(to: path, format: .npz)
            #expect(notes.count == (length > 65_000 ? 1 : 0))
            #expect(notes.allSatisfy { $0.contains("bytes of metadata lie in an array of their own, '__metadata___'") })
            let again = try Checkpoint.open(path)
            #expect(again.attributes == long.attributes && again.notes == [])
            #expect(again.entries.map(\.name) == ["x", "__metadata__"])
        }
    }

    /// The array that the note names is not there.
    @Test func lostMetadataAreSaid() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.npz"
            try CheckpointConversion(
                Checkpoint(
                    path: "a", format: "test", files: [],
                    entries: [Checkpoint.Entry(name: "x", shape: [2], dtype: "float32")],
                    attributes: ["kernelviz.metadata": "gone"], source: Ones())
            ).write(to: path, format: .npz)
            let again = try Checkpoint.open(path)
            #expect(again.attributes == [:] && again.entries.map(\.name) == ["x"])
            #expect(again.notes == ["Its metadata, which should lie in the array 'gone', could not be read."])
        }
    }

    @Test func differencesAreNamed() throws {
        func checkpoint(
            _ path: String, _ shapes: KeyValuePairs<String, Shape>, _ source: any TensorSource
        ) -> Checkpoint {
            let entries = shapes.map { Checkpoint.Entry(name: $0.key, shape: $0.value, dtype: "float32") }
            return Checkpoint(path: path, format: "test", files: [], entries: entries, source: source)
        }
        let a = checkpoint("a", ["x/weight": [2], "y": [3], "z": [1]], Ones())
        struct Other: TensorSource {
            func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
                StoredTensor(
                    type: .float32,
                    content: .floats(
                        entry.name == "y" ? [1, 1.5, -1] : Array(repeating: 1, count: entry.shape.elementCount)))
            }
        }
        let b = checkpoint("b", ["x.weight": [2], "y": [3], "w": [1]], Other())
        let difference = try CheckpointDifference(a, b)
        #expect(difference.onlyInFirst == ["z"])
        #expect(difference.onlyInSecond == ["w"])
        #expect(difference.equalCount == 1)
        #expect(difference.changes.map(\.differingCount) == [2])
        #expect(difference.changes.map(\.maximumDifference) == [2])
    }
}
