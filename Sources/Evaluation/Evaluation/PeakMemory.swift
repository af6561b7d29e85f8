import Files
import Foundation

/// The largest resident memory of this process since the value was made (Linux: `VmHWM`, begun anew through
/// `/proc/self/clear_refs`).
struct PeakMemory {
    private let isMeasured: Bool

    init() {
        // "5" begins the peak anew; a system that refuses leaves the one since the start, which says nothing here.
        guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else {
            isMeasured = false
            return
        }
        isMeasured = (try? file.write(contentsOf: Data("5".utf8))) != nil
    }

    /// Bytes up to now; nil where the system does not tell.
    var bytes: Int? {
        guard isMeasured, let text = try? InputFile.text("/proc/self/status"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
        else { return nil }
        return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }
            .map { $0 * 1024 }
    }
}
