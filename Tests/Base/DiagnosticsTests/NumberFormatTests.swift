import Diagnostics
import Testing

@Suite struct NumberFormatTests {
    @Test(arguments: [
        (1.005, 1, "1.0"), (0.05, 1, "0.1"), (-0.04, 1, "0.0"), (-1.26, 1, "-1.3"), (12.0, 0, "12"),
        (3.14159, 4, "3.1416"), (.infinity, 2, "inf"), (99.999, 2, "100.00"),
    ])
    func decimalsAreRoundedHalfAwayFromZero(value: Double, digits: Int, text: String) {
        #expect(NumberFormat.fixed(value, digits) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (997_358, "997,358"), (-1_000, "-1,000"), (141_300_232, "141,300,232")])
    func thousandsAreSeparated(number: Int, text: String) { #expect(NumberFormat.grouped(number) == text) }

    @Test func sharesAreWholePercentages() {
        #expect(NumberFormat.percent(0.755) == "76 %")
        #expect(NumberFormat.percent(1) == "100 %")
    }
}
