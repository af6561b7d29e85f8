import OperatorInterface

/// The caller's image in bytes: round(number · (1/scale)) + zero.
struct QuantizeImageStep: IntegerStep {
    let output: ByteView

    var partCount: Int { output.height }

    func run(_ part: Int, _ context: IntegerContext) {
        let target = context.bytes(output) + part * output.width * output.stride
        let source = context.image + part * output.width
        quantize(source, plane: output.pixels, count: output.width, to: target, output)
    }
}

/// Channel-major floats in bytes.
struct QuantizeStep: IntegerStep {
    let input: FloatView
    let output: ByteView

    var partCount: Int { output.height }

    func run(_ part: Int, _ context: IntegerContext) {
        let target = context.bytes(output) + part * output.width * output.stride
        let source = UnsafePointer(context.floats(input)) + part * output.width
        quantize(source, plane: input.pixels, count: output.width, to: target, output)
    }
}

/// Pixels of all channels; what the stride leaves free is zero.
private func quantize(
    _ source: UnsafePointer<Float>, plane: Int, count: Int, to target: UnsafeMutablePointer<UInt8>, _ output: ByteView
) {
    let factor = 1 / output.scale.scale
    let zero = Float(output.scale.zero)
    for channel in 0..<output.channels {
        let numbers = source + channel &* plane
        var place = target + channel
        for pixel in 0..<count {
            place.pointee = quantizedByte(numbers[pixel] * factor, zero: zero)
            place += output.stride
        }
    }
    guard output.stride > output.channels else { return }
    for pixel in 0..<count {
        for channel in output.channels..<output.stride { target[pixel &* output.stride &+ channel] = output.scale.zero }
    }
}

/// Bytes as channel-major floats: Float(byte − zero) · scale.
struct DequantizeStep: IntegerStep {
    let input: ByteView
    let output: FloatView

    var partCount: Int { 1 }

    func run(_ part: Int, _ context: IntegerContext) {
        dequantize(context.bytes(input), input, to: context.floats(output))
    }
}

/// Channel-major floats of bytes.
func dequantize(_ source: UnsafePointer<UInt8>, _ view: ByteView, to target: UnsafeMutablePointer<Float>) {
    let zero = Int32(view.scale.zero)
    for channel in 0..<view.channels {
        let plane = target + channel &* view.pixels
        for pixel in 0..<view.pixels {
            plane[pixel] = Float(Int32(source[pixel &* view.stride &+ channel]) &- zero) * view.scale.scale
        }
    }
}

/// Channels brought together; each byte becomes that of the output's scale, by a table.
struct ByteGatherStep: IntegerStep {
    /// Channels that follow each other in the source and in the output.
    struct Run: Sendable {
        var source: ByteView
        var count: Int
        var target: Int
        /// 256 bytes; nil where source and output have one scale.
        var table: [UInt8]?
    }

    let runs: [Run]
    let output: ByteView

    var partCount: Int { output.height }

    func run(_ part: Int, _ context: IntegerContext) {
        let pixels = output.width
        let rows = context.bytes(output) + part &* pixels &* output.stride
        for run in runs {
            let source = UnsafePointer(context.bytes(run.source)) + part &* pixels &* run.source.stride
            let target = rows + run.target
            if let table = run.table {
                table.withUnsafeBufferPointer { table in
                    for pixel in 0..<pixels {
                        let (from, to) = (source + pixel &* run.source.stride, target + pixel &* output.stride)
                        for channel in 0..<run.count { to[channel] = table[Int(from[channel])] }
                    }
                }
            } else {
                for pixel in 0..<pixels {
                    (target + pixel &* output.stride).update(
                        from: source + pixel &* run.source.stride, count: run.count)
                }
            }
        }
    }
}

/// The sum of two results: round(Float(a − zero)·scale/out + Float(b − zero)·scale/out) + zero.
struct ByteAddStep: IntegerStep {
    let first: ByteView
    let second: ByteView
    let output: ByteView

    var partCount: Int { output.height }

