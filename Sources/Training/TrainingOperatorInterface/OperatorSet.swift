/// What a training computes in loops over numbers, for one set of instructions.
///
/// One source, several modules: each is compiled for its own instructions, the processor chooses, and all give the same
/// bits. What an operator reads and writes is said by the type of its call.
package protocol OperatorSet: Sendable {
    /// Packs weights for ``matrixProduct(_:)``.
    static func packTiles(_ call: PackTilesCall)

    /// The product of packed tiles with pixels.
    static func matrixProduct(_ call: MatrixProductCall)

    /// The product with sums in 64 bits.
    ///
    /// For short sums of numbers that are not normalised, as a stem's: a rounding error there can put a result on the other
    /// side of a ReLU's corner.
    static func wideProduct(_ call: WideProductCall)

    /// The gradient of a matrix product's weights.
    static func gradientProduct(_ call: GradientProductCall)

    /// A depthwise 3×3 convolution.
    static func depthwise(_ call: DepthwiseCall)

    /// The gradients of ``depthwise(_:)``: the input's, where it is asked for, and the kernels'.
    static func depthwiseBackward(_ call: DepthwiseBackwardCall)

    /// Merges the moments of rows.
    ///
    /// Two passes over numbers that lie in cache, merged in 64 bits. Source: Chan, Golub, LeVeque (1979).
    static func mergeMoments(_ call: MomentsCall)

    /// Scales and shifts rows.
    static func affine(_ call: AffineCall)

    /// The sums that a normalisation's backward pass needs.
    static func reduceGradients(_ call: GradientSumsCall)

    /// The gradient of a normalisation's input.
    static func normalizationBackward(_ call: NormalizationBackwardCall)

    /// A function of each number.
    static func activate(_ call: ActivationCall)

    /// The gradient of ``activate(_:)``.
    static func activateBackward(_ call: ActivationBackwardCall)

    /// Copies one image's windows into rows.
    static func unfold(_ call: UnfoldCall)

    /// Adds rows back to the pixels of one image.
    static func fold(_ call: FoldCall)

    /// out += factor · in.
    static func addScaled(count: Int, factor: Float, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>)

    /// out = a · b, or added to it.
    static func multiply(
        count: Int, a: UnsafePointer<Float>, b: UnsafePointer<Float>, accumulates: Bool,
        output: UnsafeMutablePointer<Float>)

    /// out = factor · in, or added to it.
    static func scale(
        count: Int, factor: Float, input: UnsafePointer<Float>, accumulates: Bool, output: UnsafeMutablePointer<Float>)

    /// Σ a · b.
    static func dot(count: Int, a: UnsafePointer<Float>, b: UnsafePointer<Float>) -> Float

    /// Σ a.
    static func total(count: Int, a: UnsafePointer<Float>) -> Float

    /// SGD with momentum: g + decay·w joins the velocity, w −= rate·velocity.
    static func descend(
        count: Int, weights: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
        velocities: UnsafeMutablePointer<Float>, rate: Float, momentum: Float, decay: Float)
}
