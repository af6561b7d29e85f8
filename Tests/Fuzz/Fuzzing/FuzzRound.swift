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

    /// How long of the processor an input may take, six times that in a debug build.
    public static var milliseconds: Int {
        #if DEBUG
            60_000
        #else
            10_000
        #endif
    }

    /// How much memory the reader may take for the input of a seed: little, so that refusals are tried and no time goes
    /// into filling memory; the standard limit of one in a thousand.
    public static func memoryBytes(seed: Int) -> Int { seed % 1000 == 999 ? MemoryLimit.standardBytes : 16_000_000 }

    /// By how many megabytes an input may raise the most memory that the process ever had: what is read lies there as it
    /// comes and as numbers, beside what the reader is told to keep to; in a test run other tests take some as well.
    private func allowedMegabytes(seed: Int) -> Int {
        Self.memoryBytes(seed: seed) / 1_000_000 + (isAlone ? 250 : 1_000)
    }

    private let isAlone: Bool

    /// Starts without any; `isAlone` where the process does nothing else.
    public init(isAlone: Bool = false) { self.isAlone = isAlone }

    /// Reads the inputs of `seeds`; `willRead` is told each of them before.
    public mutating func run(
        _ corpus: FuzzCorpus, seeds: Range<Int>,
        willRead: (_ seed: Int, FuzzRound) -> Void = { _, _ in }
    ) {
        for seed in seeds {
            willRead(seed, self)
            let input = corpus.input(seed: seed)
            let (start, memory) = (FuzzFile.processorMilliseconds, FuzzFile.peakMegabytes)
            let outcome = MemoryLimit.$bytes.withValue(Self.memoryBytes(seed: seed)) { corpus.attempt(input) }
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
            if milliseconds > Self.milliseconds { failures.append("\(seed): took \(milliseconds) ms") }
            if megabytes > allowedMegabytes(seed: seed) { failures.append("\(seed): took \(megabytes) MB") }
        }
    }
}
