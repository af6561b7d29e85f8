import InstructionSets
import TrainingOperatorInterface
import TrainingOperatorsBaseline

#if arch(x86_64)
    import TrainingOperatorsAVX2
    import TrainingOperatorsAVX512
#endif

/// The operators' copies.
enum OperatorSets {
    /// Those that this processor can run, the widest last.
    static let available = InstructionSet.supported.compactMap { compiled(for: $0) }

    /// The widest.
    static let best = available[available.count - 1]

    /// The operators of some instructions; nil where they have none of their own.
    private static func compiled(for instructions: InstructionSet) -> (any OperatorSet.Type)? {
        switch instructions {
        case .baseline: return TrainingOperatorsBaseline.Operators.self
        #if arch(x86_64)
            case .avx2: return TrainingOperatorsAVX2.Operators.self
            case .avx512: return TrainingOperatorsAVX512.Operators.self
            case .avx512bf16: return nil
        #else
            default: return nil
        #endif
        }
    }
}
