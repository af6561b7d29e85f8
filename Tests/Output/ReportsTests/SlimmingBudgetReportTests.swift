import Evaluation
import Foundation
import Numerics
import TestSupport
import Testing

@testable import Reports
@testable import Slimming

/// What is said of a loss, from numbers made up here.
@Suite struct SlimmingBudgetReportTests {
    private func made(random: Bool = true, maxDrop: Double = 4, curve: Int = 0) throws -> SlimmingReport {
        let network = try RunnableNetwork(named: SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5")
        let exact = try NetworkSlimming(network).outcome
        func outcome(_ same: Int, _ right: Int, of total: Int) -> LabelFidelity.Outcome {
            LabelFidelity.Outcome(
                agreement: ShareInterval(count: same, total: total), accuracy: ShareInterval(count: right, total: total)
            )
        }
        let before = (0..<50).map { $0 < 40 }
        let after = (0..<50).map { $0 < 38 }
        func firsts(_ counts: [Int]) -> [[Bool]] { counts.map { count in (0..<50).map { $0 < count } } }
        let control = BudgetOutcome.Control(
            agreement: DrawnShare(firsts([15, 20, 25])), accuracy: DrawnShare(firsts([24, 25, 26])),
            advantage: DifferenceFromDraws(firsts([45])[0], draws: firsts([15, 20, 25])))
        let point = BudgetOutcome.Point(
            units: 1, kernels: 32, cost: exact.after, choosingDrop: 0.04, reported: outcome(45, 38, of: 50),
            drop: PairedShares(before, after), random: random ? control : nil)
        let excluded = BudgetOutcome.Excluded(layer: "conv_dw_1", kernels: 64, reason: .severalKernels)
        let unit = BudgetOutcome.Unit(
            layer: "conv_dw_3", standIn: .gaussian, kernels: 32, sigma: 0.8125, depth: nil, damage: 0.01234,
            savedMACs: 0, savedNumbers: 247, isChosen: true)
        let budget = BudgetOutcome(
            measure: .accuracy, reason: "classes matched by name", maxDrop: maxDrop, imagesPath: "photographs",
            fittedImages: 20, choosingImages: 50, reportingImages: 50, turnedImages: 0, kernels: 2784, draws: 3,
            seed: 1,
            units: [unit], excluded: [excluded], withoutSaving: 48, accuracy: ShareInterval(count: 40, total: 50),
            chosen: point,
            curve: Array(repeating: point, count: curve))
        return SlimmingReport(exact, budget: budget, written: [])
    }

    @Test func theLossIsToldWithItsIntervalAndControl() throws {
        let table = try made().table
        #expect(table.contains("The loss is one of accuracy: classes matched by name."))
        #expect(table.contains("32 of 2,784 depthwise kernels are replaced, 1 of 1 groups"))
        #expect(table.contains("On the 50 pictures that chose, 4.0 points are lost of 4.00 allowed."))
        // Newcombe's method 10 in Python for 38 right both times, 2 before alone, none after alone.
        #expect(table.contains("On the 50 others 4.0 points are lost (95 % interval −3.3 to 11.8)"))
        #expect(table.contains("90.0 % keep their first class (78.6…95.7), 76.0 % are right (before 80.0)."))
        #expect(
            table.contains(
                "drawn at random, replaced and fitted alike: 40.0 % keep their first class, the mean of 3 draws (30.0…50.0), "
                    + "50.0 % are right; by label 50.0 points more keep it (95 % interval 30.5 to 65.7"))
        #expect(
            table.contains("48 kernels with a stand-in stay: the written network would not be smaller without them."))
        #expect(table.contains("conv_dw_1: its 64 kernels stay, each channel has several of them."))
        #expect(table.contains("│ conv_dw_3 │ shared Gaussian │      32 │ 0.81 │ 0.0123 │"))
    }

    @Test func aLossBelowOnePictureIsSaid() throws {
        #expect(try made(maxDrop: 0.5).table.contains("one picture is 2.0 points, so that none may be lost."))
        #expect(try made(random: false).table.contains("No group of kernels stays within the loss"))
    }

    @Test func theCurveIsATableAndAPicture() throws {
        let report = try made(curve: 3)
        #expect(report.table.contains("90.0 │ 78.6…95.7 │     76.0 │ 40.0 / 50.0 │"))
        let budget = try #require(report.budget)
        #expect(report.table.contains("│ 40.0 / 50.0 │          30.0…50.0 │             50.0 │ 30.5…65.7 │"))
        #expect(try budget.figure(of: "Net", before: report.outcome.before) != nil)
        #expect(try made().budget?.figure(of: "Net", before: report.outcome.before) == nil)
        let json = try JSONDecoder().decode(Document.self, from: Data(report.json.utf8))
        #expect(json.budget.curve.count == 3 && json.budget.chosen.kernels == 32)
    }

    private struct Document: Decodable {
        let budget: BudgetOutcome
    }
}
