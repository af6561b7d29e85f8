/// Why a reader process gave no answer.
public enum ReaderFailure: Error, Sendable, Equatable {
    /// It could not be started; the system's words.
    case notStarted(String)
    /// A signal ended it: its name ("SIGSEGV").
    case crashed(String)
    /// It ended by itself with this status.
    case exited(Int)
    /// It took longer than this many seconds and was stopped.
    case timedOut(seconds: Int)
    /// Its answer makes no sense.
    case garbled
}
