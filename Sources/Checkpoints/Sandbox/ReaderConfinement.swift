import CSystem
import Glibc

/// What the kernel keeps from a reader process, beside its limits: programs, connections, other processes, and every file
/// but those that it is asked to read.
public enum ReaderConfinement {
    /// What is confined here, for people: "Landlock and seccomp", or what this kernel lacks.
    public static var sentence: String {
        let files = kv_landlock_version() > 0
        let calls = kv_seccomp_is_there() != 0
        return switch (files, calls) {
        case (true, true): "files are read in a process confined by Landlock and seccomp"
        case (true, false): "files are read in a process confined by Landlock; this kernel lacks seccomp"
        case (false, true): "files are read in a process confined by seccomp; this kernel lacks Landlock"
        case (false, false): "files are read in a process of their own; this kernel lacks Landlock and seccomp"
        }
    }

    /// Whether this kernel has all of it.
    public static var isComplete: Bool { kv_landlock_version() > 0 && kv_seccomp_is_there() != 0 }

    /// From now on the calling thread can open nothing but `files`, and what lies in `folders`; where the kernel cannot
    /// confine it, nothing changes.
    public static func allowReading(files: [String], folders: [String]) {
        let rules = kv_landlock_start()
        guard rules >= 0 else { return }
        defer { close(rules) }
        for file in files { _ = unsafe kv_landlock_allow_reading(rules, file, 0) }
        for folder in folders { _ = unsafe kv_landlock_allow_reading(rules, folder, 1) }
        _ = kv_landlock_restrict(rules)
    }
}
