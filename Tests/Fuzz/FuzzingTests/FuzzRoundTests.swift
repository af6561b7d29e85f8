import Files
import Foundation
import Fuzzing
import Images
import TestSupport
import Testing

/// Inputs that are nearly right are read, or end in one sentence that names them.
@Suite struct FuzzRoundTests {
    /// The program beside the tests, which reads in a process of its own.
    private static let reader = BuiltProduct.path("Fuzz")

    @Test(arguments: FuzzedFormat.allCases)
    func aFewInputsOfEveryFormat(format: FuzzedFormat) throws {
        try withTemporaryFolder { folder in
            let corpus = try FuzzCorpus(
                format, root: SharedFiles.packageRoot, folder: folder, reader: Self.reader)
            var round = FuzzRound()
            round.run(corpus, seeds: 0..<(format.isIsolated ? 24 : 100))
            #expect(round.failures == [])
            // All healthy, or all refused by their first bytes: then nothing would be tried.
            #expect(round.counts[0] > 0 && round.counts[1] > 0, "\(round.counts)")
        }
    }

    @Test func theSameSeedGivesTheSameInput() throws {
        try withTemporaryFolder { folder in
            for format in FuzzedFormat.allCases {
                let corpora = try (0..<2).map { _ in
                    try FuzzCorpus(format, root: SharedFiles.packageRoot, folder: folder)
                }
                for seed in 0..<20 { #expect(corpora[0].input(seed: seed) == corpora[1].input(seed: seed)) }
            }
        }
    }

    /// What once failed, under the name of its format: FORMAT-SEED or FORMAT-WORD.
    @Test func inputsThatOnceFailedAreReadOrRefused() throws {
        let found = SharedFiles.packageRoot + "/Tests/Fuzz/Found"
        try withTemporaryFolder { folder in
            for name in try FileManager.default.contentsOfDirectory(atPath: found).sorted() {
                let format = try #require(
                    name.split(separator: "-").first.flatMap { FuzzedFormat(rawValue: String($0)) })
                let corpus = try FuzzCorpus(format, root: SharedFiles.packageRoot, folder: folder, reader: Self.reader)
                let started = ContinuousClock.now
                let outcome = corpus.attempt(try InputFile.bytes("\(found)/\(name)"))
                if case .wrong(let text) = outcome { Issue.record("\(name): \(text)") }
                // Room for a debug build on a machine that does other things.
                #expect(ContinuousClock.now - started < .seconds(60), "\(name)")
            }
        }
    }
}
