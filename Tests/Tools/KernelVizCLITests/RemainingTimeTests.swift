import Testing

@testable import KernelVizCLI

@Suite("Time left") struct RemainingTimeTests {
    /// 13 s of preparation, then 600 steps of 0.1 s: after 61 steps 53.9 s are left, not the 187 s that a pace since the
    /// start would say.
    @Test func preparationDoesNotCount() throws {
        var remaining = RemainingTime()
        remaining.note(1, after: .seconds(13))
        #expect(remaining.left(of: 600) == nil)
        remaining.note(61, after: .seconds(19))
        let left = try #require(remaining.left(of: 600))
        #expect(abs(left / .seconds(1) - 53.9) < 1e-9)
        remaining.note(600, after: .seconds(73))
        #expect(remaining.left(of: 600) == .zero)
    }

    @Test func nothingIsSaidOfTooFewSteps() {
        var remaining = RemainingTime()
        #expect(remaining.left(of: 10) == nil)
        remaining.note(0, after: .seconds(1))
        remaining.note(1, after: .seconds(2))
        #expect(remaining.left(of: 10) == nil)
        remaining.note(2, after: .seconds(3))
        #expect(remaining.left(of: 10) == .seconds(8))
    }
}
