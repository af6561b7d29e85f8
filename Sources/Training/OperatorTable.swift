import COperators
import TrainingOperators

#if arch(x86_64)
    import TrainingOperatorsAVX2
    import TrainingOperatorsAVX512
#endif

/// The loops of training for one instruction set. Their declarations in TrainingOperators say what each computes; all
/// sets give the same bits.
struct OperatorTable: Sendable {
    let packTiles:
        @Sendable (
            _ matrix: UnsafePointer<Float>, _ rows: Int, _ depth: Int, _ tile: Int, _ isTransposed: Bool,
            _ packed: UnsafeMutablePointer<Float>
        ) -> Void
    let matrixProduct:
        @Sendable (
            _ tile: Int, _ rows: Int, _ depth: Int, _ columns: Int, _ packed: UnsafePointer<Float>,
            _ input:
                UnsafePointer<Float>, _ inputRows: UnsafePointer<Int>, _ output: UnsafeMutablePointer<Float>,
            _ outputRows: UnsafePointer<Int>, _ accumulates: UnsafePointer<Bool>?, _ bias: UnsafePointer<Float>?,
            _ isRectified: Bool
        ) -> Void
    let wideProduct:
        @Sendable (
            _ rows: Int, _ depth: Int, _ columns: Int, _ matrix: UnsafePointer<Float>, _ input: UnsafePointer<Float>,
            _ inputRows: UnsafePointer<Int>, _ output: UnsafeMutablePointer<Float>, _ outputRows: UnsafePointer<Int>,
            _ bias: UnsafePointer<Float>?, _ isRectified: Bool
        ) -> Void
    let gradientProduct:
        @Sendable (
            _ rows: Int, _ depth: Int, _ columns: Int, _ left: UnsafePointer<Float>, _ leftRows: UnsafePointer<Int>,
            _ right: UnsafePointer<Float>, _ rightRows: UnsafePointer<Int>, _ gradient: UnsafeMutablePointer<Float>,
            _ pitch: Int, _ scratch: UnsafeMutablePointer<Float>
        ) -> Void
    let depthwise:
        @Sendable (
            _ channels: Int, _ images: Int, _ height: Int, _ width: Int, _ outputHeight: Int, _ outputWidth: Int,
            _ stride: Int, _ offsetY: Int, _ offsetX: Int, _ input: UnsafePointer<Float>,
            _ inputRows:
                UnsafePointer<Int>, _ kernels: UnsafePointer<Float>, _ kernelCount: Int, _ bias: UnsafePointer<Float>?,
            _ output: UnsafeMutablePointer<Float>, _ outputRows: UnsafePointer<Int>,
            _ leftEdge:
                UnsafePointer<Float>, _ rightEdge: UnsafePointer<Float>, _ isRectified: Bool,
            _ scratch:
                UnsafeMutablePointer<Float>
        ) -> Void
    let depthwiseBackward:
        @Sendable (
            _ channels: Int, _ images: Int, _ height: Int, _ width: Int, _ outputHeight: Int, _ outputWidth: Int,
            _ stride: Int, _ offsetY: Int, _ offsetX: Int, _ input: UnsafePointer<Float>,
            _ inputRows:
                UnsafePointer<Int>, _ kernels: UnsafePointer<Float>, _ kernelCount: Int,
            _ outputGradient:
                UnsafePointer<Float>, _ outputGradientRows: UnsafePointer<Int>,
            _ inputGradient:
                UnsafeMutablePointer<Float>?, _ inputGradientRows: UnsafePointer<Int>,
            _ accumulates:
                UnsafePointer<Bool>, _ kernelGradient: UnsafeMutablePointer<Float>?, _ leftEdge: UnsafePointer<Float>,
            _ rightEdge: UnsafePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
        ) -> Void
    let mergeMoments:
        @Sendable (
            _ channels: Int, _ columns: Int, _ before: Int, _ input: UnsafePointer<Float>,
            _ rows:
                UnsafePointer<Int>, _ means: UnsafeMutablePointer<Double>, _ squares: UnsafeMutablePointer<Double>
        ) -> Void
    let affine:
        @Sendable (
            _ channels: Int, _ columns: Int, _ input: UnsafePointer<Float>, _ inputRows: UnsafePointer<Int>,
            _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>, _ isRectified: Bool,
            _ output:
                UnsafeMutablePointer<Float>, _ outputRows: UnsafePointer<Int>
        ) -> Void
    let reduceGradients:
        @Sendable (
            _ channels: Int, _ columns: Int, _ gradient: UnsafeMutablePointer<Float>,
            _ gradientRows:
                UnsafePointer<Int>, _ input: UnsafePointer<Float>, _ inputRows: UnsafePointer<Int>,
            _ means:
                UnsafePointer<Float>, _ output: UnsafePointer<Float>?, _ outputRows: UnsafePointer<Int>,
            _ sums:
                UnsafeMutablePointer<Double>, _ products: UnsafeMutablePointer<Double>
        ) -> Void
    let normalizationBackward:
        @Sendable (
            _ channels: Int, _ columns: Int, _ gradient: UnsafePointer<Float>, _ gradientRows: UnsafePointer<Int>,
            _ input: UnsafePointer<Float>, _ inputRows: UnsafePointer<Int>, _ means: UnsafePointer<Float>,
            _ a: UnsafePointer<Float>,
            _ b:
                UnsafePointer<Float>, _ c: UnsafePointer<Float>, _ isRectified: Bool,
            _ inputGradient:
                UnsafeMutablePointer<Float>, _ inputGradientRows: UnsafePointer<Int>, _ accumulates: UnsafePointer<Bool>
        ) -> Void
    let activate:
        @Sendable (
            _ function: Int, _ channels: Int, _ columns: Int, _ input: UnsafePointer<Float>,
            _ inputRows:
                UnsafePointer<Int>, _ output: UnsafeMutablePointer<Float>, _ outputRows: UnsafePointer<Int>
        ) -> Void
    let activateBackward:
        @Sendable (
            _ function: Int, _ channels: Int, _ columns: Int, _ input: UnsafePointer<Float>,
            _ inputRows:
                UnsafePointer<Int>, _ gradient: UnsafePointer<Float>, _ gradientRows: UnsafePointer<Int>,
            _ inputGradient: UnsafeMutablePointer<Float>, _ inputGradientRows: UnsafePointer<Int>,
            _ accumulates:
                UnsafePointer<Bool>
        ) -> Void
    let addScaled:
        @Sendable (
            _ count: Int, _ factor: Float, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>
        ) -> Void
    let multiply:
        @Sendable (
            _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ accumulates: Bool,
            _ output:
                UnsafeMutablePointer<Float>
        ) -> Void
    let scale:
        @Sendable (
            _ count: Int, _ factor: Float, _ input: UnsafePointer<Float>, _ accumulates: Bool,
            _ output:
                UnsafeMutablePointer<Float>
        ) -> Void
    let dot:
        @Sendable (
            _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>
        ) -> Float
    let total:
        @Sendable (
            _ count: Int, _ a: UnsafePointer<Float>
        ) -> Float
    let descend:
        @Sendable (
            _ count: Int, _ weights: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
            _ velocities:
                UnsafeMutablePointer<Float>, _ rate: Float, _ momentum: Float, _ decay: Float
        ) -> Void
    let unfold:
        @Sendable (
            _ channels: Int, _ height: Int, _ width: Int, _ outputHeight: Int, _ outputWidth: Int,
            _ kernelHeight:
                Int, _ kernelWidth: Int, _ stride: Int, _ top: Int, _ left: Int, _ input: UnsafePointer<Float>,
            _ inputRows: UnsafePointer<Int>, _ unfolded: UnsafeMutablePointer<Float>, _ pitch: Int
        ) -> Void
    let fold:
        @Sendable (
            _ channels: Int, _ height: Int, _ width: Int, _ outputHeight: Int, _ outputWidth: Int,
            _ kernelHeight:
                Int, _ kernelWidth: Int, _ stride: Int, _ top: Int, _ left: Int, _ unfolded: UnsafePointer<Float>,
            _ pitch: Int, _ output: UnsafeMutablePointer<Float>, _ outputRows: UnsafePointer<Int>
        ) -> Void

