import OperatorInterface

/// Maxima and means under a window, sixteen channels at once.
enum PoolOperator {
    static func run(_ call: PoolCall) {
        if call.format.isFloat { run(Singles.self, call) } else { run(Pairs.self, call) }
    }

    @inline(__always)
    private static func run<Format: ActivationFormat>(_ format: Format.Type, _ call: PoolCall) {
        switch call.kind {
        case .maximum:
            forEachWindow(format, call, Lanes(repeating: -.infinity)) { largest, value in
                largest.replace(with: value, where: (value .> largest) .| (value .!= value))
            } finish: { largest, _ in
                largest
            }
        case .averageOfInside:
            forEachWindow(format, call, .zero) {
                $0 += $1
            } finish: {
                $1 == 0 ? .zero : $0 / Float($1)
            }
        case .averageOfWindow:
            let area = Float(call.kernelHeight &* call.kernelWidth)
            forEachWindow(format, call, .zero) {
                $0 += $1
            } finish: { sum, _ in
                sum / area
            }
        }
    }

    /// Gathers the pixels inside the image under each window; `finish` also gets how many they are.
    @inline(__always)
    private static func forEachWindow<Format: ActivationFormat>(
        _ format: Format.Type, _ call: PoolCall, _ start: Lanes, _ gather: (inout Lanes, Lanes) -> Void,
        finish: (Lanes, Int) -> Lanes
    ) {
        let words = Format.pixelWords
        var output = call.output
        for row in 0..<call.outputHeight {
            let top = row &* call.stride &- call.paddingTop
            let (firstRow, endRow) = (max(0, top), min(top &+ call.kernelHeight, call.inputHeight))
            for column in 0..<call.outputWidth {
                let left = column &* call.stride &- call.paddingLeft
                let (first, end) = (max(0, left), min(left &+ call.kernelWidth, call.inputWidth))
                var result = start
                var y = firstRow
                while y < endRow {
                    var pixel = call.input + (y &* call.inputWidth &+ first) &* words
                    let last = call.input + (y &* call.inputWidth &+ end) &* words
                    while pixel < last {
                        gather(&result, Format.load(pixel))
                        pixel += words
                    }
                    y &+= 1
                }
                let count = max(0, endRow &- firstRow) &* max(0, end &- first)
                Format.store(finish(result, count), output)
                output += words
            }
        }
    }
}
