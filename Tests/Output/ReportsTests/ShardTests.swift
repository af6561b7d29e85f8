import Classification
import Diagnostics
import Kernels
import Statistics
import TestSupport
import Testing

@testable import Reports

/// Parts of a classification, put together, are the bytes of one run.
@Suite struct ShardTests {
    private func networks() throws -> [NetworkStatistics] {
        try (1...5).map { number in
            let kernels = (0..<number).flatMap { _ in NamedKernel.gaussian(sigmaPixels: 1).values }
            return try NetworkStatistics.analyse(
                MemoryNetwork.make([
                    .init(
                        name: "layer\(number)", shape: [number, 1, 3, 3], stride: number % 2 == 0 ? nil : 2,
                        scalars: kernels)
                ]))
        }
    }

    private let failure = ClassificationCollection.Failure(
        path: "a \"b\".h5", error: KernelVizError(code: "x", subject: "a", found: "nothing", expected: "a\nnet"))

    private func shards(_ all: [NetworkStatistics], of count: Int, failing last: Bool, kernels: Bool) throws -> [String]
    {
        try (1...count).map { index in
            let place = try #require(ShardPlace("\(index)/\(count)"))
            return ClassificationCollection(
                place.own(of: all), failures: last && index == count ? [failure] : [], shard: (place, all.count)
            ).savedJSON(kernels: kernels, version: "1.2.3")
        }
    }

    @Test(arguments: [1, 2, 3, 5, 7], [true, false])
    func theyGiveTheBytesOfOneRun(count: Int, kernels: Bool) throws {
        let all = try networks()
        for failing in [true, false] {
            let one = ClassificationCollection(all, failures: failing ? [failure] : [])
                .savedJSON(kernels: kernels, version: "1.2.3")
            let texts = try shards(all, of: count, failing: failing, kernels: kernels)
            let merged = try ClassificationShards(
                texts.enumerated().reversed().map { ("part\($0.offset)", $0.element) })
            #expect(merged.json == one)
            #expect(merged.failures == (failing ? 1 : 0))
        }
        let none = try ClassificationShards(
            shards([], of: count, failing: false, kernels: kernels).map { ("part", $0) })
        #expect(none.json == ClassificationCollection([]).savedJSON(kernels: kernels, version: "1.2.3"))
    }

    @Test func whatIsMissingTwiceOrNoShardIsSaid() throws {
        let all = try networks()
        let texts = try shards(all, of: 3, failing: false, kernels: false).map { ("part.json", $0) }
        let others = try shards(Array(all.dropLast()), of: 3, failing: false, kernels: false).map { ("other.json", $0) }
        let whole = ClassificationCollection(all).savedJSON(kernels: false, version: "1.2.3")
        for (given, code) in [
            ([], "shards.none"), ([texts[0], texts[2]], "shards.missing"),
            ([texts[0], texts[0], texts[1]], "shards.twice"),
            ([texts[0], others[1], texts[2]], "shards.differ"), ([("all.json", whole)], "shards.notAShard"),
            ([("x", "{}")], "shards.notAShard"), ([("x", "")], "shards.notAShard"),
            ([("x", String(texts[0].1.dropLast(texts[0].1.count / 2)))], "shards.notAShard"),
        ] {
            let error = #expect(throws: KernelVizError.self) { _ = try ClassificationShards(given) }
            #expect(error?.code == code)
        }
    }

    @Test func aPlaceIsAPartOfParts() {
        let numbers = Array(0..<10)
        for count in 1...12 {
            let parts = (1...count).compactMap { ShardPlace("\($0)/\(count)")?.own(of: numbers) }
            #expect(parts.count == count && parts.flatMap { $0 } == numbers)
            #expect((parts.map(\.count).max() ?? 0) - (parts.map(\.count).min() ?? 0) <= 1)
        }
        for wrong in ["", "3", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b", " 1/4", "1/99999999999999999999", "١/٤"] {
            #expect(ShardPlace(wrong) == nil, "\(wrong)")
        }
    }
}
