import Diagnostics
import Files
import Glibc

/// Files that need not outlive a crash of the machine: written at once, in place.
public enum FuzzFile {
    /// Replaces what lies at `path`.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw StreamFile.failure(path) }
        defer { close(file) }
        guard StreamFile.writeAll(bytes, to: file) else { throw StreamFile.failure(path) }
    }

    /// Where inputs are written: in memory where the system has such a place, for a disk that is written a thousand times
    /// a second costs more than the reading.
    public static var folder: String {
        unsafe access("/dev/shm", R_OK | W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp"
    }

    /// What this process had of the processor, in milliseconds: the same on a machine that does other things.
    public static var processorMilliseconds: Int {
        var used = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
        return used.tv_sec * 1000 + used.tv_nsec / 1_000_000
    }

    /// The most memory that this process ever had, in MB.
    public static var peakMegabytes: Int {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss >> 10
    }
}
