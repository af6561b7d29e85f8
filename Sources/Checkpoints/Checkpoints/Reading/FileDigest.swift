import Files
import Synchronization

/// The SHA-256 of a checkpoint's files, computed once and only when somebody asks.
final class FileDigest: Sendable {
    let files: [String]
    private let known: Mutex<String?>

    /// Nothing is computed where the digest is `known`.
    init(_ files: [String], known: String? = nil) {
        self.files = files
        self.known = Mutex(known)
    }

    var hexadecimal: String {
        known.withLock { known in
            if let known { return known }
            let digest = (try? compute()) ?? ""
            known = digest
            return digest
        }
    }

    private func compute() throws -> String {
        let digests = try files.map { try InputFile.sha256($0) }
        if digests.count == 1 { return digests[0] }
        return SHA256Digest.hexadecimal(of: Array(digests.map { $0 + "\n" }.joined().utf8))
    }
}
