import CSystem
import Glibc
import Synchronization

/// Another process of this program that takes requests and answers them; whatever happens to it, this one goes on.
///
/// Requests wait for each other. The process ends with the value.
public final class ReaderProcess: Sendable {
    /// The descriptors under which the new process finds its socket and the shared memory.
    static let socketDescriptor: Int32 = 3
    static let memoryDescriptor: Int32 = 4
    /// The argument that makes a program a reader: see ``ReaderService``.
    static let argument = "--isolated-reader"

    private struct State: ~Copyable {
        var memory: SharedMemory
        var failure: ReaderFailure?
    }

    private let identifier: pid_t
    private let channel: MessageChannel
    private let limits: ReaderLimits
    private let state: Mutex<State>

    /// Starts `executable`, this program without one, which must call ``ReaderService/runIfAsked(_:)`` first of all.
    ///
    /// Throws ``ReaderFailure/notStarted(_:)``.
    public init(executable: String? = nil, limits: ReaderLimits = ReaderLimits()) throws(ReaderFailure) {
        guard let memory = SharedMemory() else {
            throw .notStarted(ProcessStarter.Refusal.ofLastError("no shared memory").text)
        }
        var ends: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0
        else {
            throw .notStarted(ProcessStarter.Refusal.ofLastError("no socket").text)
        }
        defer { close(ends[1]) }
        let started = ProcessStarter.start(
            executable ?? ProcessStarter.ownExecutable,
            arguments: [
                "kernelviz", Self.argument, "\(limits.memoryBytes)", "\(limits.seconds)", "\(limits.files)",
            ], inherited: [(ends[1], Self.socketDescriptor), (memory.descriptor, Self.memoryDescriptor)])
        switch started {
        case .success(let identifier): self.identifier = identifier
        case .failure(let reason):
            close(ends[0])
            throw .notStarted(reason.text)
        }
        self.channel = MessageChannel(descriptor: ends[0])
        self.limits = limits
        self.state = Mutex(State(memory: memory, failure: nil))
    }

    deinit {
        state.withLock { state in
            if state.failure == nil { _ = Self.end(identifier) }
        }
        close(channel.descriptor)
    }

    /// Sends a request and waits for the answer, no longer than the limits and `extraSeconds` allow.
    ///
    /// After a failure every further request fails alike.
    public func answer(to request: [UInt8], extraSeconds: Int = 0) throws(ReaderFailure) -> [UInt8] {
        try exchange(request, memoryBytes: 0, extraSeconds: extraSeconds) { answer, _ in answer }
    }

    /// Sends a request that the reader answers with up to `memoryBytes` bytes of shared memory, and hands `body` the
    /// answer and that memory, which holds what the reader wrote until the next request.
    public func exchange<Result: Sendable>(
        _ request: [UInt8], memoryBytes: Int, extraSeconds: Int = 0,
        body: (_ answer: [UInt8], _ memory: UnsafeRawBufferPointer) throws(ReaderFailure) -> Result
    ) throws(ReaderFailure) -> Result {
        let outcome = state.withLock { state -> Swift.Result<Result, ReaderFailure> in
            if let failure = state.failure { return .failure(failure) }
            let seconds = limits.seconds + extraSeconds
            do throws(MessageChannel.Failure) {
                guard memoryBytes == 0 || state.memory.grow(to: memoryBytes) else {
                    return .failure(.notStarted(ProcessStarter.Refusal.ofLastError("no shared memory").text))
                }
                try channel.send(request)
                let answer = try channel.receive(before: .now + .seconds(seconds))
                let result = unsafe state.memory.withBytes(memoryBytes) {
                    memory -> Swift.Result<Result, ReaderFailure> in
                    do throws(ReaderFailure) {
                        return .success(try unsafe body(answer, UnsafeRawBufferPointer(memory)))
                    } catch {
                        return .failure(error)
                    }
                }
                return result ?? .failure(.notStarted("no shared memory"))
            } catch {
                let failure = failure(error, seconds: seconds)
                state.failure = failure
                return .failure(failure)
            }
        }
        return try outcome.get()
    }

    /// What became of the process, which is over after this.
    private func failure(_ failure: MessageChannel.Failure, seconds: Int) -> ReaderFailure {
        switch failure {
        case .timedOut:
            _ = Self.end(identifier)
            return .timedOut(seconds: seconds)
        case .garbled:
            _ = Self.end(identifier)
            return .garbled
        case .ended:
            let status = Self.status(identifier)
            let signal = status & 0x7F
            if signal == 0 { return .exited(Int(status >> 8 & 0xFF)) }
            if signal == SIGXCPU { return .timedOut(seconds: seconds) }
            return .crashed(Self.name(ofSignal: signal))
        }
    }

    private static func end(_ identifier: pid_t) -> Int32 {
        kill(identifier, SIGKILL)
        return status(identifier)
    }

    /// Waits for the end of the process.
    private static func status(_ identifier: pid_t) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(identifier, &status, 0) < 0 && errno == EINTR {}
        return status
    }

    private static func name(ofSignal number: Int32) -> String {
        let names = [
            SIGSEGV: "SIGSEGV", SIGABRT: "SIGABRT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP", SIGBUS: "SIGBUS",
            SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGXFSZ: "SIGXFSZ",
        ]
        return names[number] ?? "signal \(number)"
    }
}
