import Engine
import OperatorDispatch

/// The mean of each channel.
struct GlobalPoolLayer: UnaryLayer {
    let name: String
    let ports: UnaryPorts

    var backwardReadsInput: Bool { false }

    func forward(_ pass: Pass, stage: Int) {
        for channel in 0..<input.count {
            for image in 0..<pass.images {
                let source = pass.row(input, channel, image: image)
                pass.row(output, channel)[image] =
                    pass.operators.total(count: input.plane, a: source) / Float(input.plane)
            }
        }
    }

    func backward(_ pass: Pass, stage: Int) {
        guard let inputGradient else { return }
        for channel in 0..<input.count {
            for image in 0..<pass.images {
                let share =
                    pass.row(outputGradient, channel)[image] / Float(input.plane)
                let target =
                    pass.row(inputGradient.rows, channel, image: image)
                if inputGradient.accumulates[channel] {
                    for p in 0..<input.plane { target[p] += share }
                } else {
                    target.update(repeating: share, count: input.plane)
                }
            }
        }
    }
}

/// The largest or the mean number under a window. Of equal largest ones the first gets the gradient, as in PyTorch.
struct WindowPoolLayer: UnaryLayer {
    let name: String
    let ports: UnaryPorts
    let geometry: ConvolutionGeometry
    let kind: Pool.Kind

    var backwardReadsInput: Bool { true }

    func forward(_ pass: Pass, stage: Int) {
        for channel in 0..<input.count {
            for image in 0..<pass.images {
                let source = pass.row(input, channel, image: image)
                let target = pass.row(output, channel, image: image)
                forEachWindow { place, rows, columns in
                    if isMean {
                        var sum: Float = 0
                        for y in rows { for x in columns { sum += source[y * geometry.inputWidth + x] } }
                        target[place] = sum / divisor(rows, columns)
                    } else {
                        target[place] = source[largest(source, rows, columns)]
                    }
                }
            }
        }
    }

    func backward(_ pass: Pass, stage: Int) {
        guard let inputGradient else { return }
        for channel in 0..<input.count {
            for image in 0..<pass.images {
                let source = pass.row(input, channel, image: image)
                let upstream = pass.row(outputGradient, channel, image: image)
                let target =
                    pass.row(inputGradient.rows, channel, image: image)
                if !inputGradient.accumulates[channel] { target.update(repeating: 0, count: input.plane) }
                forEachWindow { place, rows, columns in
                    if isMean {
                        let share = upstream[place] / divisor(rows, columns)
                        for y in rows { for x in columns { target[y * geometry.inputWidth + x] += share } }
                    } else {
                        target[largest(source, rows, columns)] += upstream[place]
                    }
                }
            }
        }
    }

    private var isMean: Bool { if case .average = kind { true } else { false } }

    private func divisor(_ rows: Range<Int>, _ columns: Range<Int>) -> Float {
        if case .average(countsPadding: true) = kind { return Float(geometry.kernelHeight * geometry.kernelWidth) }
        return Float(max(1, rows.count * columns.count))
    }

    private func largest(_ source: UnsafePointer<Float>, _ rows: Range<Int>, _ columns: Range<Int>) -> Int {
        var best = rows.lowerBound * geometry.inputWidth + columns.lowerBound
        for y in rows {
            for x in columns {
                let place = y * geometry.inputWidth + x
                if source[place] > source[best] || source[place].isNaN { best = place }
            }
        }
        return best
    }

    private func forEachWindow(_ body: (_ place: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Void) {
        for y in 0..<geometry.outputHeight {
            let top = y * geometry.stride - geometry.paddingTop
            let rows = max(0, top)..<min(geometry.inputHeight, top + geometry.kernelHeight)
            for x in 0..<geometry.outputWidth {
                let left = x * geometry.stride - geometry.paddingLeft
                body(
                    y * geometry.outputWidth + x, rows,
                    max(0, left)..<min(geometry.inputWidth, left + geometry.kernelWidth))
            }
        }
    }
}
