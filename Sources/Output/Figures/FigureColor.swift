import Glibc

/// An opaque sRGB colour.
public struct FigureColor: Sendable, Equatable, Hashable {
    /// Red, 0…255.
    public let red: UInt8
    /// Green, 0…255.
    public let green: UInt8
    /// Blue, 0…255.
    public let blue: UInt8

    /// Mixes a colour from its three parts.
    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// A grey of this lightness, 0 black … 255 white.
    public init(grey: UInt8) { self.init(grey, grey, grey) }

    /// #000000.
    public static let black = FigureColor(grey: 0)
    /// #FFFFFF.
    public static let white = FigureColor(grey: 255)
    /// Titles and names.
    static let ink = FigureColor(grey: 0x1A)
    /// Facts, ticks and captions.
    static let quietInk = FigureColor(grey: 0x55)
    /// Axis lines.
    static let axis = FigureColor(grey: 0x80)
    /// Lines behind data.
    static let faint = FigureColor(grey: 0xE4)

    /// Relative luminance, 0 black … 1 white (WCAG 2).
    public var luminance: Double {
        func linear(_ part: UInt8) -> Double {
            let x = Double(part) / 255
            return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Nearly black or white, whichever reads better on this colour; never `ink`, which pages may recolour.
    public var contrasting: FigureColor { luminance > 0.21 ? FigureColor(grey: 0x1B) : .white }
}
