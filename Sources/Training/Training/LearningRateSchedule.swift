import Glibc

/// Linear warm-up, then half a cosine, one value a step.
///
/// Step s of S with W warm-up steps: base·(s + 1)/W for s < W, then
/// min + (base − min)·(1 + cos(π·(1 + s − W)/(S − W)))/2. Source: the authors' code at commit 2c77938.
public struct LearningRateSchedule: Sendable, Equatable, Codable {
    /// The rate at the end of the warm-up.
    public let base: Double
    /// The rate of the last step.
    public let minimum: Double
    /// W, steps of the warm-up.
    public let warmUpSteps: Int
    /// S, all steps.
    public let totalSteps: Int

    /// Describes a schedule; a warm-up longer than the whole is cut.
    public init(base: Double, minimum: Double = 1e-6, warmUpSteps: Int, totalSteps: Int) {
        self.base = base
        self.minimum = minimum
        self.totalSteps = max(1, totalSteps)
        self.warmUpSteps = max(0, min(warmUpSteps, self.totalSteps))
    }

    /// The rate of step 0…S − 1.
    public func rate(at step: Int) -> Double {
        if step < warmUpSteps { return base * Double(step + 1) / Double(warmUpSteps) }
        let position = Double(1 + step - warmUpSteps) / Double(max(1, totalSteps - warmUpSteps))
        return minimum + (base - minimum) * (1 + cos(.pi * min(1, position))) / 2
    }
}
