import COperators

/// Vector instructions that inner loops are compiled for, one module each.
///
/// Everything that has such loops chooses among its modules by these cases; the processor is asked here only.
package enum InstructionSet: String, Sendable, CaseIterable {
    /// What every processor of the architecture has (SSE2, NEON).
    case baseline
    /// AVX2 and FMA.
    case avx2
    /// AVX-512 (F, VL, DQ, BW).
    case avx512
    /// AVX-512 with products of bfloat16.
    case avx512bf16

    /// Whether this processor has all of them.
    package var isSupported: Bool {
        switch self {
        case .baseline: true
        case .avx2: kernelviz_has_avx2_fma()
        case .avx512: kernelviz_has_avx512()
        case .avx512bf16: kernelviz_has_avx512_bf16()
        }
    }

    /// Those that this processor has, the narrowest first; ``baseline`` is always among them.
    package static let supported = allCases.filter(\.isSupported)
}
