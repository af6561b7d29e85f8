import Testing

@testable import Figures

@Suite struct PlotAxisTests {
    @Test("An axis of equal numbers has a length", arguments: [[0.0, 0, 0], [2], [-2, -2]])
    func equalNumbers(values: [Double]) {
        for fromZero in [false, true] {
            let axis = PlotAxis.fitting("x", values, from: fromZero)
            #expect(axis.range.lowerBound < axis.range.upperBound)
            #expect(values.allSatisfy { axis.range.contains($0) && axis.place($0).isFinite })
        }
        #expect(PlotAxis.fitting("x", [-2, -1], from: true).range.upperBound == 0)
        #expect(PlotAxis.fitting("x", [1, 2], from: true).range.lowerBound == 0)
    }
}
