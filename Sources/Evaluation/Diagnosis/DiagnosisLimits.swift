/// Every number by which a rule decides, once, with where it comes from.
///
/// "Ten networks" are the nine real checkpoints that the project's tests read (EfficientNet-Lite0, MobileNetV1 0.25 and
/// 1.0, MobileNetV2 0.35 and 1.0, MobileNetV3-Small twice, RegNetX-200MF, ShuffleNetV2 0.5) and the one in `Weights/`.
public enum DiagnosisLimits {
    /// The chance of an alarm in a sound network that each rule's tests may have together.
    public static let significance = 0.001

    // MARK: - Damage

    /// The largest running variance that passes. The largest of the ten networks is 2,221.
    public static let largestVariance = 1e6
    /// The largest root mean square of a filter's weights times √(weights a filter) that passes. The largest of the ten
    /// networks is 60; initialisations have 0.6 to 2.
    public static let largestGain = 1e4

    // MARK: - Dead channels

    /// A filter is zero below this share of the layer's median norm. In the ten networks nothing lies between 0.001 and
    /// 0.01 but two filters of 30,000.
    public static let zeroNorm = 1e-3
    /// The share of the strongest below which a filter or channel is left out of the median that zero is measured by: a
    /// layer that is mostly dead still has a living yardstick.
    public static let livingShare = 1e-4
    /// A normalisation kills a channel below this share of the layer's median |γ|σ/√(σ² + ε). In the ten networks one
    /// channel lies between 0.0001 and 0.01.
    public static let zeroDeviation = 1e-3
    /// The share of dead channels of a layer from which on they are a warning instead of a note: half of the layer was
    /// lost in training.
    public static let collapsedShare = 0.5
    /// β/deviation below which a channel before a ReLU is as good as never above 0: by Cantelli's inequality at most one
    /// pixel in 101 is, whatever the distribution; of a normal one none.
    public static let silentDeviations = -10.0

    // MARK: - Training

    /// Kolmogorov's p below which weights are not those of an initialisation. Trained layers of the ten networks have at
    /// most 1e-6 with as many weights.
    public static let initialProbability = 0.05
    /// The fewest weights that are compared with initialisations: two trained layers of 512 in a small Xception pass as drawn.
    public static let leastWeights = 1_000
    /// The correlation, over a layer's channels, of the means that its weights give with those that its normalisation
    /// recorded, below which they are of two trainings. The lowest of 280 layers of ten trained networks is 0.79 (a network
    /// whose statistics were moved on afterwards), the median 0.998.
    public static let leastAgreement = 0.7
    /// The median of that correlation over a network's layers, below which weights and statistics fit roughly at best. Ten
    /// trained networks have 0.991 to 0.999, two MobileNetV1 averaged 0.95.
    public static let leastMedianAgreement = 0.985
    /// The fewest layers of which a median is taken.
    public static let leastLayers = 8
    /// The spread of the recorded means in their own deviations, below which there is nothing to compare.
    public static let leastSpread = 0.1
    /// The fewest channels of which means are compared.
    public static let leastChannels = 8

    // MARK: - Conversion

    /// The lean of a strided layer's kernels in pixels below which nothing is said.
    public static let leastLean = 0.03
    /// The standard errors of a lean that count at most: layers of many kernels have up to 300.
    public static let mostErrors = 10.0
    /// The fewest kernels that a lean is measured on.
    public static let leastKernels = 16
    /// The means of natural images' pixels, 0…1, red, green, blue, that are typical: those of ImageNet.
    ///
    /// Others: CIFAR-10 0.491 0.482 0.447, COCO 0.470 0.447 0.408, Places365 0.458 0.441 0.408, Tiny ImageNet 0.480
    /// 0.448 0.398. In all of them red is brighter than blue by 0.04 to 0.08.
    public static let naturalMean = [0.485, 0.456, 0.406]
    /// The means of pixels, 0…1, that a data set of photographs can have in any plane.
    public static let plausibleMean = 0.15...0.85
    /// How much brighter blue must be than red, in 0…1, to say that they are swapped.
    public static let leastColourDifference = 0.02
    /// The chance below which the planes' weights say that red and blue are swapped. In each of the ten networks blue has
    /// the least energy of the three, red 1.1 to 10 times as much.
    public static let planeSignificance = 0.02
    /// How many times the deviation that the preprocessing gives natural images the first normalisation may show, either
    /// way. Four networks with a normalisation show 1.15 to 1.31.
    public static let scaleFactor = 3.0
    /// The deviation of natural images' pixels, 0…1: the mean of ImageNet's 0.229, 0.224, 0.225.
    public static let naturalDeviation = 0.226
    /// The correlation of neighbouring pixels of photographs at 224 pixels, measured on 100 of ImageNet: 0.97.
    public static let naturalCorrelation = 0.97
    /// How far the logarithm of the first class's probability must spread over the pictures, before it is compared with that
    /// of other readings. Five trained networks have 0.66 to 2.4 on 50 photographs.
    public static let leastCertaintySpread = 0.01
    /// The share of pictures on which another reading must be the more confident one to be an alarm, beside its p.
    public static let readingShare = 0.75

    // MARK: - Waste

    /// The cosine of two filters from which on they are the same.
    public static let equalCosine = 0.9999
    /// The fewest inputs that a filter must read to be compared: fewer are alike by chance.
    public static let leastInputs = 8
    /// The share of energy that an effective rank keeps.
    public static let rankEnergy = 0.99
    /// The effective rank, as a share of the least of inputs and outputs that are alive, below which it is low. The lowest
    /// of the ten networks are 0.17 and 0.29 (squeeze-and-excite layers that died) and 0.23 (the last layer of a network of
    /// ten classes); all others have 0.5 or more.
    public static let leastRank = 0.5
    /// The largest matrix whose rank is computed: above it takes minutes.
    public static let largestRankSize = 1_536
    /// The median share of a filter's energy that one blueprint explains, from which on the layer is a depthwise-separable
    /// one in disguise (Haase and Amthor, "Rethinking depthwise separable convolutions", 2020). Chosen so that a tenth of the
    /// energy is lost at most; no layer of the ten networks has as much.
    public static let blueprintShare = 0.9
    /// The share of output energy beyond the new Nyquist limit, on natural images, that a strided layer may have: above
    /// all of `AliasingReference`.
    public static let aliasedShare = 0.25
    /// Shift-consistency below which a network is unusually sensitive: AlexNet's 0.782 is the lowest of nine networks that
    /// R. Zhang, "Making convolutional networks shift-invariant again" (2019) measured on ImageNet before the blurs were put
    /// in (ResNet-18 0.851, MobileNetV2 0.865, ResNet-101 0.898; tables in README_IMAGENET.md of adobe/antialiased-cnns).
    public static let leastConsistency = 0.75
    /// The signal-to-noise ratio in dB below which a channel does not survive quantisation to 8 bits: noise of a tenth of
    /// its energy.
    public static let leastDecibels = 10.0
    /// The share of such channels in a layer that is worth a note. Nagel et al. (2019) lose MobileNetV2 whole by one range
    /// for all channels.
    public static let noisyShare = 0.1
    /// The share of spatial layers whose input already sees more than the image, from which on the network is too deep for
    /// it (M. L. Richter et al., "Input size matters for CNN classifiers", 2021). MobileNetV1 at 224 pixels has 0.29.
    public static let unproductiveShare = 0.5
    /// The share of a kernel's weights that only ever see padding, from which on they are wasted.
    public static let paddingShare = 0.5
}
