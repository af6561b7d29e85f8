import EngineOperators

/// The mean of each channel.
struct GlobalPoolLayer: Layer {
    let name: String
    let input: Rows
    let output: Rows
    let outputGradient: Rows
    let inputGradient: GradientTarget?

    func touched(isForward: Bool) -> [Rows] {
        isForward ? [input, output] : [outputGradient] + (inputGradient.map { [$0.rows] } ?? [])
    }

    func forward(_ pass: Pass, stage: Int) {
        for channel in 0..<input.count {
            for image in 0..<pass.images {
                let source = pass.base(input) + (pass.places(input)[channel] + image * input.plane)
                pass.base(output)[pass.places(output)[channel] + image] =
                    pass.operators.total(input.plane, source) / Float(input.plane)
            }
        }
    }

    func backward(_ pass: Pass, stage: Int) {
        guard let inputGradient else { return }
        for channel in 0..<input.count {
            for image in 0..<pass.images {
                let share =
                    pass.base(outputGradient)[pass.places(outputGradient)[channel] + image] / Float(input.plane)
                let target =
                    pass.base(inputGradient.rows) + (pass.places(inputGradient.rows)[channel] + image * input.plane)
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
struct WindowPoolLayer: Layer {
    let name: String
    let geometry: ConvolutionGeometry
    /// nil for the maximum.
    let countsPadding: Bool?
    let input: Rows
    let output: Rows
    let outputGradient: Rows
    let inputGradient: GradientTarget?

    func touched(isForward: Bool) -> [Rows] {
        isForward ? [input, output] : [input, outputGradient] + (inputGradient.map { [$0.rows] } ?? [])
    }

    func forward(_ pass: Pass, stage: Int) {
        for channel in 0..<input.count {
            for image in 0..<pass.images {
                let source = pass.base(input) + (pass.places(input)[channel] + image * input.plane)
                let target = pass.base(output) + (pass.places(output)[channel] + image * output.plane)
                forEachWindow { place, rows, columns in
                    if countsPadding != nil {
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
                let source = pass.base(input) + (pass.places(input)[channel] + image * input.plane)
                let upstream = pass.base(outputGradient) + (pass.places(outputGradient)[channel] + image * output.plane)
                let target =
                    pass.base(inputGradient.rows) + (pass.places(inputGradient.rows)[channel] + image * input.plane)
                if !inputGradient.accumulates[channel] { target.update(repeating: 0, count: input.plane) }
                forEachWindow { place, rows, columns in
                    if countsPadding != nil {
                        let share = upstream[place] / divisor(rows, columns)
                        for y in rows { for x in columns { target[y * geometry.inputWidth + x] += share } }
                    } else {
                        target[largest(source, rows, columns)] += upstream[place]
                    }
                }
            }
        }
    }

    private func divisor(_ rows: Range<Int>, _ columns: Range<Int>) -> Float {
        Float(countsPadding == true ? geometry.kernelHeight * geometry.kernelWidth : max(1, rows.count * columns.count))
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

/// Pixels become channels, channel after channel: what a linear layer on an unpooled result reads.
struct FlattenLayer: Layer {
    let name: String
    let input: Rows
    let output: Rows
    let outputGradient: Rows
    let inputGradient: GradientTarget?

    func touched(isForward: Bool) -> [Rows] {
        isForward ? [input, output] : [outputGradient] + (inputGradient.map { [$0.rows] } ?? [])
    }

    func forward(_ pass: Pass, stage: Int) {
        for row in 0..<output.count {
            let source = pass.base(input) + (pass.places(input)[row / input.plane] + row % input.plane)
            let target = pass.base(output) + pass.places(output)[row]
            for image in 0..<pass.images { target[image] = source[image * input.plane] }
        }
    }

    func backward(_ pass: Pass, stage: Int) {
        guard let inputGradient else { return }
        for row in 0..<output.count {
            let channel = row / input.plane
            let target = pass.base(inputGradient.rows) + (pass.places(inputGradient.rows)[channel] + row % input.plane)
            let upstream = pass.base(outputGradient) + pass.places(outputGradient)[row]
            for image in 0..<pass.images {
                target[image * input.plane] =
                    upstream[image] + (inputGradient.accumulates[channel] ? target[image * input.plane] : 0)
            }
        }
    }
}

/// Drops each number with a probability and scales the others up; the same numbers for the same seed, whatever thread.
struct DropoutLayer: Layer {
    let name: String
    let rate: Double
    let node: Int
    let input: Rows
    let output: Rows
    let outputGradient: Rows
    let inputGradient: GradientTarget?

    func touched(isForward: Bool) -> [Rows] {
        isForward ? [input, output] : [outputGradient] + (inputGradient.map { [$0.rows] } ?? [])
    }

    func forward(_ pass: Pass, stage: Int) {
        for channel in 0..<input.count {
            let source = pass.base(input) + pass.places(input)[channel]
            let target = pass.base(output) + pass.places(output)[channel]
            for p in 0..<pass.columns(input) { target[p] = source[p] * factor(pass, channel, p) }
        }
    }

    func backward(_ pass: Pass, stage: Int) {
        guard let inputGradient else { return }
        for channel in 0..<input.count {
            let upstream = pass.base(outputGradient) + pass.places(outputGradient)[channel]
            let target = pass.base(inputGradient.rows) + pass.places(inputGradient.rows)[channel]
            for p in 0..<pass.columns(input) {
                target[p] =
                    upstream[p] * factor(pass, channel, p) + (inputGradient.accumulates[channel] ? target[p] : 0)
            }
        }
    }

    /// SplitMix64 of the step, the layer and the number's place in the batch.
    private func factor(_ pass: Pass, _ channel: Int, _ p: Int) -> Float {
        guard pass.isTraining else { return 1 }
        let image = pass.shardStart + pass.firstImage
        let place = (image * input.plane + p) * input.count + channel
        var z = pass.seed &+ UInt64(node) &* 0xD1B5_4A32_D192_ED03 &+ UInt64(place) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Double(z >> 11) * 0x1p-53 < rate ? 0 : Float(1 / (1 - rate))
    }
}
