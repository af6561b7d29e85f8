import Numerics

/// Energy beyond the new Nyquist limit in the strided layers of well-known networks, by ``Aliasing/share(_:stride:)``.
///
/// Measured on the weights of: EfficientNet-Lite0 (TF Hub), MobileNetV1 0.25 (Keras) and 1.0 (Caffe), MobileNetV2 0.35
/// (Keras) and 1.0 (Coral), MobileNetV3-Small (Google and torchvision), ShuffleNetV2 0.5, and a RegNetX-200MF trained on
/// Tiny ImageNet.
enum AliasingReference {
    /// One number a strided N×N layer, ascending.
    static let shares: [Double] = [
        0.0021, 0.0025, 0.0026, 0.0047, 0.0052, 0.0053, 0.0059, 0.0062, 0.0062, 0.0067, 0.0067, 0.0074, 0.0089, 0.0094,
        0.0096, 0.0109, 0.0111, 0.0125, 0.0133, 0.0142, 0.0214, 0.0223, 0.0225, 0.0231, 0.0261, 0.0277, 0.0286, 0.0292,
        0.0352, 0.0363, 0.0377, 0.0382, 0.0387, 0.0412, 0.0519, 0.0523, 0.0638, 0.0731, 0.0832, 0.0854, 0.0862, 0.1169,
        0.1541, 0.1622, 0.1657, 0.1716, 0.2117,
    ]

    /// The distribution in words.
    static var sentence: String {
        "median \(short(OrderStatistics.quantile(0.5, ofSorted: shares))), 90 % below "
            + "\(short(OrderStatistics.quantile(0.9, ofSorted: shares))), all below "
            + "\(short(shares[shares.count - 1])) in \(shares.count) strided layers of nine networks"
    }
}
