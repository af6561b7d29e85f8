import Classification

/// The colours that stand for the labels in every figure and report.
public enum LabelPalette {
    /// Okabe and Ito's colour-blind-safe blue, orange and green for what has a name; dark grey for nothing, light grey
    /// for no single name.
    public static func color(_ label: KernelLabel) -> FigureColor {
        switch label {
        case .identity: FigureColor(0x00, 0x72, 0xB2)
        case .blur: FigureColor(0xE6, 0x9F, 0x00)
        case .edge: FigureColor(0x00, 0x9E, 0x73)
        case .zero: FigureColor(grey: 0x5A)
        case .other: FigureColor(grey: 0xBE)
        }
    }
}
