/// Drops each number with a probability and scales the others up; the same numbers for the same seed, whatever thread.
struct DropoutLayer: UnaryLayer {
    let name: String
    let ports: UnaryPorts
    let rate: Double
    let node: Int

    var backwardReadsInput: Bool { false }

    func forward(_ pass: Pass, stage: Int) {
        for channel in 0..<input.count {
            let source = pass.row(input, channel)
            let target = pass.row(output, channel)
            for p in 0..<pass.columns(input) { target[p] = source[p] * factor(pass, channel, p) }
        }
    }

    func backward(_ pass: Pass, stage: Int) {
        guard let inputGradient else { return }
        for channel in 0..<input.count {
            let upstream = pass.row(outputGradient, channel)
            let target = pass.row(inputGradient.rows, channel)
            for p in 0..<pass.columns(input) {
                target[p] =
                    upstream[p] * factor(pass, channel, p) + (inputGradient.accumulates[channel] ? target[p] : 0)
            }
        }
    }

    /// SplitMix64 of the step, the layer and the number's place in the batch.
    private func factor(_ pass: Pass, _ channel: Int, _ p: Int) -> Float {
        guard case .training(let seed) = pass.purpose else { return 1 }
        let image = pass.shardStart + pass.firstImage
        let place = (image * input.plane + p) * input.count + channel
        var z = seed &+ UInt64(node) &* 0xD1B5_4A32_D192_ED03 &+ UInt64(place) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Double(z >> 11) * 0x1p-53 < rate ? 0 : Float(1 / (1 - rate))
    }
}
