import CSystem
import Glibc

/// Starts a program with nothing of this process but a few descriptors.
enum ProcessStarter {
    struct Refusal: Error {
        let text: String

        /// `what`, and why in the system's words.
        static func ofLastError(_ what: String) -> Refusal {
            let code = errno
            let system = unsafe strerror(code).map { unsafe String(cString: $0).lowercased() } ?? "error \(code)"
            // Memory that two processes share counts as a file.
            let reason = code == EFBIG ? "\(system), which the limit on file sizes (ulimit -f) says" : system
            return Refusal(text: "\(what): \(reason)")
        }
    }

    /// The program that runs now: by the kernel's own link, or where /proc is not there by the path that it was told.
    static var ownExecutable: String {
        let link = "/proc/self/exe"
        guard access(link, X_OK) != 0, let path = unsafe kv_executable() else { return link }
        return unsafe String(cString: path)
    }

    /// What the new process sees of the environment: where its libraries lie. A crash there is not explained at length,
    /// and libhdf5 loads no plug-ins.
    private static var environment: [String] {
        let kept: [String] = ["LD_LIBRARY_PATH", "PATH"].compactMap { (name: String) in
            unsafe getenv(name).map { unsafe "\(name)=" + String(cString: $0) }
        }
        return kept + ["SWIFT_BACKTRACE=enable=no", "HDF5_PLUGIN_PRELOAD=::"]
    }

    /// Starts `executable`; each of `inherited` is found there under its second number, everything else is closed or
    /// empty.
    static func start(
        _ executable: String, arguments: [String], inherited: [(own: Int32, theirs: Int32)]
    ) -> Result<pid_t, Refusal> {
        var actions = posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        // From numbers that no target has, so that none is overwritten before it is copied.
        let first = (inherited.map(\.theirs).max() ?? STDERR_FILENO) + 1
        var copies: [Int32] = []
        defer { for copy in copies { close(copy) } }
        for pair in inherited {
            var own = pair.own
            if own < first {
                own = kv_duplicate(own, first)
                guard own >= 0 else { return .failure(.ofLastError("no descriptor")) }
                copies.append(own)
            }
            guard unsafe posix_spawn_file_actions_adddup2(&actions, own, pair.theirs) == 0 else {
                return .failure(Refusal(text: "no descriptor"))
            }
        }
        unsafe kv_close_from(&actions, first)
        var identifier: pid_t = 0
        let status = unsafe withCStrings(arguments) { arguments in
            unsafe withCStrings(environment) { environment in
                unsafe posix_spawn(&identifier, executable, &actions, nil, arguments, environment)
            }
        }
        guard status == 0 else {
            return .failure(Refusal(text: unsafe strerror(status).map { unsafe String(cString: $0) } ?? "\(status)"))
        }
        return .success(identifier)
    }

    /// Hands over a null-terminated list of C strings.
    private static func withCStrings<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = texts.map { unsafe strdup($0) } + [nil]
        defer { for pointer in unsafe pointers { unsafe free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("a list with its end is not empty") }
            return unsafe body(UnsafePointer(base))
        }
    }
}
