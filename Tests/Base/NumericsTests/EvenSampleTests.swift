import Numerics
import Testing

@Suite struct EvenSampleTests {
    /// Worked by hand: the places ⌊i · 7 / n⌋.
    @Test(
        arguments: [
            (0, []), (-1, []), (1, [0]), (2, [0, 3]), (3, [0, 2, 4]), (6, [0, 1, 2, 3, 4, 5]),
            (7, [0, 1, 2, 3, 4, 5, 6]), (8, [0, 1, 2, 3, 4, 5, 6]),
        ] as [(Int, [Int])])
    func theSampleIsSpreadOverAll(limit: Int, places: [Int]) {
        #expect((0..<7).evenSample(limit) == places)
        // Slices count from their own beginning.
        #expect(Array(0..<20)[10..<17].evenSample(limit) == places.map { $0 + 10 })
    }
}
