import OperatorDispatch
import TrainingOperatorInterface
import TrainingOperatorsBaseline

/// A convolution as a matrix product: 1×1 ones directly, others over unfolded images, group after group.
struct ConvolutionLayer: UnaryLayer {
    let name: String
    let ports: UnaryPorts
    let geometry: ConvolutionGeometry
    /// What a 1×1 convolution takes into its weights and biases.
    let pending: PendingFactors?
    /// A ReLU behind the convolution is computed with it.
    let isRectified: Bool
    let weight: Int
    let bias: Int?
    /// Where the packed weights of all groups begin; the transposed ones follow.
    let packedForward: Int
    let packedBackward: Int
    /// With pending factors: where the biases lie that include their shifts, and each shard's sums of the gradient's rows.
    let foldedBias: Int
    let upstreamSums: Int
    let isLearnable: Bool
    let learnsBias: Bool
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

    var backwardReadsInput: Bool { true }

    func prepare(_ preparation: Preparation) {
        let (weights, packed, operators) = (preparation.weights, preparation.packed, preparation.operators)
        pending?.gather(preparation.factors)
        if let pending { foldShifts(pending.shifts(preparation.factors), preparation) }
        for group in 0..<geometry.groups {
            let matrix = weights + (weight + group * rowsPerGroup * depth)
            operators.packTiles(
                PackTilesCall(
                    matrix, rows: rowsPerGroup, depth: depth, tile: Self.tile(rows: rowsPerGroup),
                    isTransposed: false, factors: pending.map { $0.scales(preparation.factors) },
                    packed: packed + (packedForward + group * Self.packedCount(rows: rowsPerGroup, depth: depth))))
            guard inputGradient != nil else { continue }
            operators.packTiles(
                PackTilesCall(
                    matrix, rows: depth, depth: rowsPerGroup, tile: Self.tile(rows: depth), isTransposed: true,
                    factors: nil,
                    packed: packed + (packedBackward + group * Self.packedCount(rows: depth, depth: rowsPerGroup))))
        }
    }

    /// bias + W · shift, one number an output.
    private func foldShifts(_ shifts: UnsafePointer<Float>, _ preparation: Preparation) {
        for row in 0..<rowsPerGroup {
            var sum = bias.map { Double(preparation.weights[$0 + row]) } ?? 0
            let matrix = preparation.weights + (weight + row * depth)
            for k in 0..<depth { sum += Double(matrix[k]) * Double(shifts[k]) }
            preparation.packed[foldedBias + row] = Float(sum)
        }
    }

    func forward(_ pass: Pass, stage: Int) {
        if geometry.isPointwise {
            return product(
                pass, pass.source(input), to: pass.target(output), group: 0, columns: pass.columns(input))
        }
        for group in 0..<geometry.groups {
            for image in 0..<pass.images {
                unfold(pass, group, image)
                if depth <= Self.widestDepth {
                    wideProduct(pass, group, image)
                } else {
                    product(
                        pass, unfolded(pass), to: pass.target(output).dropping(pixels: image * output.plane),
                        group: group, columns: output.plane)
                }
            }
        }
    }

    /// Sums up to this length, a stem's, are formed in 64 bits: they cost little there and keep ReLUs from flipping.
    private static let widestDepth = 64

    private func wideProduct(_ pass: Pass, _ group: Int, _ image: Int) {
        pass.operators.wideProduct(
            WideProductCall(
                size: ProductSize(rows: rowsPerGroup, depth: depth, columns: output.plane),
                matrix: pass.weights + (weight + group * rowsPerGroup * depth), input: unfolded(pass),
                output: pass.target(output).dropping(pixels: image * output.plane, rows: group * rowsPerGroup),
                bias: bias.map { pass.weights + ($0 + group * rowsPerGroup) }, isRectified: isRectified))
    }

    /// The rows of an unfolded image.
    private func unfolded(_ pass: Pass) -> SourceRows { SourceRows(pass.scratch, pass.places(unfoldedRows)) }

    private var unfolding: UnfoldingGeometry {
        UnfoldingGeometry(
            channels: inputsPerGroup, input: PlaneSize(height: geometry.inputHeight, width: geometry.inputWidth),
            output: PlaneSize(height: geometry.outputHeight, width: geometry.outputWidth),
            kernel: PlaneSize(height: geometry.kernelHeight, width: geometry.kernelWidth), stride: geometry.stride,
            top: geometry.paddingTop, left: geometry.paddingLeft, pitch: unfoldedPitch)
    }

    private func unfold(_ pass: Pass, _ group: Int, _ image: Int) {
        let source = pass.source(input).dropping(pixels: image * input.plane, rows: group * inputsPerGroup)
        pass.operators.unfold(UnfoldCall(unfolding, input: source, unfolded: pass.scratch))
    }

