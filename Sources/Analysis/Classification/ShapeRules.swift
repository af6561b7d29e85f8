/// The cut-offs between the shapes within a label, and of the spectral classes; the rubric of the documentation words them.
///
/// Computed properties: the compiler puts them into the loops as constants.
enum ShapeRules {
    /// identity, *sharpen*: the other cells' sum relative to the peak at most.
    static var sharpenRest: Double { -0.2 }
    /// blur, *ring*: the centre relative to the mean of its four neighbours, below this.
    static var ringCentre: Double { 0.8 }
    /// blur, *box*: σ in half widths of the kernel, above this.
    static var boxHalfWidths: Double { 2.5 }
    /// blur: σ in half widths of the kernel from which on it is not told: the farthest weight beside the centre is then 95 %
    /// of it, and one more pixel of σ changes it by less than a learned kernel's noise.
    static var boundHalfWidths: Double { 3 }
    /// blur, *directional*: the long axis relative to the short one, above this.
    static var elongation: Double { 1.5 }
    /// edge, *sobel-x* and *sobel-y*: degrees between the gradient and the axis, below this; else *diagonal*.
    static var axisDegrees: Double { 22.5 }
    /// low-pass and high-pass: how much more strongly one passes than the other.
    static var spectralRatio: Double { 2 }
    /// band-pass: the strongest of the four responses at most.
    static var spectralFloor: Double { 0.35 }
    /// zero, *dead*: how many times weaker than the weakest living kernel.
    static var deadGap: Double { 10 }
    /// zero: kernels weaker than this share of the layer's strongest are left out of its medians.
    static var livingShare: Float { 1e-3 }
    /// zero: a kernel of little norm lives from this many times the rubric's norm on, by its output's strength.
    static var rescueFactor: Double { 4 }
}
