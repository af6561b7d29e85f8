import CSystem
import Glibc

/// The other side of a ``ReaderProcess``: a program that can become one calls ``runIfAsked(_:)`` first of all.
public enum ReaderService {
    /// Answers one request; `memory` is called with the number of bytes that the answer needs there.
    public typealias Handler = (
        _ request: [UInt8], _ memory: (Int, (UnsafeMutableRawBufferPointer) -> Void) -> Bool
    ) -> [UInt8]

    /// Where this process was started as a reader: limits itself, serves until its parent closes the line, and ends.
    /// Returns at once everywhere else.
    public static func runIfAsked(_ makeHandler: () -> Handler) {
        let arguments = ProcessArguments.all
        guard arguments.count == 5, arguments[1] == ReaderProcess.argument,
            let memoryBytes = Int(arguments[2]), let seconds = Int(arguments[3]), let files = Int(arguments[4])
        else { return }
        var status = stat()
        guard unsafe fstat(ReaderProcess.socketDescriptor, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
            return
        }
        // Ctrl-C reaches every process of a terminal; whether this one is done is for its parent to say.
        for number in [SIGINT, SIGTERM, SIGHUP] { _ = signal(number, SIG_IGN) }
        _ = kv_refuse_new_rights()
        limit(RLIMIT_CORE, 0)
        limit(RLIMIT_FSIZE, 0)
        limit(RLIMIT_NOFILE, files)
        limit(RLIMIT_AS, memoryBytes)
        _ = kv_seccomp_restrict()
        if !endWithParent() { _ = kv_end_with_parent() }
        serve(makeHandler(), seconds: seconds)
        _exit(0)
    }

    private static func serve(_ handler: Handler, seconds: Int) {
        let channel = MessageChannel(descriptor: ReaderProcess.socketDescriptor)
        var memory = SharedMemory(descriptor: ReaderProcess.memoryDescriptor)
        while true {
            do throws(MessageChannel.Failure) {
                let request = try channel.receive()
                limitProcessorTime(seconds)
                let answer = handler(request) { byteCount, fill in
                    unsafe memory.withBytes(byteCount) { unsafe fill($0) } != nil
                }
                try channel.send(answer)
            } catch {
                return
            }
        }
    }

    /// Starts a thread that ends this process as soon as the other end of the socket is closed, however busy the rest is:
    /// the kernel closes it when the parent dies. (PR_SET_PDEATHSIG would end it with the parent's thread.)
    private static func endWithParent() -> Bool {
        var attributes = pthread_attr_t()
        var thread = pthread_t()
        guard unsafe pthread_attr_init(&attributes) == 0 else { return false }
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setstacksize(&attributes, 64 << 10)
        return unsafe pthread_create(
            &thread, &attributes,
            { _ in
                while true {
                    // No events are asked for: an end that is closed is told all the same.
                    var request = pollfd(fd: ReaderProcess.socketDescriptor, events: 0, revents: 0)
                    let ready = unsafe poll(&request, 1, -1)
                    if ready > 0 || ready < 0 && errno != EINTR { _exit(0) }
                }
            }, nil) == 0
    }

    /// Lowers a limit for good.
    private static func limit(_ resource: __rlimit_resource, _ value: Int) {
        var limits = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0 else { return }
        let bounded = min(rlim_t(value), limits.rlim_max)
        limits = rlimit(rlim_cur: bounded, rlim_max: bounded)
        _ = unsafe setrlimit(__rlimit_resource_t(resource.rawValue), &limits)
    }

    /// Allows `seconds` more seconds of processor time than were used so far.
    private static func limitProcessorTime(_ seconds: Int) {
        var used = timespec()
        var limits = rlimit()
        guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0,
            unsafe getrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limits) == 0
        else { return }
        limits.rlim_cur = min(rlim_t(used.tv_sec + seconds + 1), limits.rlim_max)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limits)
    }
}