    private func product(_ pass: Pass, _ source: SourceRows, to target: TargetRows, group: Int, columns: Int) {
        pass.operators.matrixProduct(
            MatrixProductCall(
                size: ProductSize(rows: rowsPerGroup, depth: depth, columns: columns),
                tile: Self.tile(rows: rowsPerGroup),
                packed: pass.packed + (packedForward + group * Self.packedCount(rows: rowsPerGroup, depth: depth)),
                input: source, output: target.dropping(rows: group * rowsPerGroup),
                bias: pending == nil
                    ? bias.map { pass.weights + ($0 + group * rowsPerGroup) }
                    : UnsafePointer(pass.packed + foldedBias),
                isRectified: isRectified))
    }

    func backward(_ pass: Pass, stage: Int) {
        let upstream = pass.base(outputGradient)
        if let bias, learnsBias {
            for channel in 0..<geometry.outputChannels {
                pass.gradients[bias + channel] += pass.operators.total(
                    count: pass.columns(output), a: upstream + pass.places(outputGradient)[channel])
            }
        }
        if geometry.isPointwise { return backwardPointwise(pass) }
        for group in 0..<geometry.groups {
            for image in 0..<pass.images { backward(pass, group, image) }
        }
    }

    private func backwardPointwise(_ pass: Pass) {
        if isLearnable {
            if pending != nil { addUpstream(pass) }
            pass.operators.gradientProduct(
                GradientProductCall(
                    size: ProductSize(rows: rowsPerGroup, depth: depth, columns: pass.columns(output)),
                    left: pass.source(outputGradient), right: pass.source(input), gradient: pass.gradients + weight,
                    pitch: depth, scratch: pass.scratch))
        }
        guard let inputGradient else { return }
        pass.operators.matrixProduct(
            MatrixProductCall(
                size: ProductSize(rows: depth, depth: rowsPerGroup, columns: pass.columns(output)),
                tile: Self.tile(rows: depth), packed: pass.packed + packedBackward,
                input: pass.source(outputGradient), output: pass.target(inputGradient.rows),
                accumulates: inputGradient.accumulates))
    }

    private func addUpstream(_ pass: Pass) {
        let sums = pass.statistics + upstreamSums
        if pass.firstImage == 0 { sums.update(repeating: 0, count: rowsPerGroup) }
        for channel in 0..<rowsPerGroup {
            sums[channel] += Double(
                pass.operators.total(count: pass.columns(output), a: pass.row(outputGradient, channel)))
        }
    }

    /// Σ g · (scale·x + shift) of the sums Σ g · x and Σ g.
    func finishGradients(_ barrier: Barrier) {
        guard let pending, isLearnable else { return }
        let (scales, shifts) = (pending.scales(barrier.factors), pending.shifts(barrier.factors))
        for row in 0..<rowsPerGroup {
            let upstream = Float(barrier.shards.reduce(0) { $0 + $1.statistics[upstreamSums + row] })
            let gradient = barrier.gradients + (weight + row * depth)
            for k in 0..<depth { gradient[k] = scales[k] * gradient[k] + shifts[k] * upstream }
        }
    }

    private func backward(_ pass: Pass, _ group: Int, _ image: Int) {
        let upstream = pass.source(outputGradient).dropping(pixels: image * output.plane, rows: group * rowsPerGroup)
        if isLearnable {
            unfold(pass, group, image)
            pass.operators.gradientProduct(
                GradientProductCall(
                    size: ProductSize(rows: rowsPerGroup, depth: depth, columns: output.plane), left: upstream,
                    right: unfolded(pass), gradient: pass.gradients + (weight + group * rowsPerGroup * depth),
                    pitch: depth, scratch: pass.scratch + unfoldedCount))
        }
        guard let inputGradient else { return }
        pass.operators.matrixProduct(
            MatrixProductCall(
                size: ProductSize(rows: depth, depth: rowsPerGroup, columns: output.plane),
                tile: Self.tile(rows: depth),
                packed: pass.packed + (packedBackward + group * Self.packedCount(rows: depth, depth: rowsPerGroup)),
                input: upstream, output: TargetRows(pass.scratch, pass.places(unfoldedRows))))
        let target = pass.target(inputGradient.rows).dropping(pixels: image * input.plane, rows: group * inputsPerGroup)
        for channel in 0..<inputsPerGroup where !inputGradient.accumulates[group * inputsPerGroup + channel] {
            (target.base + target.places[channel]).update(repeating: 0, count: input.plane)
        }
        pass.operators.fold(FoldCall(unfolding, unfolded: pass.scratch, output: target))
    }
}
