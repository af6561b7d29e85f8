/// What a training computes in loops over numbers, for one set of instructions.
///
/// One source, several modules: each is compiled for its own instructions, the processor chooses, and all give the same
/// bits. Rows of one channel lie at `base + rows[c]`: pixels are contiguous, channels lie anywhere.
package protocol OperatorSet: Sendable {
    /// Packs the row-major M×K matrix (or, if `isTransposed`, the K×M one) into tiles of `tile` rows;
    /// column k is multiplied by `factors[k]`, where given.
    static func packTiles(
        _ matrix: UnsafePointer<Float>, rows: Int, depth: Int, tile: Int, isTransposed: Bool,
        factors: UnsafePointer<Float>?, packed: UnsafeMutablePointer<Float>)

    /// The product of packed tiles of 7 or 8 rows with `columns` pixels.
    ///
    /// A row of the output is added to where `accumulates` says so, else overwritten. `bias` has one number a row.
    /// With `isRectified` negative results become zero. Inputs may be read up to 15 numbers beyond the last pixel.
    static func matrixProduct(
        tile: Int, rows: Int, depth: Int, columns: Int, packed: UnsafePointer<Float>, input: UnsafePointer<Float>,
        inputRows: UnsafePointer<Int>, output: UnsafeMutablePointer<Float>, outputRows: UnsafePointer<Int>,
        accumulates: UnsafePointer<Bool>?, bias: UnsafePointer<Float>?, isRectified: Bool)

    /// out[m][p] = bias[m] + Σ over k: a[m][k] · in[k][p] with sums in 64 bits, rounded once at the end.
    ///
    /// For short sums of numbers that are not normalised, as a stem's: a rounding error there can put a result on the other
    /// side of a ReLU's corner. `a` is row-major M×K; rows of input and output as in ``matrixProduct``.
    static func wideProduct(
        rows: Int, depth: Int, columns: Int, matrix: UnsafePointer<Float>, input: UnsafePointer<Float>,
        inputRows: UnsafePointer<Int>, output: UnsafeMutablePointer<Float>, outputRows: UnsafePointer<Int>,
        bias: UnsafePointer<Float>?, isRectified: Bool)

    /// gradient[m][k] += Σ over p: left[m][p] · right[k][p]: a matrix product along contiguous pixels.
    ///
    /// `gradient` is row-major, `pitch` numbers a row; `scratch` holds ``gradientScratchCount(rows:depth:)`` numbers.
    static func gradientProduct(
        rows: Int, depth: Int, columns: Int, left: UnsafePointer<Float>, leftRows: UnsafePointer<Int>,
        right: UnsafePointer<Float>, rightRows: UnsafePointer<Int>, gradient: UnsafeMutablePointer<Float>, pitch: Int,
        scratch: UnsafeMutablePointer<Float>)

    /// out[c] = the correlation of in[c] with kernel c mod `kernelCount`, for `images` planes a channel;
    /// in[c] = scales[c] · input[c] + shifts[c] where these are given, and zero around it.
    static func depthwise(
        channels: Int, images: Int, height: Int, width: Int, outputHeight: Int, outputWidth: Int, stride: Int,
        offsetY: Int, offsetX: Int, input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>,
        scales: UnsafePointer<Float>?, shifts: UnsafePointer<Float>?,
        kernels: UnsafePointer<Float>, kernelCount: Int, bias: UnsafePointer<Float>?,
        output: UnsafeMutablePointer<Float>, outputRows: UnsafePointer<Int>, leftEdge: UnsafePointer<Float>,
        rightEdge: UnsafePointer<Float>, isRectified: Bool, scratch: UnsafeMutablePointer<Float>)

    /// What ``depthwise`` does to gradients: the input's (where `inputGradient` is given, overwritten or added to as
    /// `accumulates` says) and the kernels' (added to `kernelGradient` where given).
    static func depthwiseBackward(
        channels: Int, images: Int, height: Int, width: Int, outputHeight: Int, outputWidth: Int, stride: Int,
        offsetY: Int, offsetX: Int, input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>,
        scales: UnsafePointer<Float>?, shifts: UnsafePointer<Float>?,
        kernels: UnsafePointer<Float>, kernelCount: Int, outputGradient: UnsafePointer<Float>,
        outputGradientRows: UnsafePointer<Int>, inputGradient: UnsafeMutablePointer<Float>?,
        inputGradientRows: UnsafePointer<Int>, accumulates: UnsafePointer<Bool>,
        kernelGradient: UnsafeMutablePointer<Float>?, leftEdge: UnsafePointer<Float>, rightEdge: UnsafePointer<Float>,
        scratch: UnsafeMutablePointer<Float>)

    /// Merges the mean and the sum of squared deviations of `columns` numbers a channel into those of `before` numbers.
    ///
    /// Two passes over numbers that lie in cache, merged in 64 bits. Source: Chan, Golub, LeVeque (1979).
    static func mergeMoments(
        channels: Int, columns: Int, before: Int, input: UnsafePointer<Float>, rows: UnsafePointer<Int>,
        means: UnsafeMutablePointer<Double>, squares: UnsafeMutablePointer<Double>)

    /// out = scale·in + shift, one scale and shift a channel, negative results cut if `isRectified`.
    static func affine(
        channels: Int, columns: Int, input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>,
        scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, isRectified: Bool,
        output: UnsafeMutablePointer<Float>, outputRows: UnsafePointer<Int>)

    /// sums[c] += Σ g, products[c] += Σ g·(x − mean[c]) over `columns` numbers; where `output` is given, g is first set to
    /// zero wherever the output is not positive (a ReLU behind the normalisation).
    static func reduceGradients(
        channels: Int, columns: Int, gradient: UnsafeMutablePointer<Float>, gradientRows: UnsafePointer<Int>,
        input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>, means: UnsafePointer<Float>,
        output: UnsafePointer<Float>?, outputRows: UnsafePointer<Int>, sums: UnsafeMutablePointer<Double>,
        products: UnsafeMutablePointer<Double>)

    /// The gradient of a normalisation's input: a·g + b·(x − mean) + c, one a, b, c and mean a channel; zero wherever x is not positive if
    /// `isRectified` (a ReLU before the normalisation). `gradient` and `inputGradient` may be the same rows.
    static func normalizationBackward(
        channels: Int, columns: Int, gradient: UnsafePointer<Float>, gradientRows: UnsafePointer<Int>,
        input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>, means: UnsafePointer<Float>,
        a: UnsafePointer<Float>, b: UnsafePointer<Float>, c: UnsafePointer<Float>, isRectified: Bool,
        inputGradient: UnsafeMutablePointer<Float>, inputGradientRows: UnsafePointer<Int>,
        accumulates: UnsafePointer<Bool>)

    /// out = f(in), row by row.
    static func activate(
        function: Int, channels: Int, columns: Int, input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>,
        output: UnsafeMutablePointer<Float>, outputRows: UnsafePointer<Int>)

    /// inputGradient = gradient · f′(in), or added to it.
    static func activateBackward(
        function: Int, channels: Int, columns: Int, input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>,
        gradient: UnsafePointer<Float>, gradientRows: UnsafePointer<Int>, inputGradient: UnsafeMutablePointer<Float>,
        inputGradientRows: UnsafePointer<Int>, accumulates: UnsafePointer<Bool>)

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

    /// Copies one image's windows: row (c·kH + i)·kW + j of `unfolded` holds in[c][y·stride + i − top][x·stride + j − left]
    /// for all outputs (y, x), zero outside the image. Rows are `pitch` numbers apart.
    static func unfold(
        channels: Int, height: Int, width: Int, outputHeight: Int, outputWidth: Int, kernelHeight: Int,
        kernelWidth: Int, stride: Int, top: Int, left: Int, input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>,
        unfolded: UnsafeMutablePointer<Float>, pitch: Int)

    /// The reverse of ``unfold``: adds every row back to the pixels it came from.
    static func fold(
        channels: Int, height: Int, width: Int, outputHeight: Int, outputWidth: Int, kernelHeight: Int,
        kernelWidth: Int, stride: Int, top: Int, left: Int, unfolded: UnsafePointer<Float>, pitch: Int,
        output: UnsafeMutablePointer<Float>, outputRows: UnsafePointer<Int>)
}
