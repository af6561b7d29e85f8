import OperatorDispatch
import TrainingOperatorInterface
import TrainingOperatorsBaseline

/// A depthwise 3×3 convolution, its kernels repeating where they are shared.
struct DepthwiseLayer: UnaryLayer, @unchecked Sendable {
    // Sendable: the edges belong to a PlanMemory that outlives them.
    let name: String
    let ports: UnaryPorts
    let geometry: ConvolutionGeometry
    let kernelCount: Int
    /// Applied as the input is loaded.
    let pending: PendingFactors?
    let isRectified: Bool
    let weight: Int
    let bias: Int?
    let isLearnable: Bool
    let learnsBias: Bool
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

    var backwardReadsInput: Bool { true }

    func prepare(_ preparation: Preparation) { pending?.gather(preparation.factors) }

    func forward(_ pass: Pass, stage: Int) {
        pass.operators.depthwise(
            DepthwiseCall(
                source(pass), bias: bias.map { pass.weights + $0 }, output: pass.target(output),
                isRectified: isRectified))
    }

    /// What both directions read.
    private func source(_ pass: Pass) -> DepthwiseSource {
        DepthwiseSource(
            DepthwiseGeometry(
                channels: geometry.inputChannels, images: pass.images,
                input: PlaneSize(height: geometry.inputHeight, width: geometry.inputWidth),
                output: PlaneSize(height: geometry.outputHeight, width: geometry.outputWidth), stride: geometry.stride,
                offsetY: 1 - geometry.paddingTop, offsetX: 1 - geometry.paddingLeft),
            input: pass.source(input), scales: pending?.scales(pass.factors), shifts: pending?.shifts(pass.factors),
            kernels: DepthwiseKernels(pass.weights + weight, count: kernelCount), leftEdge: leftEdge,
            rightEdge: rightEdge, scratch: pass.scratch)
    }

    func backward(_ pass: Pass, stage: Int) {
        if let bias, learnsBias {
            for channel in 0..<geometry.outputChannels {
                pass.gradients[bias + channel] += pass.operators.total(
                    count: pass.columns(output), a: pass.row(outputGradient, channel))
            }
        }
        pass.operators.depthwiseBackward(
            DepthwiseBackwardCall(
                source(pass), outputGradient: pass.source(outputGradient),
                inputGradient: inputGradient.map { pass.target($0) },
                kernelGradient: isLearnable ? pass.gradients + weight : nil))
    }
}
