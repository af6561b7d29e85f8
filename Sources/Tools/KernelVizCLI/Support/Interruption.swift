import Glibc
import Synchronization

/// Ctrl-C: the first one lets the work stop at its next step and clean up, the second one ends the process at once.
enum Interruption {
    /// Thrown by ``check()`` after Ctrl-C.
    struct Stopped: Error {}

    private static let asked = Atomic<Bool>(false)

    /// Starts listening for SIGINT and SIGTERM; a closed pipe ends the process quietly, as it does other tools.
    static func install() {
        for number in [SIGINT, SIGTERM] {
            _ = signal(number) { number in
                if Interruption.asked.exchange(true, ordering: .relaxed) { _exit(128 + number) }
            }
        }
    }

    /// Whether the user asked to stop.
    static var isAsked: Bool { asked.load(ordering: .relaxed) }

    /// Throws ``Stopped`` when the user asked to stop; long loops call it between steps.
    static func check() throws {
        if isAsked { throw Stopped() }
    }
}
