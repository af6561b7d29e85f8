import Diagnostics
import Files
import Foundation
import HDF5
import Sandbox
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Files made to crash, hang or fill the memory: one sentence each, through an isolated reader.
@Suite struct HostileFileTests {
    static let limits = ReaderLimits(memoryBytes: 2 << 30, seconds: 10)
    static let isolated = Checkpoint.Reading.isolated(executable: ReaderBinary.path, limits: limits)

    private func sentence(
        _ name: String, _ bytes: [UInt8], reading: Checkpoint.Reading = isolated
    ) throws -> String? {
        try withTemporaryFolder { folder in
            let path = "\(folder)/\(name)"
            try AtomicFile.write(bytes, to: path)
            let error = #expect(throws: KernelVizError.self) {
                let checkpoint = try Checkpoint.open(path, reading: reading)
                for entry in checkpoint.entries { _ = try checkpoint.tensor(named: entry.name) }
            }
            return error?.description.replacing(folder + "/", with: "")
        }
    }

    // Protocol 0: GLOBAL os system, the argument, REDUCE.
    @Test(arguments: [
        ("os", "system"), ("builtins", "eval"), ("posix", "system"), ("torch", "load"), ("subprocess", "Popen"),
    ])
    func aPickleThatCallsPythonIsRefusedByName(module: String, name: String) throws {
        let pickle: [UInt8] = [0x80, 2] + Array("c\(module)\n\(name)\n(S'touch /tmp/harm'\ntR.".utf8)
        #expect(
            try sentence("evil.pth", pickle)
                == "evil.pth: asks Python for '\(module).\(name)', which no weights need; expected tensors and settings "
                + "only. Nothing was run. Do not open this file with torch.load or pickle unless you trust who made it."
        )
    }

    @Test func aPickleThatGrowsWithoutBoundIsStopped() throws {
        // A tuple of two, doubled a hundred times through the memo: 2^100 leaves, a hundred objects.
        var pickle: [UInt8] = [0x80, 2, UInt8(ascii: ")")]
        for _ in 0..<100 { pickle += [UInt8(ascii: "2"), 0x86] }
        pickle.append(UInt8(ascii: "."))
        #expect(
            try sentence("deep.pth", pickle)
                == "deep.pth: a Python pickle without arrays of numbers (a list or tuple of 2); expected a state dict, "
                + "or arrays by name. Save them with torch.save(model.state_dict(), path) or "
                + "numpy.savez(path, **arrays).")
    }

    private func safetensors(_ header: String, data: Int = 16) -> [UInt8] {
        let text = Array(header.utf8)
        return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> ($0 * 8)) } + text
            + Array(repeating: 0, count: data)
    }

    struct Header: Sendable {
        let text: String
        let found: String
    }

    @Test(arguments: [
        Header(
            text:
                #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#,
            found: "'a' and 'b' overlap"),
        Header(
            text: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#,
            found: "bytes before 'a' belong to no tensor"),
        Header(
            text: #"{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}"#,
            found: "its tensors end at byte \(8 + 78 + 4_398_046_511_104), the file at byte \(8 + 78 + 16)"),
        Header(
            text: #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,16]}}"#,
            found: "'a' claims 4611686018427387904×4 elements"),
        Header(
            text: #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[9223372036854775800,9223372036854775807]}}"#,
            found: "'a', 4 F32, cannot lie in bytes 9223372036854775800..<9223372036854775807"),
        Header(
            text: #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[-16,0]}}"#,
            found: "'a', 4 F32, cannot lie in bytes -16..<0"),
        Header(text: #"{"a":{"shape":[4],"data_offsets":[0,16]}}"#, found: "'a' lacks its type, shape or place"),
        Header(text: #"{"a":[}"#, found: "its header is not the JSON of safetensors"),
    ])
    func safetensorsHeadersAreChecked(header: Header) throws {
        for reading in [Checkpoint.Reading.inProcess, Self.isolated] {
            #expect(
                try sentence("a.safetensors", safetensors(header.text), reading: reading)
                    == "a.safetensors: damaged safetensors file (\(header.found)). Copy or download it again.")
        }
    }

    @Test func aShapeOfTwoToTheFortiethIsRefused() throws {
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (1048576, 1048576), }\n"
        let array: [UInt8] = ArrayHeader.magic + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
        #expect(
            try sentence("a.npy", array)
                == "a.npy: damaged NumPy array (0 bytes of elements for the shape 1048576×1048576 float32). "
                + "Copy or download it again.")
    }

    @Test func aZipBombIsRefused() throws {
        // 1 GiB of zeros in some hundred kilobytes, then claimed to be more than deflate can unpack.
        let bomb = Self.fixture("bomb.npz")
        let error = #expect(throws: KernelVizError.self) {
            let checkpoint = try Checkpoint.open(bomb, reading: Self.isolated)
            for entry in checkpoint.entries { _ = try checkpoint.tensor(named: entry.name) }
        }
        #expect(error?.code == "weights.expansion")
    }

    @Test(arguments: [Checkpoint.Reading.inProcess, isolated])
    func tensorsThatShareTheirBytesAreCountedTogether(reading: Checkpoint.Reading) throws {
        // 300 times the same 9 MB of zeros in 11 KB.
        let path = Self.fixture("views.pth")
        let error = #expect(throws: KernelVizError.self) { try Checkpoint.open(path, reading: reading) }
        #expect(
            error?.description
                == "\(path): 300 tensors claim 2,700,000,000 bytes in a file of 11,040; expected at most 256 times as many, "
                + "or 2,000,000,000. The file is damaged or made to fill the memory; where that is meant, allow more by "
                + "--max-memory.")
        let allowed = try MemoryLimit.$bytes.withValue(3_000_000_000) { try Checkpoint.open(path, reading: reading) }
        #expect(allowed.entries.count == 300)
    }

    @Test(arguments: [Checkpoint.Reading.inProcess, isolated])
    func aTensorKeepsToTheLimitUnderWhichItsFileWasOpened(reading: Checkpoint.Reading) throws {
        try withTemporaryFolder { folder in
            // 8×3×3×3 numbers of 4 bytes.
            let path = folder + "/one.npy"
            try AtomicFile.write(InputFile.bytes(FrameworkFileTests.folder + "/one.npy"), to: path)
            let (few, enough) = try (
                MemoryLimit.$bytes.withValue(863) { try Checkpoint.open(path, reading: reading) },
                MemoryLimit.$bytes.withValue(2 * 864) { try Checkpoint.open(path, reading: reading) }
            )
            let name = few.entries[0].name
            let error = #expect(throws: KernelVizError.self) { try few.tensor(named: name) }
            #expect(error?.code == "files.memory")
            #expect(error?.found == "the tensor, as 32-bit numbers, would take 864 bytes of memory")
            #expect(try enough.tensor(named: name).scalars.count == 216)
            #expect(throws: KernelVizError.self) { try few.checkMemoryOfAll() }
        }
    }

    @Test func emptyAxesWithoutBoundAreKeptAsTheyAre() throws {
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 1, 1099511627776, 1099511627776), }\n"
        let array: [UInt8] = ArrayHeader.magic + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
        try withTemporaryFolder { folder in
            let path = folder + "/depthwise_kernel.npy"
            try AtomicFile.write(array, to: path)
            for layout in TensorLayout.allCases {
                let result = "\(folder)/\(layout).safetensors"
                try CheckpointConversion(Checkpoint.open(path, reading: Self.isolated), layout: layout)
                    .write(to: result, format: .safetensors)
                #expect(try Checkpoint.open(result).entries.map(\.shape) == [[0, 1, 1 << 40, 1 << 40]])
            }
        }
    }

    @Test func settingsThatNoLayerHasAreNotBelieved() {
        let facts = ModelFacts(
            layers: ["a": .init(className: "Conv", stride: 0, groups: -3), "b": .init(className: "Conv", stride: 65)],
            order: ["a", "b"], inputSize: 1 << 40)
        let checkpoint = Checkpoint(
            path: "a.onnx", format: "ONNX", files: [], entries: [], model: facts, source: Ones())
        #expect(
            checkpoint.model
                == ModelFacts(
                    layers: ["a": .init(className: "Conv"), "b": .init(className: "Conv")], order: ["a", "b"]))
    }

    @Test func aRegionBeyondTheFileTakesNoMemory() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/short"
            try AtomicFile.write([1, 2, 3, 4], to: path)
            let stored = StoredTensor(type: .float32, content: .region(path: path, offset: 0))
            let error = #expect(throws: KernelVizError.self) { try stored.floats(count: 1 << 40, subject: "a: x") }
            #expect(
                error?.description
                    == "a: x: 1 elements; expected 1099511627776. The file changed while it was read; try again.")
        }
    }

    @Test func groupsTenThousandDeepAreRefused() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/deep.h5"
            try HDF5Writer.write(to: path) { writer in
                let name = String(repeating: "g/", count: 10_000) + "weight"
                try writer.write([Float](repeating: 1, count: 9), dimensions: [1, 1, 3, 3], to: name)
            }
            let error = #expect(throws: KernelVizError.self) { try Checkpoint.open(path, reading: Self.isolated) }
            #expect(
                error?.description
                    == "\(path): groups lie more than 100 deep in each other; expected a file of weights.")
        }
    }

    @Test func linksThatGoInCirclesEnd() throws {
        let checkpoint = try Checkpoint.open(Self.fixture("cyclic_links.h5"), reading: Self.isolated)
        #expect(checkpoint.entries.map(\.name) == ["a/weight"])
    }

    @Test func aReaderThatCannotStartIsSaid() {
        let error = #expect(throws: KernelVizError.self) {
            try Checkpoint.open(
                FrameworkFileTests.folder + "/one.npy", reading: .isolated(executable: "/no/such/program"))
        }
        #expect(error?.code == "weights.readerFailed")
    }

    @Test func aProgramThatCanBeStartedAsAReaderReadsInOne() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ReaderBinary.path)
        process.arguments = [FrameworkFileTests.folder + "/one.npy"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && said == "isolated 1\n")
        // This process, which runs tests, cannot be started as one.
        #expect(Checkpoint.Reading.standard == .inProcess)
    }

    @Test func theMemoryLimitHolds() {
        // Too little to start at all.
        let error = #expect(throws: KernelVizError.self) {
            try Checkpoint.open(
                FrameworkFileTests.folder + "/one.npy",
                reading: .isolated(executable: ReaderBinary.path, limits: ReaderLimits(memoryBytes: 1 << 20)))
        }
        #expect(error?.code == "weights.readerCrashed")
    }

    @Test func failuresAreOneSentenceEach() {
        let limits = ReaderLimits(memoryBytes: 3 << 30, seconds: 5)
        let damaged = " The file is damaged or made to do harm; copy or download it again."
        #expect(
            IsolatedCheckpoint.sentence(.crashed("SIGSEGV"), "a.h5", limits).description
                == "a.h5: reading it ended the reader process (SIGSEGV, memory limit 3.0 GiB); expected a healthy file."
                + damaged)
        #expect(
            IsolatedCheckpoint.sentence(.timedOut(seconds: 5), "a.h5", limits).description
                == "a.h5: reading it took more than 5 s and was stopped; expected a healthy file." + damaged)
    }

    static func fixture(_ name: String) -> String {
        SharedFiles.packageRoot + "/Tests/Checkpoints/CheckpointsTests/Fixtures/hostile/\(name)"
    }

    /// Files of each format, with the seed of their mutations.
    static let victims = [
        "keras2_weights.h5", "keras3.weights.h5", "kinds.safetensors", "state_dict.pth", "training_legacy.pth",
        "arrays.npz", "packed.npz", "keras3.keras", "exported.onnx", "one.npy", "../objects/loop_legacy.pth",
        "../objects/arrays_0.pkl", "../objects/joblib.pkl", "../objects/objects.npy", "../objects/quantised.pth",
    ]

    /// A few mutations of each format in every test run; `.ci/fuzz-weights` runs thousands.
    @Test(arguments: victims)
    func mutatedFilesEndInASentenceOrInTensors(name: String) throws {
        let asked = ProcessInfo.processInfo.environment["KERNELVIZ_MUTATIONS"].flatMap { Int($0) } ?? 12
        let count = name.hasSuffix(".h5") ? asked : asked / 2
        let original = try InputFile.bytes("\(FrameworkFileTests.folder)/\(name)")
        try withTemporaryFolder { folder in
            let path = "\(folder)/mutant"
            for seed in 0..<count {
                try AtomicFile.write(Self.mutated(original, seed: UInt64(seed)), to: path)
                let started = ContinuousClock.now
                defer {
                    // Room for a machine that does other things.
                    let longest = Duration.seconds(2 * Self.limits.seconds + 10)
                    #expect(ContinuousClock.now - started < longest, "\(name) \(seed)")
                }
                do {
                    let checkpoint = try Checkpoint.open(path, reading: Self.isolated)
                    for entry in checkpoint.entries { _ = try checkpoint.tensor(named: entry.name) }
                } catch let error as KernelVizError {
                    let text = error.description
                    #expect(
                        text.contains("mutant") && !text.contains("\n") && text.hasSuffix("."),
                        "\(name) \(seed): \(text)")
                }
            }
        }
    }

    /// One to eight changes: in the first 2 KB by half, else anywhere; a byte, a flipped bit, an extreme word, or the
    /// rest cut off.
    static func mutated(_ bytes: [UInt8], seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        var result = bytes
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
            let range = Bool.random(using: &generator) ? min(2048, result.count) : result.count
            guard range > 8 else { return result }
            let place = Int.random(in: 0..<range - 8, using: &generator)
            switch Int.random(in: 0..<12, using: &generator) {
            case 0: result.removeLast(Int.random(in: 0..<result.count / 2, using: &generator))
            case 1...3: for index in 0..<8 { result[place + index] = 0xFF }
            case 4: for index in 0..<8 { result[place + index] = 0 }
            case 5...7: result[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            default: result[place] = UInt8.random(in: 0...255, using: &generator)
            }
        }
        return result
    }
}
