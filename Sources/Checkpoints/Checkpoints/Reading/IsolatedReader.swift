import Diagnostics
import Files
import Sandbox
import Synchronization

/// The process that reads files for another one: see ``Checkpoint/Reading``.
public enum IsolatedReader {
    private static let ready = Atomic<Bool>(false)

    /// Whether this program called ``runIfAsked()``: it can be started as a reader.
    static var isReady: Bool { ready.load(ordering: .relaxed) }

    /// Serves and ends where this process was started as a reader, and returns at once everywhere else; the first thing
    /// that a program does. From then on files are read by a process of their own where nothing else is said.
    public static func runIfAsked() {
        defer { ready.store(true, ordering: .relaxed) }
        unsafe ReaderService.runIfAsked {
            var checkpoint: Checkpoint?
            return { request, memory in
                do {
                    switch try CheckpointMessages.request(request) {
                    case .open(let path, let copy, let memoryBytes):
                        confine(to: path)
                        let opened = try MemoryLimit.$bytes.withValue(memoryBytes) {
                            try Checkpoint.open(path, reading: .inProcess, copy: copy)
                        }
                        checkpoint = opened
                        return CheckpointMessages.encode(
                            CheckpointMessages.Listing(
                                format: opened.format, files: opened.files, entries: opened.entries,
                                regions: (opened.entries + opened.setAside).map(opened.region),
                                attributes: opened.attributes, model: opened.model, notes: opened.notes,
                                setAside: opened.setAside))
                    case .tensor(let index):
                        guard let checkpoint, let entry = checkpoint.anyEntry(index) else {
                            throw ByteReader.Malformed()
                        }
                        return try unsafe answer(checkpoint.stored(entry), memory)
                    case .rows(let index, let rows):
                        guard let checkpoint, let entry = checkpoint.anyEntry(index),
                            let length = entry.shape.dimensions.first, rows.upperBound <= length
                        else { throw ByteReader.Malformed() }
                        return try unsafe answer(checkpoint.stored(entry, rows: rows), memory)
                    }
                } catch let error as KernelVizError {
                    return CheckpointMessages.encode(error)
                } catch {
                    return CheckpointMessages.encode(
                        KernelVizError(code: "weights.readerFailed", subject: "reader", found: "\(error)"))
                }
            }
        }
    }

    /// Lets this process open the checkpoint alone. What lies beside it is left open where a format keeps parts of itself
    /// there: ONNX its tensors, an index its shards. Files of settings tell the family of any.
    private static func confine(to path: String) {
        // What is named may be a link that leads elsewhere, as in a cache of downloads: every file has its own rule.
        guard !InputFile.isFolder(path) else {
            let files = ((try? InputFile.names(inFolder: path)) ?? []).sorted().prefix(4096).map { "\(path)/\($0)" }
            return ReaderConfinement.allowReading(files: Array(files), folders: [path])
        }
        let folder = FilePaths.folder(of: path)
        let head = (try? InputFile.prefix(path, count: 8)) ?? []
        // HDF5, zip (PyTorch, Keras, NumPy), pickle, NumPy's arrays: whole in themselves.
        let closed: [[UInt8]] = [[0x89, 0x48, 0x44, 0x46], [0x50, 0x4B], [0x80], [0x93, 0x4E, 0x55, 0x4D]]
        let isClosed = closed.contains(where: head.starts)
        let beside = ((try? InputFile.names(inFolder: folder)) ?? [])
            .filter { !isClosed || ["json", "yaml"].contains(FilePaths.fileExtension(of: $0)) }.sorted().prefix(4096)
        ReaderConfinement.allowReading(
            files: [path] + beside.map { "\(folder)/\($0)" }, folders: isClosed ? [] : [folder])
    }

    /// The type, then where the elements are: 0 and their number of bytes in the shared memory, or 1, a file and an
    /// offset.
    private static func answer(
        _ stored: StoredTensor, _ memory: (Int, (UnsafeMutableRawBufferPointer) -> Void) -> Bool
    ) throws -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt8(0))
        writer.write(stored.type.rawValue)
        let isPlaced: Bool
        switch stored.content {
        case .region(let path, let offset):
            writer.write(UInt8(1))
            writer.write(path)
            writer.write(offset)
            return writer.bytes
        case .bytes(let bytes):
            writer.write(UInt8(0))
            writer.write(bytes.count)
            isPlaced = unsafe memory(bytes.count) { target in unsafe target.copyBytes(from: bytes) }
        case .floats(let floats):
            writer.write(UInt8(0))
            writer.write(floats.count * MemoryLayout<Float>.size)
            isPlaced = unsafe memory(floats.count * MemoryLayout<Float>.size) { target in
                unsafe floats.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
            }
        }
        guard isPlaced else {
            throw KernelVizError(code: "weights.readerFailed", subject: "reader", found: "no room for the tensor")
        }
        return writer.bytes
    }
}

extension Checkpoint {
    /// The entry at a place of the listing that a reader sends: entries, then those set aside.
    fileprivate func anyEntry(_ index: Int) -> Entry? {
        if entries.indices.contains(index) { return entries[index] }
        let rest = index - entries.count
        return setAside.indices.contains(rest) ? setAside[rest] : nil
    }
}
