/// The sum of two inputs.
struct AdditionLayer: Layer {
    let name: String
    let inputs: [Rows]
    let output: Rows
    let outputGradient: Rows
    let inputGradients: [GradientTarget?]

    func touched(isForward: Bool) -> [Rows] {
        isForward ? inputs + [output] : [outputGradient] + inputGradients.compactMap { $0?.rows }
    }

    func forward(_ pass: Pass, stage: Int) {
        for channel in 0..<output.count {
            let target = pass.base(output) + pass.places(output)[channel]
            for (index, input) in inputs.enumerated() {
                pass.operators.scale(
                    pass.columns(output), 1, pass.base(input) + pass.places(input)[channel], index > 0, target)
            }
        }
    }

    func backward(_ pass: Pass, stage: Int) {
        for case let target? in inputGradients {
            for channel in 0..<output.count {
                pass.operators.scale(
                    pass.columns(output), 1, pass.base(outputGradient) + pass.places(outputGradient)[channel],
                    target.accumulates[channel], pass.base(target.rows) + pass.places(target.rows)[channel])
            }
        }
    }
}

/// The product of two inputs of one shape, or of an input and one factor a channel and image.
struct MultiplicationLayer: Layer {
    let name: String
    let first: Rows
    let second: Rows
    let output: Rows
    let outputGradient: Rows
    let firstGradient: GradientTarget?
    let secondGradient: GradientTarget?

    private var scalesChannels: Bool { second.plane != first.plane }

    func touched(isForward: Bool) -> [Rows] {
        isForward
            ? [first, second, output]
            : [first, second, outputGradient] + [firstGradient, secondGradient].compactMap { $0?.rows }
    }

    func forward(_ pass: Pass, stage: Int) {
        for channel in 0..<output.count {
            let a = pass.base(first) + pass.places(first)[channel]
            let b = pass.base(second) + pass.places(second)[channel]
            let target = pass.base(output) + pass.places(output)[channel]
            if scalesChannels {
                for image in 0..<pass.images {
                    let shift = image * first.plane
                    pass.operators.scale(first.plane, b[image], a + shift, false, target + shift)
                }
            } else {
                pass.operators.multiply(pass.columns(first), a, b, false, target)
            }
        }
    }

    func backward(_ pass: Pass, stage: Int) {
        for channel in 0..<output.count {
            let a = pass.base(first) + pass.places(first)[channel]
            let b = pass.base(second) + pass.places(second)[channel]
            let upstream = pass.base(outputGradient) + pass.places(outputGradient)[channel]
            if let secondGradient {
                let target = pass.base(secondGradient.rows) + pass.places(secondGradient.rows)[channel]
                let adds = secondGradient.accumulates[channel]
                if scalesChannels {
                    for image in 0..<pass.images {
                        let shift = image * first.plane
                        let product = pass.operators.dot(first.plane, upstream + shift, a + shift)
                        target[image] = product + (adds ? target[image] : 0)
                    }
                } else {
                    pass.operators.multiply(pass.columns(first), upstream, a, adds, target)
                }
            }
            if let firstGradient {
                let target = pass.base(firstGradient.rows) + pass.places(firstGradient.rows)[channel]
                let adds = firstGradient.accumulates[channel]
                if scalesChannels {
                    for image in 0..<pass.images {
                        let shift = image * first.plane
                        pass.operators.scale(first.plane, b[image], upstream + shift, adds, target + shift)
                    }
                } else {
                    pass.operators.multiply(pass.columns(first), upstream, b, adds, target)
                }
            }
        }
    }
}

/// scale·x + shift, one value a channel, both trained like any other parameter.
struct AffineLayer: Layer {
    let name: String
    let input: Rows
    let output: Rows
    let scale: Int
    let shift: Int
    let learnsScale: Bool
    let learnsShift: Bool
    let outputGradient: Rows
    let inputGradient: GradientTarget?

    func touched(isForward: Bool) -> [Rows] {
        isForward ? [input, output] : [input, outputGradient] + (inputGradient.map { [$0.rows] } ?? [])
    }

    func forward(_ pass: Pass, stage: Int) {
        pass.operators.affine(
            input.count, pass.columns(input), pass.base(input), pass.places(input), pass.weights + scale,
            pass.weights + shift, false, pass.base(output), pass.places(output))
    }

    func backward(_ pass: Pass, stage: Int) {
        let columns = pass.columns(input)
        for channel in 0..<input.count {
            let upstream = pass.base(outputGradient) + pass.places(outputGradient)[channel]
            if learnsScale {
                pass.gradients[scale + channel] += pass.operators.dot(
                    columns, upstream, pass.base(input) + pass.places(input)[channel])
            }
            if learnsShift { pass.gradients[shift + channel] += pass.operators.total(columns, upstream) }
            if let inputGradient {
                pass.operators.scale(
                    columns, pass.weights[scale + channel], upstream, inputGradient.accumulates[channel],
                    pass.base(inputGradient.rows) + pass.places(inputGradient.rows)[channel])
            }
        }
    }
}
