import COperators
import TrainingOperatorInterface
import TrainingOperatorsBaseline

#if arch(x86_64)
    import TrainingOperatorsAVX2
    import TrainingOperatorsAVX512
#endif

/// The operators' copies.
enum OperatorSets {
    /// Those that this processor can run, the widest last.
    static var available: [any OperatorSet.Type] {
        var sets: [any OperatorSet.Type] = [TrainingOperatorsBaseline.Operators.self]
        #if arch(x86_64)
            if kernelviz_has_avx2_fma() { sets.append(TrainingOperatorsAVX2.Operators.self) }
            if kernelviz_has_avx512() { sets.append(TrainingOperatorsAVX512.Operators.self) }
        #endif
        return sets
    }

    static let best = available[available.count - 1]
}
