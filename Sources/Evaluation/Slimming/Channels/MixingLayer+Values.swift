extension MixingLayer {
    /// What a row gives, for inputs of these classes.
    func value(ofRow row: Int, _ classes: InputClasses, _ table: inout ValueTable) -> ChannelValue {
        var sum = RowSum(self, row: row)
        for constant in classes.constants { sum.add(constant.channel, constant.number) }
        for map in classes.maps { sum.add(map.channels, map.number, table.range(of: .map(map.number))) }
        return sum.value(&table)
    }

    /// The kernels of several channels of one map, added.
    func merged(_ row: Int, _ channels: [Int]) -> [Float] {
        guard channels.count > 1 else { return Array(weights[kernel(row, channels[0])]) }
        var sums = [Double](repeating: 0, count: taps)
        for channel in channels {
            for (tap, place) in kernel(row, channel).enumerated() { sums[tap] += Double(weights[place]) }
        }
        return sums.map(Float.init)
    }
}

/// What a row of a layer adds up, channel by channel.
private struct RowSum {
    private let layer: MixingLayer
    private let row: Int
    private var bias: Double
    private var fingerprint: Fingerprint
    private var range = ValueRange(0)
    private var terms = 0
    /// The map that a kernel of a single 1 hands on.
    private var passed: Int?

    init(_ layer: MixingLayer, row: Int) {
        self.layer = layer
        self.row = row
        bias = layer.bias(row)
        fingerprint = Fingerprint(layer.stamp)
    }

    mutating func add(_ channel: Int, _ constant: Float) {
        let kernel = layer.kernel(row, channel)
        if layer.keepsConstants(kernel) {
            bias += Double(constant) * layer.sum(kernel)
        } else {
            fingerprint.mix(1)
            fingerprint.mix(constant)
            add(layer.weights[kernel], ValueRange(constant))
        }
    }

    mutating func add(_ channels: [Int], _ number: Int, _ own: ValueRange) {
        if channels.count == 1 {
            let kernel = layer.kernel(row, channels[0])
            if !layer.isZero(kernel) { add(map: number, layer.weights[kernel], own) }
        } else {
            let kernel = layer.merged(row, channels)[...]
            if kernel.contains(where: { $0 != 0 }) { add(map: number, kernel, own) }
        }
    }

    private mutating func add(map number: Int, _ kernel: ArraySlice<Float>, _ own: ValueRange) {
        fingerprint.mix(2)
        fingerprint.mix(number)
        if let tap = layer.reach.identityTap, kernel[kernel.startIndex + tap] == 1,
            kernel.count(where: { $0 != 0 }) == 1
        {
            passed = number
        }
        add(kernel, own)
    }

    private mutating func add(_ kernel: ArraySlice<Float>, _ own: ValueRange) {
        terms += 1
        let bounds = layer.reach.isUnpadded ? own : own.withZero
        for weight in kernel {
            fingerprint.mix(weight)
            range = range + bounds.scaled(by: Double(weight))
        }
    }

    func value(_ table: inout ValueTable) -> ChannelValue {
        let constant = Float(bias)
        if terms == 0 { return .constant(constant) }
        if terms == 1, constant == 0, let passed { return .map(passed) }
        var whole = fingerprint
        whole.mix(constant)
        return table.value(of: whole, range + ValueRange(constant))
    }
}