    func run(_ part: Int, _ context: IntegerContext) {
        let factors = (
            Float(Double(first.scale.scale) / Double(output.scale.scale)),
            Float(Double(second.scale.scale) / Double(output.scale.scale))
        )
        let zeros = (Int32(first.scale.zero), Int32(second.scale.zero))
        let zero = Float(output.scale.zero)
        for pixel in part &* output.width..<(part &+ 1) &* output.width {
            let a = UnsafePointer(context.bytes(first)) + pixel &* first.stride
            let b = UnsafePointer(context.bytes(second)) + pixel &* second.stride
            let target = context.bytes(output) + pixel &* output.stride
            for channel in 0..<output.channels {
                let sum =
                    Float(Int32(a[channel]) &- zeros.0) * factors.0 + Float(Int32(b[channel]) &- zeros.1) * factors.1
                target[channel] = quantizedByte(sum, zero: zero)
            }
        }
    }
}

/// A result times one float a channel: round(Float(byte − zero) · (gate·scale/out)) + zero.
struct ByteScaleStep: IntegerStep {
    let input: ByteView
    let gate: FloatView
    let output: ByteView

    var partCount: Int { output.height }
    var scratchCount: Int { output.channels * MemoryLayout<Float>.stride }

    func run(_ part: Int, _ context: IntegerContext) {
        let ratio = Float(Double(input.scale.scale) / Double(output.scale.scale))
        let gates = context.floats(gate)
        let factors = context.scratch.bindMemory(to: Float.self, capacity: output.channels)
        for channel in 0..<output.channels { factors[channel] = gates[channel] * ratio }
        let (zero, other) = (Int32(input.scale.zero), Float(output.scale.zero))
        for pixel in part &* output.width..<(part &+ 1) &* output.width {
            let source = UnsafePointer(context.bytes(input)) + pixel &* input.stride
            let target = context.bytes(output) + pixel &* output.stride
            for channel in 0..<output.channels {
                target[channel] = quantizedByte(
                    Float(Int32(source[channel]) &- zero) * factors[channel], zero: other)
            }
        }
    }
}

/// The mean of each channel: Float(Σ byte − pixels·zero) · Float(scale/pixels), the sum exact; in bytes it is multiplied by
/// Float(1/scale) of the output and rounded.
struct ByteMeanStep: IntegerStep {
    let input: ByteView
    let floats: FloatView?
    let bytes: ByteView?

    var partCount: Int { 1 }
    var scratchCount: Int { input.channels * MemoryLayout<Int32>.stride }

    func run(_ part: Int, _ context: IntegerContext) {
        let sums = context.scratch.bindMemory(to: Int32.self, capacity: input.channels)
        for channel in 0..<input.channels { sums[channel] = 0 }
        for pixel in 0..<input.pixels {
            let source = UnsafePointer(context.bytes(input)) + pixel &* input.stride
            for channel in 0..<input.channels { sums[channel] &+= Int32(source[channel]) }
        }
        let offset = Int32(truncatingIfNeeded: input.pixels &* Int(input.scale.zero))
        let factor = Float(Double(input.scale.scale) / Double(input.pixels))
        if let floats {
            let target = context.floats(floats)
            for channel in 0..<input.channels { target[channel] = Float(sums[channel] &- offset) * factor }
        }
        if let bytes {
            let target = context.bytes(bytes)
            let quantum = 1 / bytes.scale.scale
            let zero = Float(bytes.scale.zero)
            for channel in 0..<input.channels {
                target[channel] = quantizedByte(Float(sums[channel] &- offset) * factor * quantum, zero: zero)
            }
        }
    }
}

/// The largest byte under each window; the scale stays.
struct ByteMaximumStep: IntegerStep {
    let input: ByteView
    let output: ByteView
    let window: Window

    var partCount: Int { output.height }

    func run(_ part: Int, _ context: IntegerContext) {
        let source = UnsafePointer(context.bytes(input))
        let top = part &* window.stride &- window.paddingTop
        for column in 0..<output.width {
            let target = context.bytes(output) + (part &* output.width &+ column) &* output.stride
            for channel in 0..<output.channels { target[channel] = 0 }
            let left = column &* window.stride &- window.paddingLeft
            var y = max(0, top)
            while y < min(top &+ window.height, input.height) {
                var x = max(0, left)
                while x < min(left &+ window.width, input.width) {
                    let pixel = source + (y &* input.width &+ x) &* input.stride
                    for channel in 0..<output.channels { target[channel] = max(target[channel], pixel[channel]) }
                    x &+= 1
                }
                y &+= 1
            }
        }
    }
}
