import Diagnostics

/// Colours for signed numbers: −1 at one end, 0 in the middle, 1 at the other.
public struct ColorMap: Sendable, Equatable {
    /// The name under which users ask for it.
    public let name: String
    /// 256 colours from −1 to 1.
    public let colors: [FigureColor]

    /// ColorBrewer's RdBu as matplotlib interpolates it: negative red, positive blue; the authors' choice.
    public static let rdBu = ColorMap(name: "RdBu", anchors: ColorTables.rdBu)
    /// ColorBrewer's PuOr: negative orange, positive purple; safe for colour-blind readers.
    public static let puOr = ColorMap(name: "PuOr", anchors: ColorTables.puOr)
    /// ColorBrewer's BrBG: negative brown, positive teal; safe for colour-blind readers.
    public static let brBG = ColorMap(name: "BrBG", anchors: ColorTables.brBG)
    /// Crameri's vik: negative blue, positive red; perceptually even and safe for colour-blind readers.
    public static let vik = ColorMap(name: "vik", anchors: ColorTables.vik)
    /// cividis, dark blue to yellow: one ramp for amounts; seen alike by nearly everybody. Not for signed weights.
    public static let cividis = ColorMap(name: "cividis", anchors: ColorTables.cividis)

    /// The maps for signed weights, whose middle is neutral, the default first.
    public static let all = [rdBu, puOr, brBG, vik]

    /// The map for signed weights called `name`, whatever the case of its letters.
    ///
    /// Throws `figures.unknownColorMap` with the nearest name, and `figures.sequentialColorMap` for a map of one ramp.
    public static func named(_ name: String) throws -> ColorMap {
        if let map = all.first(where: { $0.name.lowercased() == name.lowercased() }) { return map }
        if sequentialNames.contains(name.lowercased()) { throw sequential(name) }
        throw KernelVizError(
            code: "figures.unknownColorMap", subject: "--colormap", found: "no colour map '\(name)'",
            expected: "one of \(all.map(\.name).joined(separator: ", "))",
            advice: NearestName.of(name, among: all.map(\.name)).map { "The nearest name is '\($0)'" })
    }

    /// Whether the map is one ramp without a neutral middle, on which zero has no colour of its own.
    public var isSequential: Bool { name == Self.cividis.name }

    /// Well-known maps of one ramp.
    private static let sequentialNames: Set<String> = [
        "cividis", "viridis", "magma", "inferno", "plasma", "gray", "grey", "greys", "blues", "reds", "batlow", "turbo",
        "jet",
    ]

    /// The error for a map of one ramp.
    static func sequential(_ name: String) -> KernelVizError {
        KernelVizError(
            code: "figures.sequentialColorMap", subject: "--colormap",
            found: "'\(name)', one ramp, on which a weight of zero has no colour of its own",
            expected: "a map with a neutral middle for signed weights: \(all.map(\.name).joined(separator: ", "))")
    }

    /// The colour of `value`, −1…1; numbers outside take the end's colour, NaN the middle's.
    public func color(_ value: Double) -> FigureColor {
        guard value == value else { return colors[128] }
        // matplotlib: int(x · 256) of x in 0…1, the very end belonging to the last colour.
        return colors[Int(min(255, max(0, (value + 1) / 2 * 256)))]
    }

    /// 256 colours, linear between the given ones (matplotlib's LinearSegmentedColormap).
    private init(name: String, anchors hexadecimal: String) {
        let digits = hexadecimal.utf8.map { UInt8($0 > 0x39 ? $0 - 0x57 : $0 - 0x30) }
        let parts = stride(from: 0, to: digits.count, by: 2).map { Double(digits[$0] * 16 + digits[$0 + 1]) }
        let count = parts.count / 3
        self.name = name
        colors = (0..<256).map { index in
            let place = Double(index) / 255 * Double(count - 1)
            let low = min(Int(place), count - 2)
            let share = place - Double(low)
            func part(_ channel: Int) -> UInt8 {
                UInt8((parts[3 * low + channel] * (1 - share) + parts[3 * low + 3 + channel] * share).rounded())
            }
            return FigureColor(part(0), part(1), part(2))
        }
    }
}
