import Diagnostics
import Files

/// A checkpoint written in another format: the same numbers, verified after writing.
public struct CheckpointConversion: Sendable {
    /// What is written.
    public let checkpoint: Checkpoint
    let plans: [TensorPlan]
    /// What the network is called where the checkpoint itself does not describe it; nil where that is not known.
    let title: String?

    /// Plans the conversion; without a `layout` names and axes stay as they are. `depthwise` are the tensors of depthwise
    /// convolutions.
    ///
    /// Throws `weights.twice` where two tensors would get one name.
    package init(_ checkpoint: Checkpoint, layout: TensorLayout?, depthwise: Set<String>, title: String?) throws {
        self.checkpoint = checkpoint
        self.title = title
        if let layout {
            let norms = Set(
                checkpoint.entries.filter { ["running_mean", "moving_mean"].contains($0.parameter) }.map(\.module))
            plans = checkpoint.entries.map { entry in
                TensorPlan(
                    entry, layout: layout, isDepthwise: depthwise.contains(entry.name),
                    isNorm: norms.contains(entry.module))
            }
        } else {
            plans = checkpoint.entries.map(TensorPlan.init(keeping:))
        }
        var seen: Set<String> = []
        if let twice = plans.first(where: { !seen.insert($0.name).inserted }) {
            throw KernelVizError(
                code: "weights.twice", subject: checkpoint.path, found: "two tensors would be called '\(twice.name)'",
                advice: "Convert without --layout")
        }
    }

    /// Writes the file and reads it back before it gets its name; memory holds one tensor at a time.
    ///
    /// Types that a format lacks are kept as integers of their size, with the type's name beside. Returns what could not
    /// be kept, one sentence each. Throws `files.exists` and the like, `weights.verification` where the file differs from
    /// what was to be written, and what `progress` throws.
    @discardableResult
    public func write(
        to path: String, format: CheckpointFormat, overwriting: AtomicFile.Overwriting = .refuse,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> [String] {
        var notes: [String] = []
        try withoutActuallyEscaping(progress) { progress in
            try AtomicFile.write(to: path, overwriting: overwriting) { temporary in
                let record = WriteRecord(count: plans.count, progress: progress)
                let writer = TensorWriter(
                    checkpoint: checkpoint, attributes: attributes(format), plans: plans, path: path,
                    temporary: temporary,
                    record: record)
                notes = try writer.write(format)
                try verify(temporary, path: path, record)
            }
        }
        return notes
    }

    /// Reads the file back: names, shapes, types and every byte.
    private func verify(_ temporary: String, path: String, _ record: WriteRecord) throws {
        let written = try Checkpoint.openFile(temporary)
        for plan in plans {
            guard let entry = written.entry(named: plan.name), entry.shape == plan.shape, entry.type == plan.type,
                SHA256Digest.hexadecimal(of: try written.bytes(named: plan.name).bytes) == record.digests[plan.name]
            else {
                throw KernelVizError(
                    code: "weights.verification", subject: path,
                    found: "the tensor '\(plan.name)' read back differs from what was written",
                    expected: "\(plan.shape) \(plan.type)", advice: "Nothing was written; check the disk or the names")
            }
            try record.step()
        }
        guard written.entries.count == plans.count else {
            throw KernelVizError(
                code: "weights.verification", subject: path,
                found: "\(written.entries.count) tensors were read back", expected: "\(plans.count)",
                advice: "Nothing was written; check the disk or the names")
        }
    }
}

/// What was written, and how far the work is; each tensor counts twice, once written and once verified.
final class WriteRecord {
    private(set) var digests: [String: String] = [:]
    private let total: Int
    private let progress: (Int, Int) throws -> Void
    private var done = 0

    init(count: Int, progress: @escaping (Int, Int) throws -> Void) {
        total = 2 * count
        self.progress = progress
    }

    func note(_ name: String, _ bytes: [UInt8]) throws {
        digests[name] = SHA256Digest.hexadecimal(of: bytes)
        try step()
    }

    func step() throws {
        done += 1
        try progress(done, total)
    }
}
