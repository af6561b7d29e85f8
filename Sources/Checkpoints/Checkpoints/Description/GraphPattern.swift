/// What a result is on the way to something that the engine has in one piece and that graphs spell out in parts.
///
/// `x` is what the whole works on, ε the number that is added before a root or a quotient, `gain` and `shift` the names
/// of constants with one number a channel.
enum GraphPattern: Equatable, Sendable {
    /// A normalisation that is not finished: over what, with which numbers so far.
    struct Normalising: Equatable, Sendable {
        var x: GraphValue
        var epsilon: Float = 0
        /// Whether the mean is subtracted before numbers are squared: layer normalisation; else RMS normalisation.
        var isCentred = true
        var gain: String?
        var shift: String?
    }

    // Layer normalisation: (x − mean)/√(variance + ε)·gain + shift. RMS normalisation: x/√(mean of squares + ε)·gain, whose
    // mean of squares stands for the variance.

    /// The mean over the channels of each pixel.
    case mean(GraphValue)
    /// The mean over rows alone or over columns alone, at these places of x, whose axes are kept or lost.
    case meanOfLines(GraphValue, places: [Int], keeps: Bool)
    /// x − mean.
    case centred(GraphValue)
    /// (x − mean)².
    case squares(GraphValue)
    /// The variance, ε added or not.
    case variance(Normalising)
    /// √(variance + ε).
    case deviation(Normalising)
    /// gain/√(variance + ε).
    case inverse(Normalising)
    /// x·gain/√(variance + ε).
    case scaled(Normalising)
    /// mean·gain/√(variance + ε).
    case scaledMean(Normalising)
    /// shift − mean·gain/√(variance + ε).
    case offset(Normalising)

    // Response normalisation: x + gain·x·g/(mean of g + ε) + shift, g the root of the sum of squares of each channel.

    /// x².
    case ownSquares(GraphValue)
    /// The sum of squares of each channel's pixels.
    case energy(GraphValue)
    /// g.
    case response(GraphValue)
    /// The mean of g, ε added or not.
    case meanResponse(Normalising)
    /// gain·g/(mean of g + ε).
    case share(Normalising)
    /// gain·x·g/(mean of g + ε) + shift.
    case answer(Normalising)

    // GELU: x·(1 + erf(x/√2))/2.

    /// erf(x/√2).
    case error(GraphValue)
    /// factor·(1 + erf(x/√2)).
    case distribution(GraphValue, factor: Float)
    /// factor·GELU(x); `gelu` is GELU(x).
    case gelu(GraphValue, factor: Float)
}
