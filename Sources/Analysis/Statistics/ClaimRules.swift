import Diagnostics

/// What it takes for a statement of the paper to count as supported: the paper judges by eye and gives no shares, so these
/// are ours. The criteria that reports print are made from them.
public enum ClaimRules {
    /// The share of kernels that "are" something: half.
    public static let majority = 0.5
    /// p below which one share is larger than another (Fisher's exact test, one-sided).
    public static let shareSignificance = 0.01
    /// p below which a share goes with depth (Spearman, two-sided).
    public static let depthSignificance = 0.05
    /// p after Holm below which a statement holds over networks.
    public static let pooledSignificance = 0.05
    /// The share of identity kernels in some layer of the middle.
    public static let identityPeak = 0.25
    /// The share of zero kernels in some layer of the first third.
    public static let deadPeak = 0.4
    /// The DC gain from which on a blueprint is low-pass, as a blur's is.
    public static let lowPassGain = 0.8
    /// The quantile of random filters beyond which a slice is salient.
    public static let randomQuantile = 0.95
    /// Fewer layers than these have no middle.
    public static let leastLayers = 6

    /// "half", "a quarter", else "40 %".
    static func words(_ share: Double) -> String {
        share == 0.5 ? "half" : share == 0.25 ? "a quarter" : NumberFormat.percent(share)
    }
}
