/// The cut-offs by which layers and networks are told from chance.
///
/// They were set on seeded shuffles of real layers and hold for every size; a user's settings do not change them.
public enum ChanceRules {
    /// The ``LayerStructure/score`` above which a layer counts as structured; of shuffled real layers about one in a
    /// thousand passes it.
    public static let structureScore = 5.0
    /// Layers with fewer live kernels than this say nothing about themselves.
    public static let leastKernels = 32
    /// The ``LayerStructure/nameProbability`` below which the names alone show structure.
    public static let nameSignificance = 0.001
    /// The share of live kernels with names of their own above which a layer without structure keeps those.
    public static let ownNamesShare = 0.75
    /// The share of tested layers with structure from which on a network is learned, as a fraction.
    public static let learnedShare = (layers: 2, of: 3)
    /// The share of noisy copies that keep a label, below which the label is unstable.
    public static let leastStability = 0.8

    /// The share of named kernels below which a network's kernels look random, whatever its layers say.
    public static let leastNamed = 0.05
    /// The share of tested layers with structure below which a network's kernels look random, as a fraction.
    public static let leastStructured = (layers: 1, of: 4)
    /// The probability of as many names below which a network without a testable layer counts as learned.
    public static let networkSignificance = 0.001
    /// The share of random 3×3 kernels with a name of their own (identity, blur, edge), where no calibration tells it.
    public static let usualRate = 0.035
    /// What a verdict on randomness must be able to see: a network of which only this share has a name, far less than
    /// trained ones, would pass for learned in this share of cases.
    public static let weakest = (share: 0.2, power: 0.95)

    /// Whether so many of the tested layers have structure that the network vouches for the others.
    public static func vouches(_ tested: [LayerStructure]) -> Bool {
        let structured = tested.count(where: \.isStructured)
        return !tested.isEmpty && structured * learnedShare.of >= tested.count * learnedShare.layers
    }
}
