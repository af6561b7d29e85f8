import Derivation
import Diagnostics
import Testing
import VGNets

@Suite struct BudgetSolverTests {
    /// Table 1 of the paper: the published costs lead to the published widths and depths.
    @Test(arguments: [
        ([28, 56, 112, 224, 368], [4, 7, 13, 2], 997_358, 141_300_232),
        ([32, 64, 128, 256, 512], [3, 7, 14, 2], 1_502_024, 187_819_008),
        ([32, 72, 168, 376, 512], [3, 6, 13, 2], 2_006_380, 300_637_784),
        ([32, 80, 192, 400, 544], [3, 6, 16, 2], 2_492_756, 398_936_736),
    ])
    func thePublishedCostsGiveThePublishedNets(channels: [Int], blocks: [Int], count: Int, macs: Int) throws {
        let solver = try BudgetSolver(bounds: Self.bounds(count, macs: macs))
        let shape = try solver.solve(Self.cost)
        #expect(shape.channels == channels)
        #expect(shape.blocks == blocks)
        #expect(Self.cost(shape) == DesignCost(parameters: count, macs: macs))
    }

    @Test(arguments: [150_000, 300_000, 620_000, 1_250_000, 1_750_000, 3_300_000, 7_000_000, 20_000_000])
    func everyBudgetIsUsedAndNeverExceeded(budget: Int) throws {
        let shape = try BudgetSolver(bounds: Self.bounds(budget)).solve(Self.tenClasses)
        let count = try #require(Self.tenClasses(shape)).parameters
        #expect(count <= budget)
        #expect(Double(count) >= 0.99 * Double(budget))
        #expect(shape.channels.dropFirst().allSatisfy { $0 % 8 == 0 })
        #expect(shape.channels == shape.channels.sorted())
    }

    /// A net of so many parameters may not cost so many multiply-accumulates: both bounds hold, one is used.
    @Test(arguments: [(997_358, 100_000_000), (600_000, 141_300_232), (2_000_000, 60_000_000)])
    func twoBoundsHoldTogether(parameters: Int, macs: Int) throws {
        let bounds = Self.bounds(parameters, macs: macs)
        let cost = try #require(Self.cost(BudgetSolver(bounds: bounds).solve(Self.cost)))
        #expect(cost.parameters <= parameters && cost.macs <= macs)
        let used = max(Double(cost.parameters) / Double(parameters), Double(cost.macs) / Double(macs))
        #expect(used >= 0.99 && used <= 1)
    }

    /// Multiples of 128 come within 1 % of few budgets; the nearest net below stands for one.
    @Test func coarseMultiplesStayBelowTheBounds() throws {
        let shape = try BudgetSolver(bounds: Self.bounds(1_600_000), multiple: 128).solve(Self.tenClasses)
        #expect(shape.channels.dropFirst().allSatisfy { $0 % 128 == 0 })
        #expect(try #require(Self.tenClasses(shape)).parameters <= 1_600_000)
    }

    /// One block a stage, widths 4, 8, 8, 8, 8, of 1000 classes (vgnet.md, closed form): stem 27·4 + 8; stage 1 keeps 4 of
    /// its 8 channels, 4·4 + 8; stages 2 to 4 keep 4, 8·4 + 8 each; last unit 9·8/8 + 64 + 16; head 9·1000.
    @Test func boundsThatAreTooSmallNameTheSmallestPossible() {
        let least = 116 + 24 + 3 * 40 + 89 + 9000
        let error = #expect(throws: KernelVizError.self) {
            try BudgetSolver(bounds: Self.bounds(2000, macs: 1000)).solve(Self.cost)
        }
        // 12,544 pixels · 108, 3136 · (36 + 16), (784 + 196 + 49) · (72 + 32), 49 · (72 + 64), 8000.
        let macs = 12_544 * 108 + 3136 * 52 + (784 + 196 + 49) * 104 + 49 * 136 + 8000
        #expect(
            error?.description
                == "derive: the smallest VGNet of this form has \(least) parameters and \(macs) MACs; expected at most 2000 "
                + "parameters (--budget) and 1000 MACs (--macs). The nearest possible is --budget \(least) --macs \(macs)."
        )
        let one = #expect(throws: KernelVizError.self) {
            try BudgetSolver(bounds: Self.bounds(1_000_000, macs: 1000)).solve(Self.cost)
        }
        #expect(
            one?.description
                == "derive: the smallest VGNet of this form has \(macs) MACs; expected at most 1000 MACs (--macs). "
                + "The nearest possible is --macs \(macs).")
    }

    @Test(arguments: [
        ("1.0MP", 1_000_000, true), ("1.5m", 1_500_000, false), ("1500K", 1_500_000, false), ("997358", 997_358, false),
    ])
    func budgetsAreReadInEveryUsualForm(text: String, parameters: Int, isSize: Bool) throws {
        let budget = try ParameterBudget(parsing: text)
        #expect(budget.parameters == parameters)
        #expect(budget.isSize == isSize)
    }

    @Test(arguments: ["", "MP", "-1MP", "1.0GB", "nan", "inf", "0", "1e400"])
    func aBudgetThatIsNoNumberIsRefused(text: String) {
        let error = #expect(throws: KernelVizError.self) { try ParameterBudget(parsing: text) }
        #expect(
            error?.description
                == "--budget: found '\(text)'; expected a number of learnable parameters such as 1.0MP, 1500K or 1500000."
        )
    }

    @Test func anOddMultipleIsRefused() {
        let error = #expect(throws: KernelVizError.self) {
            try BudgetSolver(bounds: Self.bounds(1_000_000), multiple: 3)
        }
        #expect(error?.description == "--multiple: 3; expected an even number from 2 to 128.")
    }

    private static func bounds(_ parameters: Int, macs: Int? = nil) -> DesignBounds {
        DesignBounds(
            parameters: .init(parameters, from: "--budget"), macs: macs.map { .init($0, from: "--macs") })
    }

    private static let cost: @Sendable (NetworkShape) -> DesignCost? = { cost($0, classes: 1000) }
    private static let tenClasses: @Sendable (NetworkShape) -> DesignCost? = { cost($0, classes: 10) }

    private static func cost(_ shape: NetworkShape, classes: Int) -> DesignCost? {
        let config = try? VGNetConfig(name: "t", channels: shape.channels, blocks: shape.blocks, classes: classes)
        return config.map(DesignCost.init)
    }
}
