import TrainingOperatorInterface

extension Operators {
    package static func wideProduct(_ call: WideProductCall) {
        let (rows, depth, columns) = (call.size.rows, call.size.depth, call.size.columns)
        let (input, inputRows, matrix) = (call.input.base, call.input.places, call.matrix)
        let (output, outputRows) = (call.output.base, call.output.places)
        let (bias, isRectified) = (call.bias, call.isRectified)
        var start = 0
        while start < columns {
            let count = columns - start < laneCount ? columns - start : laneCount
            var first = 0
            while first < rows {
                var low = InlineArray<4, SIMD8<Double>>(repeating: SIMD8(repeating: 0))
                var high = InlineArray<4, SIMD8<Double>>(repeating: SIMD8(repeating: 0))
                for k in 0..<depth {
                    let x = load(input + (inputRows[k] + start))
                    let xLow = SIMD8<Double>(widening: x.lowHalf)
                    let xHigh = SIMD8<Double>(widening: x.highHalf)
                    for m in 0..<4 {
                        let row = first + m < rows ? first + m : rows - 1
                        let factor = SIMD8<Double>(repeating: Double(matrix[row * depth + k]))
                        low[m] = low[m].addingProduct(factor, xLow)
                        high[m] = high[m].addingProduct(factor, xHigh)
                    }
                }
                for m in 0..<4 where first + m < rows {
                    let shift = Double(bias.map { $0[first + m] } ?? 0)
                    var result = Lanes(
                        lowHalf: SIMD8(narrowing: low[m] + shift), highHalf: SIMD8(narrowing: high[m] + shift))
                    if isRectified { result = maximum(result, Lanes(repeating: 0)) }
                    let target = output + (outputRows[first + m] + start)
                    if count == laneCount { store(result, target) } else { store(result, target, first: count) }
                }
                first += 4
            }
            start += laneCount
        }
    }
}

extension SIMD8<Double> {
    @inline(__always)
    fileprivate init(widening x: SIMD8<Float>) {
        self.init(
            Double(x[0]), Double(x[1]), Double(x[2]), Double(x[3]), Double(x[4]), Double(x[5]), Double(x[6]),
            Double(x[7]))
    }
}

extension SIMD8<Float> {
    @inline(__always)
    fileprivate init(narrowing x: SIMD8<Double>) {
        self.init(
            Float(x[0]), Float(x[1]), Float(x[2]), Float(x[3]), Float(x[4]), Float(x[5]), Float(x[6]), Float(x[7]))
    }
}
