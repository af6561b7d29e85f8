/// What a reader process may use.
public struct ReaderLimits: Sendable, Equatable {
    /// Address space in bytes.
    public var memoryBytes: Int
    /// Seconds for one request, of the clock and of the processor; more are given for what takes longer by its size.
    public var seconds: Int
    /// Open files.
    public var files: Int

    /// Names the limits.
    public init(memoryBytes: Int = 2 << 30, seconds: Int = 15, files: Int = 512) {
        self.memoryBytes = memoryBytes
        self.seconds = seconds
        self.files = files
    }
}
