import Diagnostics
import Files
import Sandbox
import Tensors

/// Opens checkpoints through a process of their own, whose end is an error here and nothing more.
enum IsolatedCheckpoint {
    /// How much address space a reader may use for each byte that its files take on the disk: a copy, an unpacked copy
    /// and room.
    private static let memoryPerByte = 4

    static func open(
        _ path: String, copy: String?, executable: String?, limits: ReaderLimits
    ) throws -> Checkpoint {
        var limits = limits
        let stored = InputFile.isFolder(path) ? try folderBytes(path) : try InputFile.storedBytes(path)
        // Who allows more to be read allows the reader more.
        limits.memoryBytes += max(0, MemoryLimit.bytes - MemoryLimit.standardBytes) + stored * memoryPerByte
        let process: ReaderProcess
        let listing: CheckpointMessages.Listing
        do throws(ReaderFailure) {
            process = try ReaderProcess(executable: executable, limits: limits)
        } catch {
            throw sentence(error, path, limits)
        }
        let answer: [UInt8]
        do throws(ReaderFailure) {
            answer = try process.answer(
                to: CheckpointMessages.encode(.open(path: path, copy: copy, memoryBytes: MemoryLimit.bytes)),
                extraSeconds: stored / IsolatedSource.bytesPerSecond)
        } catch {
            throw sentence(error, path, limits)
        }
        do { listing = try CheckpointMessages.listing(answer) } catch is ByteReader.Malformed {
            throw sentence(.garbled, path, limits)
        }
        return Checkpoint(
            path: path, format: listing.format, files: listing.files, entries: listing.entries,
            attributes: listing.attributes, model: listing.model, notes: listing.notes,
            setAside: listing.setAside,
            source: IsolatedSource(process: process, path: path, limits: limits, listing: listing))
    }

    private static func folderBytes(_ path: String) throws -> Int {
        try InputFile.names(inFolder: path).reduce(0) { sum, name in
            let file = "\(path)/\(name)"
            return InputFile.isFolder(file) ? sum : sum + (try InputFile.storedBytes(file))
        }
    }

    /// One sentence for each way in which a reader can fail.
    static func sentence(_ failure: ReaderFailure, _ subject: String, _ limits: ReaderLimits) -> KernelVizError {
        let damaged = "The file is damaged or made to do harm; copy or download it again"
        let gibibytes = NumberFormat.fixed(Double(limits.memoryBytes) / 0x1p30, 1)
        switch failure {
        case .notStarted(let reason):
            return KernelVizError(
                code: "weights.readerFailed", subject: subject, found: "no reader process could be started (\(reason))",
                advice:
                    "Raise the limit that is named, or pass --trust where the file is trusted: it is then read in this process"
            )
        case .crashed("SIGKILL"):
            return KernelVizError(
                code: "weights.readerKilled", subject: subject,
                found: "the process that read it was killed, from outside or because the machine's memory is full",
                advice: "Free some memory and try again")
        case .crashed(let signal):
            return KernelVizError(
                code: "weights.readerCrashed", subject: subject,
                found: "reading it ended the reader process (\(signal), memory limit \(gibibytes) GiB)",
                expected: "a healthy file", advice: damaged)
        case .exited(let status):
            return KernelVizError(
                code: "weights.readerCrashed", subject: subject,
                found: "reading it ended the reader process (status \(status), memory limit \(gibibytes) GiB)",
                expected: "a healthy file", advice: damaged)
        case .timedOut(let seconds):
            return KernelVizError(
                code: "weights.readerTimeout", subject: subject,
                found: "reading it took more than \(seconds) s and was stopped", expected: "a healthy file",
                advice: damaged)
        case .garbled:
            return KernelVizError(
                code: "weights.readerFailed", subject: subject,
                found: "its reader process gave a malformed reply",
                expected: "a healthy file", advice: damaged)
        }
    }
}

/// Tensors that another process reads; their elements come through shared memory, or straight from the file where the
/// process only says where they lie.
final class IsolatedSource: TensorSource {
    /// Bytes that a reader handles in a second at the very least, unpacking included.
    fileprivate static let bytesPerSecond = 10_000_000

    private let process: ReaderProcess
    private let path: String
    private let limits: ReaderLimits
    private let places: [String: Int]
    private let regions: [FileRegion?]
    private let folder: String

