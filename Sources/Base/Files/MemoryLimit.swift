import Diagnostics

/// How much memory the content of one file may take: one number that every reader keeps to, and says when it is hit.
///
/// What is read whole (ONNX, TensorFlow Lite, pickles, IDX), unpacked (zip, gzip, HDF5) or decoded (PNG, JPEG), and what
/// is held of a network's tensors at once. A program's threads have the standard limit unless it is handed on to them:
/// checkpoints and data sets keep that under which they were opened.
public enum MemoryLimit {
    /// 2 GB.
    public static let standardBytes = 2_000_000_000

    /// The limit of this task, in bytes.
    @TaskLocal public static var bytes = standardBytes

    /// Throws `files.memory` where `what`, which would take `needed` bytes, is more than the limit.
    public static func check(_ needed: Int, _ what: String, subject: String) throws {
        guard needed > bytes else { return }
        throw KernelVizError(
            code: "files.memory", subject: subject,
            found: "\(what) would take \(NumberFormat.grouped(needed)) bytes of memory",
            expected: "at most \(NumberFormat.grouped(bytes))",
            advice: "Where that is meant, allow more by --max-memory (2G unless it is given)")
    }
}
