import Kernels
import Tensors

@testable import Classification

/// Classifiers for the tests, calibrated once; without stability, which has tests of its own.
enum Classifiers {
    static let three = make(3)
    static let five = make(5)
    static let seven = make(7)

    static func of(_ size: Int) -> KernelClassifier { size == 3 ? three : size == 5 ? five : seven }

    private static func make(_ size: Int) -> KernelClassifier {
        var settings = ClassifierSettings()
        settings.perturbations = 0
        return KernelClassifier(settings: settings, size: size)
    }
}

extension KernelClassifier {
    /// The classification of one kernel by itself.
    func classify(_ kernel: [Float]) -> KernelClassification { classifyLayer(kernel).classifications[0] }
}
