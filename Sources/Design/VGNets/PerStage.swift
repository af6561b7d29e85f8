/// One value for each of the stages 1 to 4; `values.count == 4`.
public struct PerStage<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The values of stages 1 to 4.
    public let values: [Value]

    /// The same value in all stages.
    public init(_ value: Value) { values = Array(repeating: value, count: 4) }

    /// The values of stages 1 to 4; there must be four.
    public init(stages values: [Value]) {
        precondition(values.count == 4)
        self.values = values
    }

    /// The value of stage 1…4.
    public subscript(stage: Int) -> Value { values[stage - 1] }

    /// The value that all stages share, or nil.
    public var uniform: Value? { values.allSatisfy { $0 == values[0] } ? values[0] : nil }

    /// The values turned into others, stage by stage.
    public func map<Other: Sendable & Equatable>(_ change: (Value) -> Other) -> PerStage<Other> {
        PerStage<Other>(stages: values.map(change))
    }
}

// What is the same in all stages is written as for one of them.
extension PerStage where Value == DownsamplingKernels {
    /// Trained kernels in all stages.
    public static var learnable: Self { Self(.learnable) }
    /// One Gaussian in all stages.
    public static func gaussian(_ gaussian: FixedGaussian) -> Self { Self(.gaussian(gaussian)) }
    /// The same mixture in all stages.
    public static func hybrid(share: Double, _ gaussian: FixedGaussian) -> Self {
        Self(.hybrid(share: share, gaussian))
    }
}

extension PerStage where Value == HalfKernels {
    /// Trained kernels in all stages.
    public static var learnable: Self { Self(.learnable) }
    /// One bank in all stages.
    public static func bank(_ bank: FixedBank) -> Self { Self(.bank(bank)) }

    /// As written in a file: one name, or four.
    public var text: String { uniform?.text ?? values.map(\.text).joined(separator: ", ") }
}

extension PerStage where Value == IdentityRatio {
    /// The paper's ratio in all stages.
    public static var half: Self { Self(.half) }
    /// The same number of eighths, 0…7, in all stages.
    public static func eighths(_ eighths: Int) -> Self { Self(IdentityRatio(eighths: eighths)) }
}
