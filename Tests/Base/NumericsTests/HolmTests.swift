import Numerics
import Testing

/// Expected numbers follow from Holm's rule (1979): the smallest of m p-values times m, the next times m − 1, …, none below
/// an earlier one or above 1.
@Suite struct HolmTests {
    @Test(
        arguments: [
            ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]), ([0.6, 0.9], [1, 1]), ([], []),
            ([0.6, 0.01, 0.03, 0.02], [0.6, 0.04, 0.06, 0.06]), ([0.03, 0.01, 0.5, 0.02], [0.06, 0.04, 0.5, 0.06]),
            ([0.02, 0.02], [0.04, 0.04]),
        ] as [([Double], [Double])])
    func pValuesAreRaisedInTheirOrder(given: [Double], expected: [Double]) {
        let found = Holm.adjusted(given)
        #expect(found.count == expected.count)
        for (value, expected) in zip(found, expected) { #expect(abs(value - expected) < 1e-12) }
    }
}

@Suite struct StandardNormalTests {
    /// Values of the tables of the normal distribution.
    @Test(arguments: [(0, 0.5), (1.959964, 0.025), (-1, 0.841345), (3, 0.00134990)] as [(Double, Double)])
    func theUpperTailIsThatOfTheTables(z: Double, expected: Double) {
        #expect(abs(StandardNormal.upperTail(z) - expected) < 1e-6)
    }
}
