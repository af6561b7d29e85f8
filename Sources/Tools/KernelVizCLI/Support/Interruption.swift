import Files
import Glibc
import KernelViz
import Synchronization

/// Ctrl-C, and what else asks a process to end: the first one lets the work stop at its next step and clean up, the
/// second one ends the process at once.
///
/// Work that reaches no next step within ``patienceMicroseconds`` (one huge layer) is ended then, unless a file is being
/// written or ``finishing(_:)`` holds the process.
enum Interruption {
    /// Thrown by ``check()`` after Ctrl-C.
    struct Stopped: Error {}

    private static let patienceMicroseconds: UInt32 = 700_000
    /// The signal that came; 0 for none.
    private static let asked = Atomic<Int32>(0)
    /// How many pieces of work end by themselves after Ctrl-C and must not be cut.
    private static let held = Atomic<Int>(0)

    /// Starts listening for SIGINT, SIGTERM and, unless it is ignored as under nohup, SIGHUP; a closed pipe ends the
    /// process quietly, as it does other tools. A file that grows beyond a limit is an error of its write, not an end.
    static func install() {
        // Globals are made now, not in a handler.
        _ = isAsked
        _ = isBusy
        // Whoever started this process may have blocked them: a program that starts others from its worker threads does.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        let asking = [SIGINT, SIGTERM] + (isHangUpIgnored ? [] : [SIGHUP])
        for number in asking + [SIGALRM, SIGPIPE] { unsafe sigaddset(&signals, number) }
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        _ = signal(SIGXFSZ, SIG_IGN)
        _ = signal(SIGALRM) { _ in Interruption.endUnlessBusy() }
        for number in asking {
            _ = signal(number) { number in
                if Interruption.asked.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
                ualarm(Interruption.patienceMicroseconds, 0)
            }
        }
    }

    /// Whether whoever started this process wants it to outlive its terminal (nohup).
    private static var isHangUpIgnored: Bool {
        var action = sigaction()
        guard unsafe sigaction(SIGHUP, nil, &action) == 0 else { return false }
        // SIG_IGN is the address 1.
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: UInt.self) == 1
    }

    /// Whether the user asked to stop.
    static var isAsked: Bool { asked.load(ordering: .relaxed) != 0 }

    /// The exit status of a process that was asked to stop: 130 after Ctrl-C, 143 after SIGTERM.
    static var status: Int32 { 128 + asked.load(ordering: .relaxed) }

    /// Throws ``Stopped`` when the user asked to stop; long loops call it between steps.
    static func check() throws {
        if isAsked { throw Stopped() }
    }

    /// Runs work that looks at ``isAsked`` itself and then has something to finish, such as writing its state.
    static func finishing<Result>(_ work: () throws -> Result) rethrows -> Result {
        held.add(1, ordering: .relaxed)
        defer { held.subtract(1, ordering: .relaxed) }
        return try work()
    }

    private static var isBusy: Bool { held.load(ordering: .relaxed) > 0 || AtomicFile.isWriting }

    /// Called by SIGALRM: only what a signal handler may do.
    private static func endUnlessBusy() {
        if isBusy {
            ualarm(patienceMicroseconds, 0)
            return
        }
        let text: StaticString = "\nkernelviz: stopped.\n"
        // The line end first where a bar stands on the terminal's line.
        let skipped = isatty(STDERR_FILENO) == 1 ? 0 : 1
        _ = unsafe Glibc.write(STDERR_FILENO, text.utf8Start + skipped, text.utf8CodeUnitCount - skipped)
        _exit(status)
    }
}
