import Classification

/// The colours that stand for the labels in every figure and report.
public enum LabelPalette {
    /// Okabe and Ito's colour-blind-safe blue, orange, green and purple, with grey for zero.
    public static func color(_ label: KernelLabel) -> Color {
        switch label {
        case .identity: Color(0x00, 0x72, 0xB2)
        case .blur: Color(0xE6, 0x9F, 0x00)
        case .edge: Color(0x00, 0x9E, 0x73)
        case .zero: Color(0x8C, 0x8C, 0x8C)
        case .other: Color(0xCC, 0x79, 0xA7)
        }
    }
}