    init(process: ReaderProcess, path: String, limits: ReaderLimits, listing: CheckpointMessages.Listing) {
        self.process = process
        self.path = path
        self.limits = limits
        places = Dictionary(
            (listing.entries + listing.setAside).enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first })
        regions = listing.regions
        folder = InputFile.isFolder(path) ? path : FilePaths.folder(of: path)
    }

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        try known(entry) ?? exchanged(entry, rows: nil)
    }

    func stored(_ entry: Checkpoint.Entry, rows: Range<Int>) throws -> StoredTensor {
        try known(entry)?.rows(rows, of: entry) ?? exchanged(entry, rows: rows)
    }

    /// A tensor of which the listing told where it lies: a question saved.
    private func known(_ entry: Checkpoint.Entry) -> StoredTensor? {
        guard let place = places[entry.name], let region = regions[place], let type = entry.type,
            region.path == path || samePlace(region.path)
        else { return nil }
        return StoredTensor(type: type, content: .region(path: region.path, offset: region.offset))
    }

    /// Asks for a tensor, or for some of its rows.
    private func exchanged(_ entry: Checkpoint.Entry, rows: Range<Int>?) throws -> StoredTensor {
        let subject = "\(path): \(entry.name)"
        guard let place = places[entry.name] else {
            throw KernelVizError(code: "weights.noTensor", subject: path, found: "no tensor '\(entry.name)'")
        }
        let count = rows.map { $0.count * entry.shape.dimensions.dropFirst().reduce(1, *) } ?? entry.shape.elementCount
        // Rows of packed data may come as floats. A reader holds what it hands over, so more than its limit comes
        // straight from the file or not at all.
        let elementBytes = entry.type?.sizeBytes ?? MemoryLayout<Float>.size
        let claimedBytes = count * (rows == nil ? elementBytes : max(elementBytes, MemoryLayout<Float>.size))
        let memoryBytes = claimedBytes <= limits.memoryBytes ? claimedBytes : 0
        // The shared memory and what is made of it are there together.
        let (both, isHuge) = memoryBytes.addingReportingOverflow(count * MemoryLayout<Float>.size)
        try MemoryLimit.check(isHuge ? .max : both, "unpacking the tensor", subject: subject)
        let request = rows.map { CheckpointMessages.Request.rows(place, $0) } ?? .tensor(place)
        let outcome: Result<StoredTensor, any Error>
        do throws(ReaderFailure) {
            outcome = try unsafe process.exchange(
                CheckpointMessages.encode(request), memoryBytes: memoryBytes,
                extraSeconds: memoryBytes / Self.bytesPerSecond
            ) { (answer, memory) throws(ReaderFailure) in
                Result { try unsafe self.tensor(answer, memory, entry, isPart: rows != nil) }
            }
        } catch {
            throw IsolatedCheckpoint.sentence(error, subject, limits)
        }
        do { return try outcome.get() } catch is ByteReader.Malformed {
            throw IsolatedCheckpoint.sentence(.garbled, subject, limits)
        }
    }

    private func tensor(
        _ answer: [UInt8], _ memory: UnsafeRawBufferPointer, _ entry: Checkpoint.Entry, isPart: Bool
    ) throws -> StoredTensor {
        var reader = try CheckpointMessages.success(answer)
        // Rows of packed data come converted.
        guard let type = NumberType(rawValue: try reader.text()),
            type == entry.type ?? .float32 || isPart && type == .float32
        else { throw ByteReader.Malformed() }
        if try reader.byte() == 1 {
            let file = try reader.text()
            let offset = try reader.number()
            // Only files that belong to the checkpoint.
            guard offset >= 0, file == path || samePlace(file) else { throw ByteReader.Malformed() }
            return StoredTensor(type: type, content: .region(path: file, offset: offset))
        }
        // Rows may need less than was set aside for them.
        let byteCount = try reader.number()
        guard byteCount == memory.count || isPart && byteCount >= 0 && byteCount < memory.count else {
            throw ByteReader.Malformed()
        }
        let filledMemory = unsafe UnsafeRawBufferPointer(rebasing: memory[..<byteCount])
        if type == .float32 {
            let floats = unsafe [Float](unsafeUninitializedCapacity: byteCount / 4) { buffer, filled in
                unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: filledMemory)
                filled = byteCount / 4
            }
            return StoredTensor(type: type, content: .floats(floats))
        }
        return StoredTensor(type: type, content: .bytes(unsafe Array(filledMemory)))
    }

    private func samePlace(_ file: String) -> Bool {
        FilePaths.folder(of: file) == (folder.hasSuffix("/") ? String(folder.dropLast()) : folder)
    }
}
