import EngineOperators
import TrainingOperators

/// A convolution as a matrix product: 1×1 ones directly, others over unfolded images, group after group.
struct ConvolutionLayer: Layer {
    let name: String
    let geometry: ConvolutionGeometry
    let input: Rows
    let output: Rows
    /// A ReLU behind the convolution is computed with it.
    let isRectified: Bool
    let weight: Int
    let bias: Int?
    /// Where the packed weights of all groups begin; the transposed ones follow.
    let packedForward: Int
    let packedBackward: Int
    let isLearnable: Bool
    let learnsBias: Bool
    let outputGradient: Rows
    let inputGradient: GradientTarget?
    /// 0, pitch, 2·pitch …: the rows of an unfolded image.
    let unfoldedRows: Rows

    static func tile(rows: Int) -> Int { (rows + 6) / 7 * 7 < (rows + 7) / 8 * 8 ? 7 : 8 }
    static func packedCount(rows: Int, depth: Int) -> Int {
        let tile = tile(rows: rows)
        return (rows + tile - 1) / tile * tile * depth
    }

    /// Outputs and inputs·area of one group.
    var rowsPerGroup: Int { geometry.outputChannels / geometry.groups }
    var inputsPerGroup: Int { geometry.inputChannels / geometry.groups }
    var depth: Int { inputsPerGroup * geometry.kernelHeight * geometry.kernelWidth }
    private var unfoldedPitch: Int { Self.unfoldedPitch(geometry) }
    static func unfoldedPitch(_ geometry: ConvolutionGeometry) -> Int {
        (geometry.outputHeight * geometry.outputWidth + 31) / 32 * 32 + 16
    }

    /// Numbers of scratch memory for one unfolded image of one group, and for the product of its gradients.
    var scratchCount: Int { unfoldedCount + gradientScratchCount(rows: rowsPerGroup, depth: depth) }
    private var unfoldedCount: Int { geometry.isPointwise ? 0 : depth * unfoldedPitch + 64 }

    func touched(isForward: Bool) -> [Rows] {
        isForward ? [input, output] : [input, outputGradient] + (inputGradient.map { [$0.rows] } ?? [])
    }

    func prepare(weights: UnsafePointer<Float>, packed: UnsafeMutablePointer<Float>, operators: OperatorTable) {
        for group in 0..<geometry.groups {
            let matrix = weights + (weight + group * rowsPerGroup * depth)
            operators.packTiles(
                matrix, rowsPerGroup, depth, Self.tile(rows: rowsPerGroup), false,
                packed + (packedForward + group * Self.packedCount(rows: rowsPerGroup, depth: depth)))
            guard inputGradient != nil else { continue }
            operators.packTiles(
                matrix, depth, rowsPerGroup, Self.tile(rows: depth), true,
                packed + (packedBackward + group * Self.packedCount(rows: depth, depth: rowsPerGroup)))
        }
    }

    func forward(_ pass: Pass, stage: Int) {
        if geometry.isPointwise {
            return product(pass, 0, pass.base(input), pass.places(input), 0, pass.columns(input))
        }
        for group in 0..<geometry.groups {
            for image in 0..<pass.images {
                unfold(pass, group, image)
                if depth <= Self.widestDepth {
                    wideProduct(pass, group, image)
                } else {
                    product(pass, group, pass.scratch, pass.places(unfoldedRows), image * output.plane, output.plane)
                }
            }
        }
    }

    /// Sums up to this length, a stem's, are formed in 64 bits: they cost little there and keep ReLUs from flipping.
    private static let widestDepth = 64

    private func wideProduct(_ pass: Pass, _ group: Int, _ image: Int) {
        pass.operators.wideProduct(
            rowsPerGroup, depth, output.plane, pass.weights + (weight + group * rowsPerGroup * depth), pass.scratch,
            pass.places(unfoldedRows), pass.base(output) + image * output.plane,
            pass.places(output) + group * rowsPerGroup,
            bias.map { pass.weights + ($0 + group * rowsPerGroup) }, isRectified)
    }

