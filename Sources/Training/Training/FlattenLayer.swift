/// Pixels become channels, channel after channel: what a linear layer on an unpooled result reads.
struct FlattenLayer: UnaryLayer {
    let name: String
    let ports: UnaryPorts

    var backwardReadsInput: Bool { false }

    func forward(_ pass: Pass, stage: Int) {
        for row in 0..<output.count {
            let source = pass.base(input) + (pass.places(input)[row / input.plane] + row % input.plane)
            let target = pass.row(output, row)
            for image in 0..<pass.images { target[image] = source[image * input.plane] }
        }
    }

    func backward(_ pass: Pass, stage: Int) {
        guard let inputGradient else { return }
        for row in 0..<output.count {
            let channel = row / input.plane
            let target = pass.base(inputGradient.rows) + (pass.places(inputGradient.rows)[channel] + row % input.plane)
            let upstream = pass.row(outputGradient, row)
            for image in 0..<pass.images {
                target[image * input.plane] =
                    upstream[image] + (inputGradient.accumulates[channel] ? target[image * input.plane] : 0)
            }
        }
    }
}
