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

    /// Classifies the four responses.
    init(constant: Float, horizontal: Float, vertical: Float, checker: Float) {
        let alternating = max(horizontal, vertical, checker)
        if max(constant, alternating) <= 0.35 {
            self = .bandPass
        } else if constant >= 2 * alternating {
            self = .lowPass
        } else if alternating >= 2 * constant {
            self = .highPass
        } else {
            self = .allPass
        }
    }
}
