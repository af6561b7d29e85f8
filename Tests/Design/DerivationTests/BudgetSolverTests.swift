import Derivation
import Diagnostics
import Testing
import VGNets

@Suite struct BudgetSolverTests {
    /// Table 1 of the paper: the published budgets lead to the published widths and depths.
    @Test(arguments: [
        ("1.0MP", [28, 56, 112, 224, 368], [4, 7, 13, 2], 997_358),
        ("1.5MP", [32, 64, 128, 256, 512], [3, 7, 14, 2], 1_502_024),
        ("2.0MP", [32, 72, 168, 376, 512], [3, 6, 13, 2], 2_006_380),
        ("2.5MP", [32, 80, 192, 400, 544], [3, 6, 16, 2], 2_492_756),
    ])
    func thePublishedBudgetsGiveThePublishedNets(budget: String, channels: [Int], blocks: [Int], count: Int) throws {
        let solver = try BudgetSolver(budget: ParameterBudget(parsing: budget))
        let shape = try solver.solve(Self.parameters)
        #expect(shape.channels == channels)
        #expect(shape.blocks == blocks)
        #expect(Self.parameters(shape) == count)
    }

    @Test(arguments: [150_000, 300_000, 620_000, 1_250_000, 1_750_000, 3_300_000, 7_000_000, 20_000_000])
    func everyBudgetIsMetWithinHalfAPercent(budget: Int) throws {
        let shape = try BudgetSolver(budget: ParameterBudget(parameters: budget)).solve(Self.tenClasses)
        let count = try #require(Self.tenClasses(shape))
        #expect(abs(Double(count - budget)) <= 0.005 * Double(budget))
        #expect(shape.channels.dropFirst().allSatisfy { $0 % 8 == 0 })
        #expect(shape.channels == shape.channels.sorted())
    }

    @Test func aBudgetThatIsTooSmallNamesTheSmallestPossible() {
        let error = #expect(throws: KernelVizError.self) {
            try BudgetSolver(budget: ParameterBudget(parameters: 2000)).solve(Self.parameters)
        }
        #expect(
            error?.description
                == "derive: the smallest VGNet of this form has 9349 parameters; expected at most 2000 (--budget). "
                + "Raise the budget.")
    }

    @Test(arguments: [("1.0MP", 1_000_000), ("1.5m", 1_500_000), ("1500K", 1_500_000), ("997358", 997_358)])
    func budgetsAreReadInEveryUsualForm(text: String, parameters: Int) throws {
        #expect(try ParameterBudget(parsing: text).parameters == parameters)
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
            try BudgetSolver(budget: ParameterBudget(parameters: 1_000_000), multiple: 3)
        }
        #expect(error?.description == "--multiple: 3; expected an even number from 2 to 128.")
    }

    private static let parameters: @Sendable (NetworkShape) -> Int? = { count($0, classes: 1000) }
    private static let tenClasses: @Sendable (NetworkShape) -> Int? = { count($0, classes: 10) }

    private static func count(_ shape: NetworkShape, classes: Int) -> Int? {
        let config = try? VGNetConfig(name: "t", channels: shape.channels, blocks: shape.blocks, classes: classes)
        return config?.parameters.learnable
    }
}
