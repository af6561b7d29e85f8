import COperators
import OperatorInterface
import OperatorsBaseline

#if arch(x86_64)
    import OperatorsAVX2
    import OperatorsAVX512
    import OperatorsAVX512BF16
#endif

extension OperatorSet {
    /// What every processor of the architecture runs.
    package static var baseline: OperatorSet {
        OperatorSet(
            name: "baseline", panelWidths: [1], singlePixelPanelWidths: [4, 3, 2, 1],
            matrix: OperatorsBaseline.Operators.matrix, depthwise: OperatorsBaseline.Operators.depthwise,
            elementwise: OperatorsBaseline.Operators.elementwise, pool: OperatorsBaseline.Operators.pool,
            mean: OperatorsBaseline.Operators.mean, multiplyAdds: OperatorsBaseline.Operators.multiplyAdds)
    }

    #if arch(x86_64)
        /// AVX2 and FMA; nil where the processor has not both.
        package static var avx2: OperatorSet? {
            guard kernelviz_has_avx2_fma() else { return nil }
            return OperatorSet(
                name: "avx2", panelWidths: [1], singlePixelPanelWidths: [4, 3, 2, 1],
                matrix: OperatorsAVX2.Operators.matrix, depthwise: OperatorsAVX2.Operators.depthwise,
                elementwise: OperatorsAVX2.Operators.elementwise, pool: OperatorsAVX2.Operators.pool,
                mean: OperatorsAVX2.Operators.mean, multiplyAdds: OperatorsAVX2.Operators.multiplyAdds)
        }

        /// AVX-512 (F, VL, DQ, BW); nil where the processor has not all.
        package static var avx512: OperatorSet? {
            guard kernelviz_has_avx512() else { return nil }
            var set = OperatorSet(
                name: "avx512", panelWidths: [3, 2, 1], singlePixelPanelWidths: [8, 4, 3, 2, 1],
                matrix: OperatorsAVX512.Operators.matrix, depthwise: OperatorsAVX512.Operators.depthwise,
                elementwise: OperatorsAVX512.Operators.elementwise, pool: OperatorsAVX512.Operators.pool,
                mean: OperatorsAVX512.Operators.mean, multiplyAdds: OperatorsAVX512.Operators.multiplyAdds)
            set.halfPanelWidths = [2, 1]
            return set
        }

        /// AVX-512 with products of bfloat16; nil where the processor has them not.
        package static var avx512bf16: OperatorSet? {
            guard kernelviz_has_avx512_bf16(), var set = avx512 else { return nil }
            set.name = "avx512bf16"
            set.matrix = OperatorsAVX512BF16.Operators.matrix
            set.depthwise = OperatorsAVX512BF16.Operators.depthwise
            set.elementwise = OperatorsAVX512BF16.Operators.elementwise
            set.pool = OperatorsAVX512BF16.Operators.pool
            set.mean = OperatorsAVX512BF16.Operators.mean
            set.multiplyAdds = OperatorsAVX512BF16.Operators.multiplyAdds
            return set
        }
    #else
        package static var avx2: OperatorSet? { nil }
        package static var avx512: OperatorSet? { nil }
        package static var avx512bf16: OperatorSet? { nil }
    #endif

    /// The fastest that this processor runs.
    package static var fastest: OperatorSet { avx512 ?? avx2 ?? baseline }

    /// The fastest with activations of a format.
    package static func fastest(for format: ElementFormat) -> OperatorSet {
        format.isFloat ? fastest : avx512bf16 ?? fastest
    }
}
