import Archives
import Diagnostics
import Files
import Sandbox

extension Checkpoint {
    /// In which process files are read.
    ///
    /// Damaged or hostile files can crash or hang the libraries that read them; another process with limits of its own
    /// bears that. ``current`` holds for everything that a task opens: `Checkpoint.Reading.$current.withValue(…) { … }`.
    public enum Reading: Sendable, Equatable {
        /// In this process: quickest, for files that are trusted.
        case inProcess
        /// In another process, started from a program that calls ``IsolatedReader/runIfAsked()`` first of all: this
        /// program itself where none is named.
        case isolated(executable: String? = nil, limits: ReaderLimits = ReaderLimits())

        /// How this task reads where nothing else is said; nil for ``standard``.
        @TaskLocal public static var current: Reading?

        /// In a process of its own in every program that calls ``IsolatedReader/runIfAsked()`` first of all, and so can be
        /// started as a reader; in this process in others.
        public static var standard: Reading { IsolatedReader.isReady ? .isolated() : .inProcess }

        /// Which copy of the weights this task reads of a file that holds several ("model", "ema", "state_dict_ema"),
        /// where nothing else is said; nil for the plain one.
        @TaskLocal public static var copy: String?
    }

    /// Opens the file, index or folder at `path`; its content decides the format, not its name.
    ///
    /// HDF5 (Keras 1 to 3, h5py state dicts, CNN Filter DB), Keras archives, PyTorch, safetensors, NumPy, ONNX and
    /// TensorFlow Lite files; an index of shards; a folder whose files together are one checkpoint.
    /// `copy` names the copy of the weights to read where a file holds several; see ``Reading/copy``.
    /// What is read keeps to the task's `MemoryLimit`. Throws `files.missing` and the like, `weights.emptyFile`,
    /// `weights.noCopy` (which lists the copies), `weights.expansion` where tensors claim far more than their file holds,
    /// `files.memory`, `weights.unknownFormat`, the formats' own errors, and `weights.readerCrashed` or
    /// `weights.readerTimeout` where an isolated reader fails.
    public static func open(_ path: String, reading: Reading? = nil, copy: String? = nil) throws -> Checkpoint {
        let opened = try openUnbounded(path, reading: reading, copy: copy ?? Reading.copy)
        try opened.checkExpansion()
        return opened
    }

    /// How many times its length the tensors of a file may take, which together are larger than the memory limit.
    private static let maximumExpansion = 256

    /// Throws `weights.expansion` where the tensors of a file together are a bomb: thousands of views of the same few
    /// numbers, or packed zeros without end. Each may be small enough; to read all of them is endless work.
    private func checkExpansion() throws {
        var claimed = 0
        for entry in entries {
            let (own, isHuge) = entry.shape.elementCount.multipliedReportingOverflow(by: entry.type?.sizeBytes ?? 4)
            let (sum, isLong) = claimed.addingReportingOverflow(own)
            guard !isHuge, !isLong else {
                claimed = .max
                break
            }
            claimed = sum
        }
        guard claimed > memoryLimit else { return }
        let stored = files.reduce(0) { $0 + ((try? InputFile.sizeBytes($1)) ?? 0) }
        guard claimed / Self.maximumExpansion > stored else { return }
        throw KernelVizError(
            code: "weights.expansion", subject: path,
            found: (entries.count == 1 ? "1 tensor claims" : "\(entries.count) tensors claim")
                + " \(NumberFormat.grouped(claimed)) bytes in a file of "
                + "\(NumberFormat.grouped(stored))",
            expected: "at most \(Self.maximumExpansion) times as many, or \(NumberFormat.grouped(memoryLimit))",
            advice: "The file is damaged or made to fill the memory; where that is meant, allow more by --max-memory")
    }

    private static func openUnbounded(_ path: String, reading: Reading?, copy: String?) throws -> Checkpoint {
        switch reading ?? Reading.current ?? Reading.standard {
        case .inProcess:
            let opened = InputFile.isFolder(path) ? try ShardedCheckpoint.openFolder(path) : try openFile(path)
            guard !opened.entries.isEmpty else {
                throw KernelVizError(
                    code: "weights.noTensors", subject: path, found: "\(opened.format) without a tensor of numbers",
                    expected: "a file of weights")
            }
            return try opened.withSettings(beside: path).multipliedOut().withOneCopy(copy)
        case .isolated(let executable, let limits):
            return try IsolatedCheckpoint.open(path, copy: copy, executable: executable, limits: limits)
        }
    }

    /// Opens one file in this process.
    static func openFile(_ path: String) throws -> Checkpoint {
        switch try FileKind.of(path) {
        case .hdf5: return try HDF5Checkpoint.open(path)
        case .zip: return try openArchive(path)
        case .legacyTorch: return try LegacyTorchCheckpoint.open(path)
        case .pickle: return try PickleCheckpoint.open(path)
        case .array: return try NumPyCheckpoint.openArray(path)
        case .safetensors(let headerBytes): return try SafetensorsCheckpoint.open(path, headerBytes: headerBytes)
        case .onnx: return try ONNXCheckpoint.open(path)
        case .tensorFlowLite: return try TFLiteCheckpoint.open(path)
        case .index: return try ShardedCheckpoint.openIndex(path)
        case .empty:
            throw KernelVizError(
                code: "weights.emptyFile", subject: path, found: "the file is empty", expected: "a file of weights",
                advice: "Copy or download it again")
        case .other(let foreign):
            throw foreign?.error(path)
                ?? KernelVizError(
                    code: "weights.unknownFormat", subject: path,
                    found: "not a file of weights (no known signature)", expected: ForeignFile.expected)
        }
    }

    private static func openArchive(_ path: String) throws -> Checkpoint {
        let archive = try ForeignArchive.opened(path)
        if KerasArchive.isOne(archive) { return try KerasArchive.open(archive) }
        if let folder = TorchCheckpoint.folder(archive) { return try TorchCheckpoint.open(archive, folder: folder) }
        if archive.members.contains(where: { $0.name.hasSuffix(".npy") }) { return try NumPyCheckpoint.open(archive) }
        throw ForeignArchive.error(archive)
    }
}
