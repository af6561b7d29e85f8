/// The finer name of a kernel within its label.
public enum KernelShape: String, Sendable, Equatable, Hashable, Codable, CaseIterable {
    // zero
    /// Far below the weakest living kernel of its layer, or all zeros.
    case dead
    /// Weak, but without a gap to its neighbours.
    case weak

    // identity
    /// The centre carries the kernel.
    case delta
    /// A cell off the centre carries the kernel.
    case shifted
    /// The centre carries the kernel, the rest adds up to −20 % of it or less.
    case sharpen

    // blur
    /// A bump, about round.
    case gaussian
    /// A bump more than 1.5 times as long as wide.
    case directional
    /// Flat.
    case box
    /// The centre is weaker than 80 % of its four neighbours' mean.
    case ring

    // edge
    /// A first derivative across x: the weights rise along the rows.
    case sobelX = "sobel-x"
    /// A first derivative across y: the weights rise along the columns.
    case sobelY = "sobel-y"
    /// A first derivative within 22.5° of a diagonal.
    case diagonal
    /// A first derivative that lies beside the centre, or the difference of two cells.
    case oneSided = "one-sided"
    /// The centre against its surround.
    case laplacian
    /// A line against its two sides.
    case line
    /// Opposite corners or axes against the others.
    case saddle

    // other
    /// Mostly the constant passes; see ``SpectralClass``.
    case lowPass = "low-pass"
    /// What passes lies between the constant and the alternating patterns.
    case bandPass = "band-pass"
    /// Mostly alternating patterns pass.
    case highPass = "high-pass"
    /// Both pass.
    case allPass = "all-pass"
    /// A weight is NaN or infinite.
    case nonFinite = "non-finite"

    /// No finer name.
    case unnamed = ""

    /// The label whose kernels have this shape; nil for ``unnamed``.
    public var label: KernelLabel? {
        switch self {
        case .dead, .weak: .zero
        case .delta, .shifted, .sharpen: .identity
        case .gaussian, .directional, .box, .ring: .blur
        case .sobelX, .sobelY, .diagonal, .oneSided, .laplacian, .line, .saddle: .edge
        case .lowPass, .bandPass, .highPass, .allPass, .nonFinite: .other
        case .unnamed: nil
        }
    }

    /// Whether it is the shape of an identity, a blur or an edge.
    public var isNamed: Bool { label.map { $0 != .zero && $0 != .other } ?? false }

    /// The shape of a kernel that has no label but its spectrum.
    init(_ spectralClass: SpectralClass) {
        self =
            switch spectralClass {
            case .lowPass: .lowPass
            case .bandPass: .bandPass
            case .highPass: .highPass
            case .allPass: .allPass
            }
    }
}

/// Dictionaries by shape have its printed name as the key.
extension KernelShape: CodingKeyRepresentable {}