    private func unfold(_ pass: Pass, _ group: Int, _ image: Int) {
        pass.operators.unfold(
            inputsPerGroup, geometry.inputHeight, geometry.inputWidth, geometry.outputHeight, geometry.outputWidth,
            geometry.kernelHeight, geometry.kernelWidth, geometry.stride, geometry.paddingTop, geometry.paddingLeft,
            pass.base(input) + image * input.plane, pass.places(input) + group * inputsPerGroup, pass.scratch,
            unfoldedPitch)
    }

    private func product(
        _ pass: Pass, _ group: Int, _ source: UnsafePointer<Float>, _ sourceRows: UnsafePointer<Int>, _ shift: Int,
        _ columns: Int
    ) {
        pass.operators.matrixProduct(
            Self.tile(rows: rowsPerGroup), rowsPerGroup, depth, columns,
            pass.packed + (packedForward + group * Self.packedCount(rows: rowsPerGroup, depth: depth)), source,
            sourceRows, pass.base(output) + shift, pass.places(output) + group * rowsPerGroup, nil,
            bias.map { pass.weights + ($0 + group * rowsPerGroup) }, isRectified)
    }

    func backward(_ pass: Pass, stage: Int) {
        let upstream = pass.base(outputGradient)
        if let bias, learnsBias {
            for channel in 0..<geometry.outputChannels {
                pass.gradients[bias + channel] += pass.operators.total(
                    pass.columns(output), upstream + pass.places(outputGradient)[channel])
            }
        }
        if geometry.isPointwise {
            if isLearnable {
                pass.operators.gradientProduct(
                    rowsPerGroup, depth, pass.columns(output), upstream, pass.places(outputGradient), pass.base(input),
                    pass.places(input), pass.gradients + weight, depth, pass.scratch)
            }
            if let inputGradient {
                pass.operators.matrixProduct(
                    Self.tile(rows: depth), depth, rowsPerGroup, pass.columns(output), pass.packed + packedBackward,
                    upstream, pass.places(outputGradient), pass.base(inputGradient.rows),
                    pass.places(inputGradient.rows),
                    inputGradient.accumulates, nil, false)
            }
            return
        }
        for group in 0..<geometry.groups {
            for image in 0..<pass.images { backward(pass, group, image) }
        }
    }

    private func backward(_ pass: Pass, _ group: Int, _ image: Int) {
        let upstream = pass.base(outputGradient) + image * output.plane
        let upstreamRows = pass.places(outputGradient) + group * rowsPerGroup
        if isLearnable {
            unfold(pass, group, image)
            pass.operators.gradientProduct(
                rowsPerGroup, depth, output.plane, upstream, upstreamRows, pass.scratch, pass.places(unfoldedRows),
                pass.gradients + (weight + group * rowsPerGroup * depth), depth, pass.scratch + unfoldedCount)
        }
        guard let inputGradient else { return }
        pass.operators.matrixProduct(
            Self.tile(rows: depth), depth, rowsPerGroup, output.plane,
            pass.packed + (packedBackward + group * Self.packedCount(rows: depth, depth: rowsPerGroup)), upstream,
            upstreamRows, pass.scratch, pass.places(unfoldedRows), nil, nil, false)
        let target = pass.base(inputGradient.rows) + image * input.plane
        let rows = pass.places(inputGradient.rows) + group * inputsPerGroup
        for channel in 0..<inputsPerGroup where !inputGradient.accumulates[group * inputsPerGroup + channel] {
            (target + rows[channel]).update(repeating: 0, count: input.plane)
        }
        pass.operators.fold(
            inputsPerGroup, geometry.inputHeight, geometry.inputWidth, geometry.outputHeight, geometry.outputWidth,
            geometry.kernelHeight, geometry.kernelWidth, geometry.stride, geometry.paddingTop, geometry.paddingLeft,
            pass.scratch, unfoldedPitch, target, rows)
    }
}
