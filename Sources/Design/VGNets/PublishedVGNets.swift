import Diagnostics

extension VGNetConfig {
    /// The names of all published nets, in a stable order: C, G, F, each with its forms.
    ///
    /// Forms: `-se` (squeeze-excite, ratio 0.25), `-silu`, `-thumbnail` (32×32, 100 classes), `-rerelease` (November
    /// 2022: σ = 1, plain last unit, SiLU, dropout 0.2).
    public static let publishedNames: [String] = PublishedVGNet.all.map(\.name)

    /// The published net of that name; letters' case and the separators `-`, `_`, `.` and space do not count, forms may
    /// come in any order, and the names of the authors' code (`vgnetf_1_5mp` for F2, `vgnete_1_5mp` for F4) are known.
    ///
    /// Throws `vgnets.unknownName` with the nearest name.
    public static func published(_ name: String) throws -> VGNetConfig {
        guard let net = PublishedVGNet(name: name) else {
            throw KernelVizError(
                code: "vgnets.unknownName", subject: name, found: "no published VGNet of this name",
                expected: "a name such as 'vgnetg-1.0mp', 'vgnetc-1.5mp' or 'vgnetf2-1.5mp', or a config file",
                advice: NearestName.of(name, among: publishedNames).map { "The nearest name is '\($0)'" })
        }
        return try net.config()
    }
}

/// A published net: kind, size and forms.
struct PublishedVGNet: Equatable {
    enum Kind: String, CaseIterable { case c, g, f1, f2, f3, f4 }

    struct Size {
        let name: String
        let channels: [Int]
        let blocks: [Int]
    }

    // Table 1; 5.0MP from the authors' code.
    static let sizes = [
        Size(name: "1.0mp", channels: [28, 56, 112, 224, 368], blocks: [4, 7, 13, 2]),
        Size(name: "1.5mp", channels: [32, 64, 128, 256, 512], blocks: [3, 7, 14, 2]),
        Size(name: "2.0mp", channels: [32, 72, 168, 376, 512], blocks: [3, 6, 13, 2]),
        Size(name: "2.5mp", channels: [32, 80, 192, 400, 544], blocks: [3, 6, 16, 2]),
        Size(name: "5.0mp", channels: [32, 88, 216, 456, 856], blocks: [4, 7, 15, 5]),
    ]

    let kind: Kind
    let sizeIndex: Int
    var hasSqueezeExcite = false
    var hasSiLU = false
    var isThumbnail = false
    var isRerelease = false

    /// Every combination, re-releases of C and G only; they have SiLU in any case.
    static let all: [PublishedVGNet] = Kind.allCases.flatMap { kind in
        sizes.indices.filter { kind == .c || kind == .g || $0 == 1 }.flatMap { index in
            (kind == .c || kind == .g ? [false, true] : [false]).flatMap { isRerelease in
                [false, true].flatMap { isThumbnail in
                    (isRerelease ? [false] : [false, true]).flatMap { hasSiLU in
                        [false, true].map { hasSqueezeExcite in
                            PublishedVGNet(
                                kind: kind, sizeIndex: index, hasSqueezeExcite: hasSqueezeExcite, hasSiLU: hasSiLU,
                                isThumbnail: isThumbnail, isRerelease: isRerelease)
                        }
                    }
                }
            }
        }
    }

    var name: String {
        "vgnet\(kind.rawValue)-\(Self.sizes[sizeIndex].name)" + (hasSqueezeExcite ? "-se" : "")
            + (hasSiLU ? "-silu" : "") + (isThumbnail ? "-thumbnail" : "") + (isRerelease ? "-rerelease" : "")
    }

    func config() throws -> VGNetConfig {
        let size = Self.sizes[sizeIndex]
        let bank: FixedBank? =
            switch kind {
            case .c, .g: nil
            case .f1, .f2: .sixEdgeTwoGaussian
            case .f3, .f4: .fourEdge
            }
        let hasFixedLast = kind == .f2 || kind == .f4
        let last: LastKernels = isRerelease ? .learnable : .shared(groups: 8)
        return try VGNetConfig(
            name: name, channels: size.channels, blocks: size.blocks,
            downsampling: kind == .c ? .learnable : .gaussian(isRerelease ? .rerelease : .paper),
            half: bank.map { .bank($0) } ?? .learnable,
            last: hasFixedLast ? bank.map(LastKernels.bank) ?? last : last,
            activation: hasSiLU || isRerelease ? .silu : .relu,
            squeezeExcite: hasSqueezeExcite ? SqueezeExcite(activation: isRerelease ? .silu : .relu) : nil,
            dropout: isRerelease ? 0.2 : 0, classes: isThumbnail ? 100 : 1000, inputSize: isThumbnail ? 32 : 224,
            isThumbnail: isThumbnail)
    }
}

extension PublishedVGNet {
    /// Understands a name as people write it; nil for an unknown one.
    init?(name: String) {
        var rest = Substring(name.lowercased().filter { !"-_. ".contains($0) })
        var forms: Set<String> = []
        // The longest form first: "rerelease" ends in "se".
        while let form = ["rerelease", "thumbnail", "silu", "se"].first(where: { rest.hasSuffix($0) }) {
            rest = rest.dropLast(form.count)
            forms.insert(form)
        }
        guard rest.hasPrefix("vgnet"), rest.hasSuffix("mp") else { return nil }
        rest = rest.dropFirst(5).dropLast(2)
        let digits = rest.suffix(2)
        guard let index = Self.sizes.firstIndex(where: { $0.name.filter(\.isNumber) == digits }) else { return nil }
        // The authors' code calls F2 "f" and F4 "e".
        let letters = ["f": "f2", "e": "f4"][String(rest.dropLast(2))] ?? String(rest.dropLast(2))
        guard let kind = Kind(rawValue: letters) else { return nil }
        let isRerelease = forms.contains("rerelease")
        self.init(
            kind: kind, sizeIndex: index, hasSqueezeExcite: forms.contains("se"),
            hasSiLU: forms.contains("silu") && !isRerelease, isThumbnail: forms.contains("thumbnail"),
            isRerelease: isRerelease)
        guard Self.all.contains(self) else { return nil }
    }
}
