import Files
import Glibc

/// What became of a range of seeds.
public struct FuzzRound: Sendable {
    /// How many were read, refused in a sentence, and wrong.
    public var counts = [0, 0, 0]
    /// Seeds that failed and what happened.
    public var failures: [String] = []
    /// The longest that one input took, in milliseconds of the processor, and its seed.
    public var slowest = (milliseconds: 0, seed: 0)

    /// How long of the processor an input may take, six times that in a debug build, and by how much it may raise the most
    /// memory that the process ever had.
    public static var limits: (milliseconds: Int, megabytes: Int) {
        #if DEBUG
            (60_000, 1_000)
        #else
            (10_000, 1_000)
        #endif
    }

    /// Starts without any.
    public init() {}

    /// Reads the inputs of `seeds`; `willRead` is told each of them before.
    public mutating func run(
        _ corpus: FuzzCorpus, seeds: Range<Int>,
        willRead: (_ seed: Int, FuzzRound) -> Void = { _, _ in }
    ) {
        for seed in seeds {
            willRead(seed, self)
            let input = corpus.input(seed: seed)
            let (start, memory) = (FuzzFile.processorMilliseconds, FuzzFile.peakMegabytes)
            let outcome = corpus.attempt(input)
            let milliseconds = FuzzFile.processorMilliseconds - start
            let megabytes = FuzzFile.peakMegabytes - memory
            if milliseconds > slowest.milliseconds { slowest = (milliseconds, seed) }
            switch outcome {
            case .read: counts[0] += 1
            case .refused: counts[1] += 1
            case .wrong(let text):
                counts[2] += 1
                failures.append("\(seed): \(text)")
            }
            if milliseconds > Self.limits.milliseconds { failures.append("\(seed): took \(milliseconds) ms") }
            if megabytes > Self.limits.megabytes { failures.append("\(seed): took \(megabytes) MB") }
        }
    }
}
