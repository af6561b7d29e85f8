/// The mean and the sum of squared deviations of `columns` numbers a channel, merged into those of `before` numbers.
package struct MomentsCall {
    /// C.
    package var channels: Int
    /// P, numbers of a row.
    package var columns: Int
    /// How many numbers a channel the moments stand for already.
    package var before: Int
    /// C rows.
    package var input: SourceRows
    /// C numbers each.
    package var means: UnsafeMutablePointer<Double>
    package var squares: UnsafeMutablePointer<Double>

    /// Groups the arguments.
    @inlinable
    package init(
        channels: Int, columns: Int, before: Int, input: SourceRows, means: UnsafeMutablePointer<Double>,
        squares: UnsafeMutablePointer<Double>
    ) {
        self.channels = channels
        self.columns = columns
        self.before = before
        self.input = input
        self.means = means
        self.squares = squares
    }
}

/// out = scale·in + shift, one scale and shift a channel.
package struct AffineCall {
    /// C.
    package var channels: Int
    /// P, numbers of a row.
    package var columns: Int
    /// C rows.
    package var input: SourceRows
    /// C numbers each.
    package var scale: UnsafePointer<Float>
    package var shift: UnsafePointer<Float>
    /// Whether negative results become zero.
    package var isRectified: Bool
    /// C rows.
    package var output: TargetRows

    /// Groups the arguments.
    @inlinable
    package init(
        channels: Int, columns: Int, input: SourceRows, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
        isRectified: Bool, output: TargetRows
    ) {
        self.channels = channels
        self.columns = columns
        self.input = input
        self.scale = scale
        self.shift = shift
        self.isRectified = isRectified
        self.output = output
    }
}

/// sums[c] += Σ g, products[c] += Σ g·(x − mean[c]).
package struct GradientSumsCall {
    /// C.
    package var channels: Int
    /// P, numbers of a row.
    package var columns: Int
    /// C rows of g. With ``output`` they are first set to zero wherever it is not positive.
    package var gradient: TargetRows
    /// C rows of x.
    package var input: SourceRows
    /// C numbers.
    package var means: UnsafePointer<Float>
    /// C rows of the result of a ReLU behind the normalisation; nil without one.
    package var output: SourceRows?
    /// C numbers each, added to.
    package var sums: UnsafeMutablePointer<Double>
    package var products: UnsafeMutablePointer<Double>

    /// Groups the arguments.
    @inlinable
    package init(
        channels: Int, columns: Int, gradient: TargetRows, input: SourceRows, means: UnsafePointer<Float>,
        output: SourceRows?, sums: UnsafeMutablePointer<Double>, products: UnsafeMutablePointer<Double>
    ) {
        self.channels = channels
        self.columns = columns
        self.gradient = gradient
        self.input = input
        self.means = means
        self.output = output
        self.sums = sums
        self.products = products
    }
}

/// What a normalisation's backward pass multiplies with: a·g + b·(x − mean) + c, C numbers each.
package struct NormalizationFactors: BitwiseCopyable {
    package var means: UnsafePointer<Float>
    package var a: UnsafePointer<Float>
    package var b: UnsafePointer<Float>
    package var c: UnsafePointer<Float>

    /// Groups the arguments.
    @inlinable
    package init(
        means: UnsafePointer<Float>, a: UnsafePointer<Float>, b: UnsafePointer<Float>, c: UnsafePointer<Float>
    ) {
        self.means = means
        self.a = a
        self.b = b
        self.c = c
    }
}

/// The gradient of a normalisation's input: a·g + b·(x − mean) + c.
package struct NormalizationBackwardCall {
    /// C.
    package var channels: Int
    /// P, numbers of a row.
    package var columns: Int
    /// C rows of g; may be those of ``inputGradient``.
    package var gradient: SourceRows
    /// C rows of x.
    package var input: SourceRows
    package var factors: NormalizationFactors
    /// Whether the result is zero wherever x is not positive (a ReLU before the normalisation).
    package var isRectified: Bool
    /// C rows.
    package var inputGradient: GradientRows

    /// Groups the arguments.
    @inlinable
    package init(
        channels: Int, columns: Int, gradient: SourceRows, input: SourceRows, factors: NormalizationFactors,
        isRectified: Bool, inputGradient: GradientRows
    ) {
        self.channels = channels
        self.columns = columns
        self.gradient = gradient
        self.input = input
        self.factors = factors
        self.isRectified = isRectified
        self.inputGradient = inputGradient
    }
}

/// The functions of one number that have loops here.
package enum RowFunction: Sendable, BitwiseCopyable {
    case relu, relu6, silu, hardSwish, sigmoid, hardSigmoid
}

/// out = f(in), row by row.
package struct ActivationCall {
    package var function: RowFunction
    /// C.
    package var channels: Int
    /// P, numbers of a row.
    package var columns: Int
    /// C rows.
    package var input: SourceRows
    package var output: TargetRows

    /// Groups the arguments.
    @inlinable
    package init(function: RowFunction, channels: Int, columns: Int, input: SourceRows, output: TargetRows) {
        self.function = function
        self.channels = channels
        self.columns = columns
        self.input = input
        self.output = output
    }
}

/// inputGradient = gradient · f′(in), row by row.
package struct ActivationBackwardCall {
    package var function: RowFunction
    /// C.
    package var channels: Int
    /// P, numbers of a row.
    package var columns: Int
    /// C rows.
    package var input: SourceRows
    package var gradient: SourceRows
    package var inputGradient: GradientRows

    /// Groups the arguments.
    @inlinable
    package init(
        function: RowFunction, channels: Int, columns: Int, input: SourceRows, gradient: SourceRows,
        inputGradient: GradientRows
    ) {
        self.function = function
        self.channels = channels
        self.columns = columns
        self.input = input
        self.gradient = gradient
        self.inputGradient = inputGradient
    }
}
