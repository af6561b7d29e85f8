import Races
import Testing

@Suite struct OBrienFlemingTests {
    /// Jennison and Turnbull (2000), table 2.3 (constants C) at the two-sided levels .05 and .01; the limits are C·√(K/k), for
    /// two and three looks 2.797, 1.977 and 3.471, 2.454, 2.004.
    @Test(
        "Limits are those of the tables",
        arguments: [
            (1, 0.05, [1.960]), (2, 0.05, [2.797, 1.977]), (3, 0.05, [3.471, 2.454, 2.004]),
            (4, 0.05, [4.049, 2.863, 2.337, 2.024]), (5, 0.05, [4.562, 3.226, 2.634, 2.281, 2.040]),
            (2, 0.01, [3.648, 2.580]), (3, 0.01, [4.494, 3.178, 2.595]),
        ] as [(Int, Double, [Double])])
    func limits(looks: Int, level: Double, expected: [Double]) {
        let found = OBrienFleming(looks: looks).limits(level: level)
        #expect(found.count == looks)
        for (limit, wanted) in zip(found, expected) { #expect(abs(limit - wanted) < 1.5e-3, "\(found)") }
    }

    @Test("The p-value of a score at its limit is the level, at every look")
    func pValues() {
        let design = OBrienFleming(looks: 3)
        for (look, limit) in [3.4711, 2.4544, 2.0040].enumerated() {
            #expect(abs(design.pValue(score: limit, look: look + 1) - 0.05) < 1e-4)
            #expect(abs(design.pValue(score: -limit, look: look + 1) - 0.05) < 1e-4)
        }
        // One look is the ordinary test: P(|Z| > 2.575829) = 0.01.
        #expect(abs(OBrienFleming(looks: 1).pValue(score: 2.575_829, look: 1) - 0.01) < 1e-7)
        #expect(design.pValue(score: 0, look: 2) == 1)
        #expect(design.pValue(score: 40, look: 1) < 1e-12)
    }
}
