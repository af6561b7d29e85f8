import CHDF5
import Diagnostics
import Synchronization

/// The only caller of libhdf5, which is not safe for several threads.
///
/// The lock must not be taken twice by a thread: only whole public operations enter, and inside they handle bare
/// identifiers, never a value whose `deinit` enters again.
enum HDF5Library {
    private static let lock = Mutex<Void>(())

    /// Runs `body` alone, with the library's own error printing off on this thread.
    static func locked<Result: Sendable>(_ body: () throws -> Result) throws -> Result {
        try lock.withLock { _ in
            _ = isPrepared
            H5Eset_auto2(kv_H5E_DEFAULT(), nil, nil)
            return try body()
        }
    }

    /// Before the library's first use: it must not tidy up when the program ends, where it crashes over a file that
    /// could not be written to the end (a full disk); our handles close what is open. Then the filters that it lacks.
    private static let isPrepared: Bool = {
        H5dont_atexit()
        H5open()
        H5Eset_auto2(kv_H5E_DEFAULT(), nil, nil)
        return LZFFilter.isRegistered
    }()

    /// Closes an identifier from a `deinit`.
    static func close(_ identifier: hid_t, _ closing: (hid_t) -> herr_t) {
        lock.withLock { _ in
            H5Eset_auto2(kv_H5E_DEFAULT(), nil, nil)
            _ = closing(identifier)
        }
    }

    /// The stored form of ``HDF5File/plainTypes``, made inside the lock; to be closed by ``close(_:_:)``.
    static func plainType(_ dtype: String) -> hid_t? {
        lock.withLock { _ in
            H5Eset_auto2(kv_H5E_DEFAULT(), nil, nil)
            return ElementType.littleEndian(dtype)
        }
    }

    /// Passes a status or identifier on, or throws with the library's innermost reason where it is negative.
    @discardableResult
    static func check<Status: SignedInteger>(
        _ status: Status, _ code: String, _ subject: @autoclosure () -> String, _ found: @autoclosure () -> String
    ) throws -> Status {
        guard status < 0 else { return status }
        let reason = innermostReason()
        throw KernelVizError(
            code: code, subject: subject(), found: reason.map { "\(found()) (\($0))" } ?? found(),
            advice: advice(for: reason))
    }

    /// The deepest line of this thread's error stack: the one that says what is the matter.
    ///
    /// A missing filter is said one line higher than the vain search for a plug-in.
    static func innermostReason() -> String? {
        var reasons: [String] = []
        withUnsafeMutablePointer(to: &reasons) { pointer in
            _ = H5Ewalk2(
                kv_H5E_DEFAULT(), H5E_WALK_UPWARD,
                { _, entry, context in
                    guard let list = context?.assumingMemoryBound(to: [String].self),
                        let text = entry?.pointee.desc, text.pointee != 0
                    else { return 0 }
                    list.pointee.append(String(cString: text))
                    return 0
                }, pointer)
        }
        return (reasons.first { $0.contains("is not registered") } ?? reasons.first).map(plain)
    }

    /// The system's own words, where the library wraps them in the time, its buffers and file positions.
    private static func plain(_ reason: String) -> String {
        guard let start = reason.firstRange(of: "error message = '") else {
            return String(reason.prefix { !$0.isNewline })
        }
        return reason[start.upperBound...].prefix { $0 != "'" }.lowercased()
    }

    private static func advice(for reason: String?) -> String {
        if let reason, reason.contains("filter") && reason.contains("not registered") {
            return "The data are compressed with a filter that this HDF5 library lacks; rewrite the file with gzip"
        }
        return "The file is damaged or uses what this HDF5 library does not know; write it again and retry"
    }
}
