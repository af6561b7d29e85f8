import EngineOperators
import TrainingOperators

/// A depthwise 3×3 convolution, its kernels repeating where they are shared.
struct DepthwiseLayer: Layer, @unchecked Sendable {
    // Sendable: the edges belong to a PlanMemory that outlives them.
    let name: String
    let geometry: ConvolutionGeometry
    let kernelCount: Int
    let input: Rows
    let output: Rows
    let isRectified: Bool
    let weight: Int
    let bias: Int?
    let isLearnable: Bool
    let learnsBias: Bool
    let outputGradient: Rows
    let inputGradient: GradientTarget?
    let leftEdge: UnsafePointer<Float>
    let rightEdge: UnsafePointer<Float>

    /// Whether these loops compute a convolution of this geometry: 3×3, windows centred on pixels of the image.
    static func suits(_ geometry: ConvolutionGeometry) -> Bool {
        guard geometry.groups == geometry.inputChannels, geometry.outputChannels == geometry.inputChannels,
            geometry.kernelHeight == 3, geometry.kernelWidth == 3
        else { return false }
        let bottom = (geometry.outputHeight - 1) * geometry.stride + 1 - geometry.paddingTop
        let right = (geometry.outputWidth - 1) * geometry.stride + 1 - geometry.paddingLeft
        return (0...1).contains(geometry.paddingTop) && (0...1).contains(geometry.paddingLeft)
            && bottom < geometry.inputHeight && right < geometry.inputWidth
    }

    /// Zeros in the first and in the last column, ones elsewhere, and a register's width more.
    static func edges(_ geometry: ConvolutionGeometry) -> (left: [Float], right: [Float]) {
        let width = geometry.inputWidth
        let columns = (0..<geometry.inputHeight * width + 16).map { $0 % width }
        return (columns.map { $0 == 0 ? 0 : 1 }, columns.map { $0 == width - 1 ? 0 : 1 })
    }

    var scratchCount: Int { depthwiseScratchCount(height: geometry.inputHeight, width: geometry.inputWidth) }

    func touched(isForward: Bool) -> [Rows] {
        isForward ? [input, output] : [input, outputGradient] + (inputGradient.map { [$0.rows] } ?? [])
    }

    func forward(_ pass: Pass, stage: Int) {
        pass.operators.depthwise(
            geometry.inputChannels, pass.images, geometry.inputHeight, geometry.inputWidth, geometry.outputHeight,
            geometry.outputWidth, geometry.stride, 1 - geometry.paddingTop, 1 - geometry.paddingLeft,
            pass.base(input), pass.places(input), pass.weights + weight, kernelCount, bias.map { pass.weights + $0 },
            pass.base(output), pass.places(output), leftEdge, rightEdge, isRectified, pass.scratch)
    }

    func backward(_ pass: Pass, stage: Int) {
        if let bias, learnsBias {
            for channel in 0..<geometry.outputChannels {
                pass.gradients[bias + channel] += pass.operators.total(
                    pass.columns(output), pass.base(outputGradient) + pass.places(outputGradient)[channel])
            }
        }
        // Without a target for the input's gradient the flags are never read.
        pass.operators.depthwiseBackward(
            geometry.inputChannels, pass.images, geometry.inputHeight, geometry.inputWidth, geometry.outputHeight,
            geometry.outputWidth, geometry.stride, 1 - geometry.paddingTop, 1 - geometry.paddingLeft,
            pass.base(input), pass.places(input), pass.weights + weight, kernelCount, pass.base(outputGradient),
            pass.places(outputGradient), inputGradient.map { pass.base($0.rows) },
            pass.places(inputGradient?.rows ?? input),
            inputGradient?.accumulates
                ?? UnsafePointer(UnsafeRawPointer(pass.places(input)).assumingMemoryBound(to: Bool.self)),
            isLearnable ? pass.gradients + weight : nil, leftEdge, rightEdge, pass.scratch)
    }
}
