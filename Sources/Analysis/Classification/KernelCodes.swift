// Labels, shapes and spectral classes as small whole numbers, so that lanes can hold them.

extension KernelLabel {
    /// Its place among ``allCases``.
    var code: Int {
        switch self {
        case .identity: 0
        case .blur: 1
        case .edge: 2
        case .zero: 3
        case .other: 4
        }
    }

    /// The label of a code; `other` above 4.
    init(code: Int) {
        switch code {
        case 0: self = .identity
        case 1: self = .blur
        case 2: self = .edge
        case 3: self = .zero
        default: self = .other
        }
    }
}

extension KernelShape {
    /// Its place among ``allCases``.
    var code: Int {
        switch self {
        case .dead: 0
        case .weak: 1
        case .delta: 2
        case .shifted: 3
        case .sharpen: 4
        case .gaussian: 5
        case .directional: 6
        case .box: 7
        case .ring: 8
        case .sobelX: 9
        case .sobelY: 10
        case .diagonal: 11
        case .oneSided: 12
        case .laplacian: 13
        case .line: 14
        case .saddle: 15
        case .lowPass: 16
        case .bandPass: 17
        case .highPass: 18
        case .allPass: 19
        case .nonFinite: 20
        case .unnamed: 21
        }
    }

    private static let byCode = allCases

    /// The shape of a code, 0…21.
    init(code: Int) { self = Self.byCode[code] }
}

extension SpectralClass {
    /// Its place among ``allCases``.
    var code: Int {
        switch self {
        case .lowPass: 0
        case .bandPass: 1
        case .highPass: 2
        case .allPass: 3
        }
    }

    /// The class of a code; `allPass` above 2.
    init(code: Int) {
        switch code {
        case 0: self = .lowPass
        case 1: self = .bandPass
        case 2: self = .highPass
        default: self = .allPass
        }
    }
}
