/// The rows of a layer that stay, over the channels that stay: what went is in the biases and in its equals' kernels.
struct PrunedRows {
    /// Rows × channels × taps.
    private(set) var weights: [Float] = []
    private(set) var biases: [Float] = []

    /// - Parameters:
    ///   - inputs: What the channels of the layer's input hold.
    ///   - outputs: What those of its result hold.
    init(
        _ layer: MixingLayer, inputs: [ChannelValue], keptInputs: [Int], outputs: [ChannelValue], keptOutputs: [Int]
    ) {
        let targets = Targets(inputs, kept: keptInputs)
        weights.reserveCapacity(keptOutputs.count * keptInputs.count * layer.taps)
        for row in keptOutputs {
            if case .constant(let number) = outputs[row] {
                weights += [Float](repeating: 0, count: keptInputs.count * layer.taps)
                biases.append(number)
            } else {
                add(row, of: layer, inputs, keptInputs, targets)
            }
        }
    }

    private mutating func add(
        _ row: Int, of layer: MixingLayer, _ inputs: [ChannelValue], _ kept: [Int], _ targets: Targets
    ) {
        var sums = kept.flatMap { layer.kernel(row, $0).map { Double(layer.weights[$0]) } }
        var bias = layer.bias(row)
        for channel in targets.gone {
            let kernel = layer.kernel(row, channel)
            if layer.isZero(kernel) { continue }
            var (target, factor) = (Int?.none, 1.0)
            switch inputs[channel] {
            case .constant(let number):
                if layer.keepsConstants(kernel) {
                    bias += Double(number) * layer.sum(kernel)
                } else if let carrier = targets.carrier {
                    (target, factor) = (carrier.place, Double(number) / Double(carrier.number))
                }
            case .map(let number): target = targets.places[number]
            }
            guard let target else { continue }
            for (tap, place) in kernel.enumerated() {
                sums[target * layer.taps + tap] += factor * Double(layer.weights[place])
            }
        }
        weights += sums.map(Float.init)
        biases.append(Float(bias))
    }

    /// Where the kernels of channels that go are added.
    private struct Targets {
        /// Channels that go and are not zero.
        var gone: [Int] = []
        /// For each map, the place among the channels that stay of the first one that holds it.
        var places: [Int: Int] = [:]
        /// The largest constant among the channels that stay.
        var carrier: (place: Int, number: Float)?

        init(_ inputs: [ChannelValue], kept: [Int]) {
            let isKept = Set(kept)
            gone = inputs.indices.filter { !isKept.contains($0) && inputs[$0] != .constant(0) }
            for (place, channel) in kept.enumerated() {
                switch inputs[channel] {
                case .map(let number): if places[number] == nil { places[number] = place }
                case .constant(let number): if abs(number) > abs(carrier?.number ?? 0) { carrier = (place, number) }
                }
            }
        }
    }
}
