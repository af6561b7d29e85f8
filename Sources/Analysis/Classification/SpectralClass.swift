/// Which frequencies a kernel lets through, read off its response at (0,0), (π,0), (0,π) and (π,π).
///
/// Each response is |Σ w·(±1)…| / Σ|w|, 0…1.
public enum SpectralClass: String, Sendable, Equatable, Codable, CaseIterable {
    /// The constant passes at least twice as strongly as the three alternating patterns.
    case lowPass = "low-pass"
    /// None of the four passes with more than 0.35: what passes lies between them.
    case bandPass = "band-pass"
    /// One of the alternating patterns passes at least twice as strongly as the constant.
    case highPass = "high-pass"
    /// Both constant and alternating patterns pass.
    case allPass = "all-pass"

    /// The code of each of sixteen kernels' class, by the response to the constant and the strongest of the other three.
    @inline(__always)
    static func codes(constant: Lanes, alternating: Lanes) -> Lanes {
        var codes = Lanes(repeating: Float(allPass.code))
        codes.set(Float(highPass.code), where: alternating .>= constant * Float(ShapeRules.spectralRatio))
        codes.set(Float(lowPass.code), where: constant .>= alternating * Float(ShapeRules.spectralRatio))
        codes.set(Float(bandPass.code), where: constant.larger(alternating) .<= ShapeRules.spectralFloor)
        return codes
    }
}

/// Dictionaries by class have its printed name as the key.
extension SpectralClass: CodingKeyRepresentable {}
