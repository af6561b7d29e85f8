import Tensors

extension Graph {
    /// The first parameter that holds a NaN or an infinity; nil where all numbers are finite.
    ///
    /// A function behind a layer may turn NaN into zeros, so that the result does not show it.
    package var nonFiniteParameter: ParameterID? {
        parameters.indices.first { !Self.areFinite(parameters[$0].tensor.scalars) }.map(ParameterID.init)
    }

    private static func areFinite(_ scalars: [Float]) -> Bool {
        let exponent: UInt32 = 0x7F80_0000
        var found: UInt32 = 0
        for scalar in scalars { found |= scalar.bitPattern & exponent == exponent ? 1 : 0 }
        return found == 0
    }
}
