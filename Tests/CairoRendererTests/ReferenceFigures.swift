import Classification
import Figures
import Kernels
import Statistics
import Tensors
import Weights

/// One small figure of each kind, the same on every machine.
enum ReferenceFigures {
    static func bank(outputs: Int, inputs: Int = 1, size: Int = 3) -> KernelBank {
        let shape: Shape = [outputs, inputs, size, size]
        let layer = ConvLayer(
            number: 2, name: "blocks.1.conv", tensorName: "blocks.1.conv.weight", weightShape: shape, stride: 1,
            connectivity: inputs == 1 ? .depthwise(multiplier: 1) : .standard, role: .body)
        var generator = SeededGenerator(seed: 11)
        var scalars = (0..<shape.elementCount).map { _ in Float(generator.normal()) }
        scalars[size * size + 1] = .nan
        return KernelBank(layer: layer, weight: Tensor(shape: shape, scalars: scalars))
    }

    static func classifications(_ count: Int) -> [KernelClassification] {
        (0..<count).map {
            KernelClassification(
                label: KernelLabel.allCases[$0 * $0 % 5], subLabel: "", fit: 1, margin: 0, sigmaPixels: nil, dcGain: 0)
        }
    }

    static func all() throws -> [(name: String, figure: Figure)] {
        var options = KernelGridOptions()
        options.widthMillimetres = 80
        var pixels = options
        pixels.vectorCellLimit = 1000
        let rows = (1...6).map {
            LabelSharesFigure.Row(
                name: "#\($0) blocks.\($0).conv", counts: LabelCounts(classifications($0 * 7)), isStrided: $0 % 3 == 0)
        }
        return [
            (
                "kernel-grid",
                try KernelGridFigure(
                    bank: bank(outputs: 24), classifications: classifications(24), network: "Reference",
                    options: options
                ).figure()
            ),
            (
                "pixel-grid",
                try KernelGridFigure(bank: bank(outputs: 20, inputs: 16), network: "Reference", options: pixels)
                    .figure()
            ),
            ("histogram", try HistogramFigure.figure(of: bank(outputs: 64), network: "Reference", options: options)),
            ("label-shares", try LabelSharesFigure.figure(of: rows, network: "Reference", widthMillimetres: 80)),
        ]
    }
}
