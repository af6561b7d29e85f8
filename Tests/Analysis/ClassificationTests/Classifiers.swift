import Kernels
import Tensors

@testable import Classification

/// Classifiers for the tests, calibrated once; without stability, which has tests of its own.
enum Classifiers {
    static let three = make(3)
    static let five = make(5)
    static let seven = make(7)

    static func of(_ size: Int) -> LayerClassifier { size == 3 ? three : size == 5 ? five : seven }

    private static func make(_ size: Int) -> LayerClassifier {
        var settings = ClassifierSettings()
        settings.perturbations = 0
        return LayerClassifier(settings: settings, size: size)
    }
}

extension LayerClassifier {
    /// The classification of one kernel by itself.
    func classify(_ kernel: [Float]) -> KernelClassification { label(kernel).classifications[0] }
}
