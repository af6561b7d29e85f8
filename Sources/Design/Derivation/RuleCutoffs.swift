/// Every number that a derivation rule follows, once: code, sentences, comments of configs and pages are made from these.
///
/// None is the paper's, which judges by eye. They were set on the ten checkpoints of the first survey; the trainings of
/// `Notebooks-out/experiments` decide which rules are on, not these numbers.
public enum RuleCutoffs {
    // MARK: Enough kernels

    /// A network with fewer kernels than these at a place says nothing about that place.
    public static let kernelsOfNetwork = 16
    /// Fewer kernels of all networks than these decide nothing in a stage (D1, D4, D5, D7, D8): the 95 % interval of a
    /// share of them spans more than a quarter.
    public static let kernels = 50
    /// Fewer blur kernels than these have no σ and no offset (D2, D3).
    public static let blurs = 30
    /// Fewer output channels than these have no share of dead ones (D6).
    public static let filters = 16

    // MARK: D1 to D3

    /// D1: from this share of blur kernels on all of a stage's kernels are fixed.
    public static let gaussianFrom = 0.75
    /// D1: from this share on that share of the channels is fixed; below it none.
    public static let hybridFrom = 0.4
    /// D1 to D3: shares, widths and offsets are multiples of this.
    public static let step = 0.05
    /// D2: σ in pixels; a 3×3 kernel can show neither a narrower nor a wider one.
    public static let sigmas = 0.7...1.5
    /// D3: offsets in pixels; beyond half a pixel the next one is the centre.
    public static let offsets = -0.5...0.5
    /// A σ confirms the paper's where it lies within this of it.
    public static let sigmaReach = step
    /// An offset of less is none: the rule rounds it to 0.
    public static let offsetReach = step / 2

    // MARK: D4 to D8

    /// D4: identity ratios are multiples of one over this, at least one of them and not all.
    public static let ratioParts = 8
    /// D6: channels count as dead from this lower end of their share's interval on.
    public static let leastDead = 0.02
    /// D6: of a width at most this share is taken away.
    public static let mostShrunk = 0.75
    /// D7: the median functional R² with which few kernels explain all.
    public static let sharedR2 = 0.98

    // MARK: D9

    /// Fewer kernels than these cannot steer a design, nor fewer in layers that learned something.
    public static let kernelsOfDesign = 200
    /// A network with a larger share of unstructured kernels is untrained or noisy.
    public static let mostOther = 0.7
    // Uncertain labels refuse no network: on networks left out readers give 72 % of those too (131 kernels of
    // `Notebooks-out/labels/readers.json`), and whether kernels are more than chance is asked above.

    /// `value` as a multiple of ``step``.
    static func rounded(_ value: Double) -> Double {
        let steps = 1 / step
        return (value * steps).rounded() / steps
    }
}
