import Classification
import Kernels
import Tensors
import Architectures

/// Banks and labels for the tests.
enum Samples {
    static func bank(
        outputs: Int, inputs: Int = 1, size: Int = 3, name: String = "features.4.conv.1.0",
        values: ((Int) -> Float)? = nil
    ) -> KernelBank {
        let shape: Shape = [outputs, inputs, size, size]
        let layer = ConvLayer(
            number: 4, name: name, tensorName: name + ".weight", weightShape: shape, stride: 2,
            connectivity: inputs == 1 ? .depthwise(multiplier: 1) : .standard, role: .downsampling)
        let scalars: [Float]
        if let values {
            scalars = (0..<shape.elementCount).map(values)
        } else {
            var generator = SeededGenerator(seed: 5)
            scalars = (0..<shape.elementCount).map { _ in Float(generator.normal()) }
        }
        return KernelBank(layer: layer, weight: Tensor(shape: shape, scalars: scalars))
    }

    /// Labels in turn.
    static func classifications(_ count: Int) -> [KernelClassification] {
        (0..<count).map { classification(KernelLabel.allCases[$0 % 5]) }
    }

    static func classification(_ label: KernelLabel) -> KernelClassification {
        KernelClassification(label: label, subLabel: "", fit: 1, margin: 0.1, sigmaPixels: nil, dcGain: 0)
    }
}
