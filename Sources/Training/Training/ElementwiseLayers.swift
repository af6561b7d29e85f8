import TrainingOperatorInterface

/// The sum of two inputs.
struct AdditionLayer: Layer {
    let name: String
    let ports: Ports

    private var inputs: [Rows] { ports.inputs }
    private var output: Rows { ports.output }

    func touched(_ direction: Direction) -> [Rows] {
        direction == .forward
            ? inputs + [output] : [ports.outputGradient] + ports.inputGradients.compactMap { $0?.rows }
    }

    func forward(_ pass: Pass, stage: Int) {
        for channel in 0..<output.count {
            let target = pass.row(output, channel)
            for (index, input) in inputs.enumerated() {
                pass.operators.scale(
                    count: pass.columns(output), factor: 1, input: pass.row(input, channel),
                    accumulates: index > 0, output: target)
            }
        }
    }

    func backward(_ pass: Pass, stage: Int) {
        for case let target? in ports.inputGradients {
            for channel in 0..<output.count {
                pass.operators.scale(
                    count: pass.columns(output), factor: 1, input: pass.row(ports.outputGradient, channel),
                    accumulates: target.accumulates[channel], output: pass.row(target.rows, channel))
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

    func touched(_ direction: Direction) -> [Rows] {
        direction == .forward
            ? [first, second, output]
            : [first, second, outputGradient] + [firstGradient, secondGradient].compactMap { $0?.rows }
    }

    func forward(_ pass: Pass, stage: Int) {
        for channel in 0..<output.count {
            let a = pass.row(first, channel)
            let b = pass.row(second, channel)
            let target = pass.row(output, channel)
            multiply(pass, a, by: b, accumulates: false, to: target)
        }
    }

    /// A channel of the first input's shape times one of the second's.
    private func multiply(
        _ pass: Pass, _ a: UnsafePointer<Float>, by b: UnsafePointer<Float>, accumulates: Bool,
        to target: UnsafeMutablePointer<Float>
    ) {
        guard scalesChannels else {
            return pass.operators.multiply(
                count: pass.columns(first), a: a, b: b, accumulates: accumulates, output: target)
        }
        for image in 0..<pass.images {
            let shift = image * first.plane
            pass.operators.scale(
                count: first.plane, factor: b[image], input: a + shift, accumulates: accumulates,
                output: target + shift)
        }
    }

    func backward(_ pass: Pass, stage: Int) {
        for channel in 0..<output.count {
            let a = pass.row(first, channel)
            let b = pass.row(second, channel)
            let upstream = pass.row(outputGradient, channel)
            if let secondGradient {
                let target = pass.row(secondGradient.rows, channel)
                let adds = secondGradient.accumulates[channel]
                if scalesChannels {
                    for image in 0..<pass.images {
                        let shift = image * first.plane
                        let product = pass.operators.dot(count: first.plane, a: upstream + shift, b: a + shift)
                        target[image] = product + (adds ? target[image] : 0)
                    }
                } else {
                    pass.operators.multiply(
                        count: pass.columns(first), a: upstream, b: a, accumulates: adds, output: target)
                }
            }
            if let firstGradient {
                multiply(
                    pass, upstream, by: b, accumulates: firstGradient.accumulates[channel],
                    to: pass.row(firstGradient.rows, channel))
            }
        }
    }
}

/// scale·x + shift, one value a channel, both trained like any other parameter.
struct AffineLayer: UnaryLayer {
    let name: String
    let ports: UnaryPorts
    let scale: Int
    let shift: Int
    let learnsScale: Bool
    let learnsShift: Bool

    var backwardReadsInput: Bool { true }

    func forward(_ pass: Pass, stage: Int) {
        pass.operators.affine(
            AffineCall(
                channels: input.count, columns: pass.columns(input), input: pass.source(input),
                scale: pass.weights + scale, shift: pass.weights + shift, isRectified: false,
                output: pass.target(output)))
    }

    func backward(_ pass: Pass, stage: Int) {
        let columns = pass.columns(input)
        for channel in 0..<input.count {
            let upstream = pass.row(outputGradient, channel)
            if learnsScale {
                pass.gradients[scale + channel] += pass.operators.dot(
                    count: columns, a: upstream, b: pass.row(input, channel))
            }
            if learnsShift { pass.gradients[shift + channel] += pass.operators.total(count: columns, a: upstream) }
            if let inputGradient {
                pass.operators.scale(
                    count: columns, factor: pass.weights[scale + channel], input: upstream,
                    accumulates: inputGradient.accumulates[channel],
                    output: pass.row(inputGradient.rows, channel))
            }
        }
    }
}
