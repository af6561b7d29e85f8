import Numerics
import Tensors

/// Which channels of two feature maps show the same thing: Pearson's correlation over the pixels.
public struct ChannelPairs: Sendable, Equatable {
    /// One channel of each map.
    public struct Pair: Sendable, Equatable {
        /// The channel before the layer.
        public let input: Int
        /// The channel behind the layer.
        public let output: Int
        /// Pearson's r, −1…1.
        public let correlation: Double
    }

    /// For every output channel that is not constant, the input channel with the largest |r|, in channel order.
    public let best: [Pair]
    /// Output channels that are constant over the image and so are like nothing.
    public let constantOutputs: Int
    /// Output channels of which only a few pixels are lit: two such maps correlate by accident, so they are not compared.
    public let sparseOutputs: Int

    /// Compares `inputs` with `outputs`, C×H×W each (a leading 1 is allowed); where the outputs are smaller, the inputs
    /// are averaged over the pixels that each output pixel stands for.
    ///
    /// Cost: channels before × channels behind × pixels behind. With `pairsOwn`, for depthwise layers, channel i is compared
    /// with channel i alone (i·outputs/inputs where there are more outputs).
    public init(inputs: Tensor, outputs: Tensor, pairsOwn: Bool = false) {
        self.init(FeatureMap(inputs), FeatureMap(outputs), pairsOwn: pairsOwn, isShifted: false)
    }

    /// The |r| that 95 % of the outputs stay below when every input is moved around by half a map: what maps of such forms
    /// reach by chance. 1 where maps are too small to be moved or nothing varies.
    public static func chanceLevel(inputs: Tensor, outputs: Tensor, pairsOwn: Bool = false) -> Double {
        let (before, behind) = (FeatureMap(inputs), FeatureMap(outputs))
        guard min(behind.height, behind.width) >= 4 else { return 1 }
        let found = ChannelPairs(before, behind, pairsOwn: pairsOwn, isShifted: true).best
            .map { abs($0.correlation) }.sorted()
        return found.isEmpty ? 1 : OrderStatistics.quantile(0.95, ofSorted: found)
    }

    private init(_ before: FeatureMap, _ behind: FeatureMap, pairsOwn: Bool, isShifted: Bool) {
        var small = before.resized(height: behind.height, width: behind.width)
        if isShifted { small = small.shiftedByHalf }
        let (a, b) = (small.standardised(), behind.standardised())
        let pixels = behind.height * behind.width
        var pairs: [Pair] = []
        var (constant, sparse) = (0, 0)
        for output in 0..<behind.channels {
            guard b.isVarying[output], !b.isSparse[output] else {
                if b.isVarying[output] { sparse += 1 } else { constant += 1 }
                continue
            }
            var best: Pair?
            let own = output * before.channels / behind.channels
            for input in pairsOwn ? own..<own + 1 : 0..<before.channels
            where a.isVarying[input] && !a.isSparse[input] {
                let r = Self.dot(a.scalars, input * pixels, b.scalars, output * pixels, pixels)
                if abs(r) > abs(best?.correlation ?? 0) {
                    best = Pair(input: input, output: output, correlation: max(-1, min(1, r)))
                }
            }
            if let best { pairs.append(best) }
        }
        best = pairs
        (constantOutputs, sparseOutputs) = (constant, sparse)
    }

    /// The share of all output channels that some input channel shows with |r| above `limit`.
    public func share(above limit: Double) -> Double {
        let total = best.count + constantOutputs + sparseOutputs
        return total == 0 ? 0 : Double(best.count { abs($0.correlation) > limit }) / Double(total)
    }

    /// The `count` most similar pairs in which no channel occurs twice, the most similar first.
    public func closest(_ count: Int) -> [Pair] {
        var (inputs, outputs) = (Set<Int>(), Set<Int>())
        var chosen: [Pair] = []
        for pair in best.sorted(by: { (abs($1.correlation), $0.output) < (abs($0.correlation), $1.output) }) {
            guard chosen.count < count, !inputs.contains(pair.input), !outputs.contains(pair.output) else { continue }
            chosen.append(pair)
            inputs.insert(pair.input)
            outputs.insert(pair.output)
        }
        return chosen
    }

