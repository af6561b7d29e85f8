/// Families of kernels with a name, and the label that each must get.
public enum SyntheticFamily: String, Sendable, Equatable, Codable, CaseIterable, CustomStringConvertible {
    case delta, shifted, sharpen
    case narrowGaussian, gaussian, wideGaussian, offCentreGaussian, directional, box, ring
    case sobelX, sobelY, prewitt, diagonal, gaussianDerivative, centralDifference, forwardDifference, oneSidedSobel
    case laplacian4, laplacian8, paperLaplacian, laplacianOfGaussian, differenceOfGaussians
    case line, turnedLine, cornerSaddle, axisSaddle

    /// The name.
    public var description: String { rawValue }

    /// The label that its kernels must get.
    public var label: KernelLabel {
        switch self {
        case .delta, .shifted, .sharpen: .identity
        case .narrowGaussian, .gaussian, .wideGaussian, .offCentreGaussian, .directional, .box, .ring: .blur
        default: .edge
        }
    }
}
