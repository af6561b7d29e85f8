import Figures
import Slimming

extension BudgetOutcome {
    /// The curve as a picture; nil where it was not measured.
    ///
    /// Throws as `SavingCurveFigure.figure(of:control:network:facts:widthMillimetres:)` does.
    public func figure(of network: String, before: NetworkCost, widthMillimetres: Double = 170) throws -> Figure? {
        guard !curve.isEmpty else { return nil }
        func saved(_ now: Int, of all: Int) -> Double { all == 0 ? 0 : Double(all - now) / Double(all) }
        return try SavingCurveFigure.figure(
            of: curve.map { point in
                SavingCurveFigure.Point(
                    macs: saved(point.cost.macs, of: before.macs), numbers: saved(point.cost.stored, of: before.stored),
                    kept: point.reported.agreement, random: point.random?.agreement)
            }, control: "as many kernels of the same layers at random", network: network,
            facts: [
                "\(reportingImages) pictures that did not choose", "random: \(draws) draws",
                "gains fitted on \(fittedImages) pictures",
            ], widthMillimetres: widthMillimetres)
    }
}
