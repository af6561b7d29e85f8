import TrainingOperatorInterface

/// Batch normalisation with the statistics of the batch: γ·(x − μ)/√(σ² + ε) + β.
///
/// σ² is the biased variance over images and pixels; the running variance takes the unbiased one. A ReLU before it (its
/// input is the convolution's rectified result) and one behind it are part of the layer.
struct NormalizationLayer: UnaryLayer {
    let name: String
    let ports: UnaryPorts
    let weight: Int
    let bias: Int
    let runningMean: Int
    let runningVariance: Int
    let epsilon: Float
    /// The share of the batch's statistics in the new running ones (PyTorch's `momentum`).
    let momentum: Double
    let learnsWeight: Bool
    let learnsBias: Bool
    let inputIsRectified: Bool
    let outputIsRectified: Bool
    /// Whether those who read the result compute it themselves, from the input.
    let isPending: Bool
    /// 6·C numbers: scale, shift, mean; then a, b, c of the backward pass.
    let factors: Int
    /// 2·C numbers of each shard.
    let statistics: Int

    var channels: Int { input.count }
    var forwardStages: Int { 2 }
    var backwardStages: Int { 2 }

    var backwardReadsInput: Bool { true }
    var backwardReadsOutput: Bool { outputIsRectified }

    func forward(_ pass: Pass, stage: Int) {
        if stage == 0 {
            guard pass.purpose.isTraining else { return }
            let means = pass.statistics + statistics
            if pass.firstImage == 0 { means.update(repeating: 0, count: 2 * channels) }
            pass.operators.mergeMoments(
                MomentsCall(
                    channels: channels, columns: pass.columns(input), before: pass.firstImage * input.plane,
                    input: pass.source(input), means: means, squares: means + channels))
        } else if !isPending {
            pass.operators.affine(
                AffineCall(
                    channels: channels, columns: pass.columns(input), input: pass.source(input),
                    scale: pass.factors + factors, shift: pass.factors + (factors + channels),
                    isRectified: outputIsRectified, output: pass.target(output)))
        }
    }

    func finishForward(_ barrier: Barrier) {
        for channel in 0..<channels {
            var (mean, variance) = (
                Double(barrier.weights[runningMean + channel]), Double(barrier.weights[runningVariance + channel])
            )
            if barrier.isTraining {
                let (batchMean, squares, count) = merged(barrier, channel)
                let unbiased = count > 1 ? squares / (count - 1) : squares
                barrier.weights[runningMean + channel] = Float((1 - momentum) * mean + momentum * batchMean)
                barrier.weights[runningVariance + channel] = Float((1 - momentum) * variance + momentum * unbiased)
                (mean, variance) = (batchMean, squares / count)
            }
            let scale = Double(barrier.weights[weight + channel]) / (variance + Double(epsilon)).squareRoot()
            let place = barrier.factors + (factors + channel)
            place[0] = Float(scale)
            place[channels] = Float(Double(barrier.weights[bias + channel]) - mean * scale)
            place[2 * channels] = Float(mean)
            // Kept for the backward pass, where it is replaced by its first factor.
            place[3 * channels] = Float(1 / (variance + Double(epsilon)).squareRoot())
        }
    }

    /// Mean, sum of squared deviations and count over all shards, merged in their order.
    private func merged(_ barrier: Barrier, _ channel: Int) -> (mean: Double, squares: Double, count: Double) {
        var (mean, squares, count) = (0.0, 0.0, 0.0)
        for shard in barrier.shards {
            let added = Double(shard.images * input.plane)
            let delta = shard.statistics[statistics + channel] - mean
            let total = count + added
            mean += delta * added / total
            squares += shard.statistics[statistics + channels + channel] + delta * delta * count * added / total
            count = total
        }
        return (mean, squares, count)
    }

    func backward(_ pass: Pass, stage: Int) {
        let places = pass.factors + factors
        if stage == 0 {
            let sums = pass.statistics + statistics
            if pass.firstImage == 0 { sums.update(repeating: 0, count: 2 * channels) }
            pass.operators.reduceGradients(
                GradientSumsCall(
                    channels: channels, columns: pass.columns(input), gradient: pass.target(outputGradient),
                    input: pass.source(input), means: places + 2 * channels,
                    output: outputIsRectified ? pass.source(output) : nil, sums: sums, products: sums + channels))
        } else if let inputGradient {
            pass.operators.normalizationBackward(
                NormalizationBackwardCall(
                    channels: channels, columns: pass.columns(input), gradient: pass.source(outputGradient),
                    input: pass.source(input),
                    factors: NormalizationFactors(
                        means: places + 2 * channels, a: places + 3 * channels, b: places + 4 * channels,
                        c: places + 5 * channels),
                    isRectified: inputIsRectified, inputGradient: pass.target(inputGradient)))
        }
    }

    /// dx = γ/σ · (g − mean(g) − x̂ · mean(g·x̂)), written as a·g + b·(x − μ) + c.
    func finishBackward(_ barrier: Barrier) {
        let count = Double(barrier.shards.reduce(0) { $0 + $1.images } * input.plane)
        for channel in 0..<channels {
            var (sum, product) = (0.0, 0.0)
            for shard in barrier.shards {
                sum += shard.statistics[statistics + channel]
                product += shard.statistics[statistics + channels + channel]
            }
            let place = barrier.factors + (factors + channel)
            let inverse = Double(place[3 * channels])
            if learnsWeight { barrier.gradients[weight + channel] += Float(product * inverse) }
            if learnsBias { barrier.gradients[bias + channel] += Float(sum) }
            let scale = Double(barrier.weights[weight + channel]) * inverse
            let slope = -scale * inverse * inverse * product / count
            place[3 * channels] = Float(scale)
            place[4 * channels] = Float(slope)
            place[5 * channels] = Float(-scale * sum / count)
        }
    }
}
