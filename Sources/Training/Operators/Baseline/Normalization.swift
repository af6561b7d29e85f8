import TrainingOperatorInterface

// Batch normalisation in the two passes of each direction. Rows of one channel lie at `base + rows[c]`.

extension Operators {
    package static func mergeMoments(
        channels: Int, columns: Int, before: Int, input: UnsafePointer<Float>, rows: UnsafePointer<Int>,
        means: UnsafeMutablePointer<Double>, squares: UnsafeMutablePointer<Double>
    ) {
        for channel in 0..<channels {
            let row = input + rows[channel]
            var total = Lanes(repeating: 0)
            var second = Lanes(repeating: 0)
            var p = 0
            while p + 2 * laneCount <= columns {
                total += load(row + p)
                second += load(row + p + laneCount)
                p += 2 * laneCount
            }
            while p < columns {
                let count = columns - p < laneCount ? columns - p : laneCount
                total += load(row + p, first: count)
                p += laneCount
            }
            let mean = sum(total + second) / Float(columns)
            let center = Lanes(repeating: mean)
            var deviation = Lanes(repeating: 0)
            var spread = Lanes(repeating: 0)
            p = 0
            while p + laneCount <= columns {
                let difference = load(row + p) - center
                deviation += difference
                spread = multiplyAdd(difference, difference, spread)
                p += laneCount
            }
            var rest = 0.0
            var restSquares = 0.0
            while p < columns {
                let difference = row[p] - mean
                rest += Double(difference)
                restSquares += Double(difference * difference)
                p += 1
            }
            let count = Double(columns)
            // The deviations would sum to zero if the mean were exact.
            let correction = (Double(sum(deviation)) + rest) / count
            let exact = Double(mean) + correction
            let square = Double(sum(spread)) + restSquares - count * correction * correction
            let old = Double(before)
            let delta = exact - means[channel]
            means[channel] += delta * count / (old + count)
            squares[channel] += square + delta * delta * old * count / (old + count)
        }
    }
}

extension Operators {
    package static func affine(
        channels: Int, columns: Int, input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>,
        scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, isRectified: Bool,
        output: UnsafeMutablePointer<Float>, outputRows: UnsafePointer<Int>
    ) {
        for channel in 0..<channels {
            let source = input + inputRows[channel]
            let target = output + outputRows[channel]
            let factor = Lanes(repeating: scale[channel])
            let added = Lanes(repeating: shift[channel])
            var p = 0
            while p + laneCount <= columns {
                var result = multiplyAdd(load(source + p), factor, added)
                if isRectified { result = maximum(result, Lanes(repeating: 0)) }
                store(result, target + p)
                p += laneCount
            }
            if p < columns {
                var result = multiplyAdd(load(source + p, first: columns - p), factor, added)
                if isRectified { result = maximum(result, Lanes(repeating: 0)) }
                store(result, target + p, first: columns - p)
            }
        }
    }
}

extension Operators {
    package static func reduceGradients(
        channels: Int, columns: Int, gradient: UnsafeMutablePointer<Float>, gradientRows: UnsafePointer<Int>,
        input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>, means: UnsafePointer<Float>,
        output: UnsafePointer<Float>?, outputRows: UnsafePointer<Int>, sums: UnsafeMutablePointer<Double>,
        products: UnsafeMutablePointer<Double>
    ) {
        for channel in 0..<channels {
            let g = gradient + gradientRows[channel]
            let x = input + inputRows[channel]
            let center = Lanes(repeating: means[channel])
            var total = Lanes(repeating: 0)
            var product = Lanes(repeating: 0)
            var p = 0
            while p < columns {
                let count = columns - p < laneCount ? columns - p : laneCount
                var value: Lanes
                let difference: Lanes
                if count == laneCount {
                    value = load(g + p)
                    difference = load(x + p) - center
                    if let output {
                        value = passing(value, where: load(output + (outputRows[channel] + p)))
                        store(value, g + p)
                    }
                } else {
                    value = load(UnsafePointer(g + p), first: count)
                    difference = load(x + p, first: count) - center
                    if let output {
                        value = passing(value, where: load(output + (outputRows[channel] + p), first: count))
                        store(value, g + p, first: count)
                    }
                }
                total += value
                product = multiplyAdd(value, difference, product)
                p += laneCount
            }
            sums[channel] += Double(sum(total))
            products[channel] += Double(sum(product))
        }
    }
}

extension Operators {
    package static func normalizationBackward(
        channels: Int, columns: Int, gradient: UnsafePointer<Float>, gradientRows: UnsafePointer<Int>,
        input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>, means: UnsafePointer<Float>,
        a: UnsafePointer<Float>,
        b: UnsafePointer<Float>, c: UnsafePointer<Float>, isRectified: Bool, inputGradient: UnsafeMutablePointer<Float>,
        inputGradientRows: UnsafePointer<Int>, accumulates: UnsafePointer<Bool>
    ) {
        for channel in 0..<channels {
            let g = gradient + gradientRows[channel]
            let x = input + inputRows[channel]
            let target = inputGradient + inputGradientRows[channel]
            let factor = Lanes(repeating: a[channel])
            let slope = Lanes(repeating: b[channel])
            let shift = Lanes(repeating: c[channel])
            let center = Lanes(repeating: means[channel])
            var p = 0
            while p < columns {
                let count = columns - p < laneCount ? columns - p : laneCount
                let isWhole = count == laneCount
                let value = isWhole ? load(x + p) : load(x + p, first: count)
                let upstream = isWhole ? load(g + p) : load(g + p, first: count)
                var result = multiplyAdd(upstream, factor, multiplyAdd(value - center, slope, shift))
                if isRectified { result = passing(result, where: value) }
                if isWhole {
                    if accumulates[channel] { result += load(target + p) }
                    store(result, target + p)
                } else {
                    if accumulates[channel] { result += load(UnsafePointer(target + p), first: count) }
                    store(result, target + p, first: count)
                }
                p += laneCount
            }
        }
    }
}