    /// The widest set that this processor has.
    static let best = available[available.count - 1]

    /// The sets that this processor has, the widest last.
    static var available: [OperatorTable] {
        var tables = [baseline]
        #if arch(x86_64)
            if kernelviz_has_avx2_fma() { tables.append(avx2) }
            if kernelviz_has_avx512() { tables.append(avx512) }
        #endif
        return tables
    }

    static let baseline = OperatorTable(
        packTiles: TrainingOperators.packTiles, matrixProduct: TrainingOperators.matrixProduct,
        wideProduct: TrainingOperators.wideProduct,
        gradientProduct: TrainingOperators.gradientProduct, depthwise: TrainingOperators.depthwise,
        depthwiseBackward:
            TrainingOperators.depthwiseBackward, mergeMoments: TrainingOperators.mergeMoments,
        affine:
            TrainingOperators.affine, reduceGradients: TrainingOperators.reduceGradients,
        normalizationBackward:
            TrainingOperators.normalizationBackward, activate: TrainingOperators.activate,
        activateBackward:
            TrainingOperators.activateBackward, addScaled: TrainingOperators.addScaled,
        multiply:
            TrainingOperators.multiply, scale: TrainingOperators.scale, dot: TrainingOperators.dot,
        total:
            TrainingOperators.total, descend: TrainingOperators.descend, unfold: TrainingOperators.unfold,
        fold:
            TrainingOperators.fold
    )
    #if arch(x86_64)
        static let avx2 = OperatorTable(
            packTiles: TrainingOperatorsAVX2.packTiles, matrixProduct: TrainingOperatorsAVX2.matrixProduct,
            wideProduct: TrainingOperatorsAVX2.wideProduct,
            gradientProduct: TrainingOperatorsAVX2.gradientProduct, depthwise: TrainingOperatorsAVX2.depthwise,
            depthwiseBackward: TrainingOperatorsAVX2.depthwiseBackward,
            mergeMoments:
                TrainingOperatorsAVX2.mergeMoments, affine: TrainingOperatorsAVX2.affine,
            reduceGradients:
                TrainingOperatorsAVX2.reduceGradients,
            normalizationBackward:
                TrainingOperatorsAVX2.normalizationBackward, activate: TrainingOperatorsAVX2.activate,
            activateBackward:
                TrainingOperatorsAVX2.activateBackward, addScaled: TrainingOperatorsAVX2.addScaled,
            multiply:
                TrainingOperatorsAVX2.multiply, scale: TrainingOperatorsAVX2.scale, dot: TrainingOperatorsAVX2.dot,
            total: TrainingOperatorsAVX2.total, descend: TrainingOperatorsAVX2.descend,
            unfold:
                TrainingOperatorsAVX2.unfold, fold: TrainingOperatorsAVX2.fold
        )
        static let avx512 = OperatorTable(
            packTiles: TrainingOperatorsAVX512.packTiles, matrixProduct: TrainingOperatorsAVX512.matrixProduct,
            wideProduct: TrainingOperatorsAVX512.wideProduct,
            gradientProduct: TrainingOperatorsAVX512.gradientProduct, depthwise: TrainingOperatorsAVX512.depthwise,
            depthwiseBackward: TrainingOperatorsAVX512.depthwiseBackward,
            mergeMoments:
                TrainingOperatorsAVX512.mergeMoments, affine: TrainingOperatorsAVX512.affine,
            reduceGradients:
                TrainingOperatorsAVX512.reduceGradients,
            normalizationBackward:
                TrainingOperatorsAVX512.normalizationBackward, activate: TrainingOperatorsAVX512.activate,
            activateBackward: TrainingOperatorsAVX512.activateBackward,
            addScaled:
                TrainingOperatorsAVX512.addScaled, multiply: TrainingOperatorsAVX512.multiply,
            scale:
                TrainingOperatorsAVX512.scale, dot: TrainingOperatorsAVX512.dot, total: TrainingOperatorsAVX512.total,
            descend: TrainingOperatorsAVX512.descend, unfold: TrainingOperatorsAVX512.unfold,
            fold:
                TrainingOperatorsAVX512.fold
        )
    #endif
}
