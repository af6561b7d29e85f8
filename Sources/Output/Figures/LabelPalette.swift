import Classification

/// How the labels are told apart in every figure and report: by colour, by lightness and by a letter or a form.
///
/// The colours lie about 20 steps of L* apart, so that a grey print keeps their order, and differ by CIE ΔE ≥ 25 in sight
/// without red or green receptors (Machado et al. 2009, Viénot et al. 1999). None is an end of a map for weights.
public enum LabelPalette {
    /// The colour of a label, from dark to light: zero, identity, edge, blur, other.
    public static func color(_ label: KernelLabel) -> FigureColor {
        switch label {
        case .zero: FigureColor(grey: 0x14)
        case .identity: FigureColor(0x3A, 0x1C, 0xBA)
        case .edge: FigureColor(0x00, 0x83, 0x72)
        case .blur: FigureColor(0xE1, 0x9A, 0x2C)
        case .other: FigureColor(grey: 0xE0)
        }
    }

    /// The letter that stands for a label where there is no colour.
    public static func letter(_ label: KernelLabel) -> String { label.rawValue.prefix(1).uppercased() }

    /// The pieces of the bar below a kernel, as shares of its width: what each label looks like without colour.
    ///
    /// Identity a piece in the middle, blur all of the width, edge both ends, zero three dots, other a piece at the left.
    public static func bar(_ label: KernelLabel) -> [ClosedRange<Double>] {
        switch label {
        case .identity: [1.0 / 3...2.0 / 3]
        case .blur: [0...1]
        case .edge: [0...1.0 / 3, 2.0 / 3...1]
        case .zero: [0...1.0 / 9, 4.0 / 9...5.0 / 9, 8.0 / 9...1]
        case .other: [0...1.0 / 3]
        }
    }
}
