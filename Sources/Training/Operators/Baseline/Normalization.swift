import TrainingOperatorInterface

// Batch normalisation in the two passes of each direction. Rows of one channel lie at `base + rows[c]`.

extension Operators {
    package static func mergeMoments(_ call: MomentsCall) {
        let (columns, before, means, squares) = (call.columns, call.before, call.means, call.squares)
        for channel in 0..<call.channels {
            let row = call.input.base + call.input.places[channel]
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
    package static func affine(_ call: AffineCall) {
        let (columns, isRectified) = (call.columns, call.isRectified)
        for channel in 0..<call.channels {
            let source = call.input.base + call.input.places[channel]
            let target = call.output.base + call.output.places[channel]
            let factor = Lanes(repeating: call.scale[channel])
            let added = Lanes(repeating: call.shift[channel])
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
    package static func reduceGradients(_ call: GradientSumsCall) {
        let (columns, sums, products) = (call.columns, call.sums, call.products)
        for channel in 0..<call.channels {
            let g = call.gradient.base + call.gradient.places[channel]
            let x = call.input.base + call.input.places[channel]
            var gate: UnsafePointer<Float>?
            if let output = call.output { gate = output.base + output.places[channel] }
            let center = Lanes(repeating: call.means[channel])
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
                    if let gate {
                        value = passing(value, where: load(gate + p))
                        store(value, g + p)
                    }
                } else {
                    value = load(UnsafePointer(g + p), first: count)
                    difference = load(x + p, first: count) - center
                    if let gate {
                        value = passing(value, where: load(gate + p, first: count))
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
    package static func normalizationBackward(_ call: NormalizationBackwardCall) {
        let (columns, isRectified, factors) = (call.columns, call.isRectified, call.factors)
        let (inputGradient, accumulates) = (call.inputGradient.rows, call.inputGradient.accumulates)
        for channel in 0..<call.channels {
            let g = call.gradient.base + call.gradient.places[channel]
            let x = call.input.base + call.input.places[channel]
            let target = inputGradient.base + inputGradient.places[channel]
            let factor = Lanes(repeating: factors.a[channel])
            let slope = Lanes(repeating: factors.b[channel])
            let shift = Lanes(repeating: factors.c[channel])
            let center = Lanes(repeating: factors.means[channel])
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