    private static func dot(_ a: [Float], _ startA: Int, _ b: [Float], _ startB: Int, _ count: Int) -> Double {
        var sum = SIMD8<Float>.zero
        var index = 0
        while index + 8 <= count {
            var (left, right) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
            for lane in 0..<8 {
                left[lane] = a[startA + index + lane]
                right[lane] = b[startB + index + lane]
            }
            sum += left * right
            index += 8
        }
        var total = Double(sum.sum())
        while index < count {
            total += Double(a[startA + index] * b[startB + index])
            index += 1
        }
        return total
    }
}

/// C×H×W numbers of one image.
struct FeatureMap: Sendable, Equatable {
    let channels: Int
    let height: Int
    let width: Int
    let scalars: [Float]

    init(_ tensor: Tensor) {
        let shape = Array(tensor.shape.dimensions.suffix(3))
        precondition(shape.count == 3 && shape[0] * shape[1] * shape[2] == tensor.scalars.count)
        (channels, height, width, scalars) = (shape[0], shape[1], shape[2], tensor.scalars)
    }

    private init(channels: Int, height: Int, width: Int, scalars: [Float]) {
        (self.channels, self.height, self.width, self.scalars) = (channels, height, width, scalars)
    }

    /// The numbers of one channel.
    func channel(_ index: Int) -> ArraySlice<Float> {
        scalars[index * height * width..<(index + 1) * height * width]
    }

    /// Averages over the pixels that each new pixel covers; nothing is changed at the same size.
    func resized(height newHeight: Int, width newWidth: Int) -> FeatureMap {
        if newHeight == height && newWidth == width { return self }
        var result: [Float] = []
        result.reserveCapacity(channels * newHeight * newWidth)
        func span(_ index: Int, _ new: Int, _ old: Int) -> Range<Int> {
            let start = index * old / new
            return start..<max(start + 1, ((index + 1) * old + new - 1) / new)
        }
        for channel in 0..<channels {
            for y in 0..<newHeight {
                let rows = span(y, newHeight, height)
                for x in 0..<newWidth {
                    let columns = span(x, newWidth, width)
                    var sum: Float = 0
                    for row in rows {
                        for column in columns { sum += scalars[(channel * height + row) * width + column] }
                    }
                    result.append(sum / Float(rows.count * columns.count))
                }
            }
        }
        return FeatureMap(channels: channels, height: newHeight, width: newWidth, scalars: result)
    }

    /// Every channel moved around by half its rows and columns.
    var shiftedByHalf: FeatureMap {
        var result = scalars
        for channel in 0..<channels {
            for y in 0..<height {
                for x in 0..<width {
                    let from = (channel * height + (y + height / 2) % height) * width + (x + width / 2) % width
                    result[(channel * height + y) * width + x] = scalars[from]
                }
            }
        }
        return FeatureMap(channels: channels, height: height, width: width, scalars: result)
    }

    /// Each channel with mean 0 and Σx² = 1, which channels are not constant, and in which a few pixels are all there is.
    ///
    /// Sparse: the pixels that carry the variance, (Σd²)² / Σd⁴, are fewer than 1 % of all, or than 1.5.
    func standardised() -> (scalars: [Float], isVarying: [Bool], isSparse: [Bool]) {
        let pixels = height * width
        var result = scalars
        var isVarying = [Bool](repeating: false, count: channels)
        var isSparse = isVarying
        for channel in 0..<channels {
            let range = channel * pixels..<(channel + 1) * pixels
            let mean = scalars[range].reduce(0) { $0 + Double($1) } / Double(pixels)
            let squares = scalars[range].reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
            let largest = scalars[range].reduce(0) { max($0, abs(Double($1))) }
            // Differences within the rounding of the sums are none.
            isVarying[channel] = squares.isFinite && squares.squareRoot() > 1e-6 * largest && squares > 0
            let fourth = scalars[range].reduce(0) { sum, value in
                let square = (Double(value) - mean) * (Double(value) - mean)
                return sum + square * square
            }
            isSparse[channel] = isVarying[channel] && squares * squares < max(1.5, 0.01 * Double(pixels)) * fourth
            let factor = isVarying[channel] ? 1 / squares.squareRoot() : 0
            for index in range {
                result[index] = isVarying[channel] ? Float((Double(scalars[index]) - mean) * factor) : 0
            }
        }
        return (result, isVarying, isSparse)
    }
}
