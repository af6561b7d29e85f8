/// Families of kernels with a name, and the label that each must get.
public enum SyntheticFamily: String, Sendable, Equatable, Codable, CaseIterable, CustomStringConvertible {
    case delta, shifted, sharpen
    case narrowGaussian, gaussian, wideGaussian, offCentreGaussian, directional, box, ring
    case sobelX, sobelY, prewitt, diagonal, gaussianDerivative, centralDifference, forwardDifference, oneSidedSobel
    case laplacian4, laplacian8, paperLaplacian, laplacianOfGaussian, differenceOfGaussians
    case line, turnedLine, cornerSaddle, axisSaddle

    /// The name in words: "off-centre Gaussian".
    public var description: String {
        switch self {
        case .narrowGaussian: "narrow Gaussian"
        case .gaussian: "Gaussian"
        case .wideGaussian: "wide Gaussian"
        case .offCentreGaussian: "off-centre Gaussian"
        case .sobelX: "Sobel x"
        case .sobelY: "Sobel y"
        case .prewitt: "Prewitt"
        case .gaussianDerivative: "Gaussian derivative"
        case .centralDifference: "central difference"
        case .forwardDifference: "forward difference"
        case .oneSidedSobel: "one-sided Sobel"
        case .laplacian4: "Laplacian, 4 neighbours"
        case .laplacian8: "Laplacian, 8 neighbours"
        case .paperLaplacian: "the paper's Laplacian"
        case .laplacianOfGaussian: "Laplacian of Gaussian"
        case .differenceOfGaussians: "difference of Gaussians"
        case .turnedLine: "line, turned"
        case .cornerSaddle: "saddle, corners"
        case .axisSaddle: "saddle, axes"
        case .delta, .shifted, .sharpen, .directional, .box, .ring, .diagonal, .line: rawValue
        }
    }

    /// The label that its kernels must get.
    public var label: KernelLabel {
        switch self {
        case .delta, .shifted, .sharpen: .identity
        case .narrowGaussian, .gaussian, .wideGaussian, .offCentreGaussian, .directional, .box, .ring: .blur
        default: .edge
        }
    }
}
