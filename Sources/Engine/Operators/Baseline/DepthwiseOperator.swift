import OperatorInterface

/// Depthwise convolution, sixteen channels at once: a tile of neighbouring outputs of one row lives in registers.
enum DepthwiseOperator {
    static func run(_ call: DepthwiseCall) {
        if call.format.isFloat { run(Singles.self, call) } else { run(Pairs.self, call) }
    }

    @inline(__always)
    private static func run<Format: ActivationFormat>(_ format: Format.Type, _ call: DepthwiseCall) {
        switch (call.kernelHeight == call.kernelWidth ? call.kernelWidth : 0, call.stride) {
        case (3, 1): rows(format, KernelShape<3, 1>.self, call)
        case (3, 2): rows(format, KernelShape<3, 2>.self, call)
        case (5, 1): rows(format, KernelShape<5, 1>.self, call)
        case (5, 2): rows(format, KernelShape<5, 2>.self, call)
        case (7, 1): rows(format, KernelShape<7, 1>.self, call)
        case (7, 2): rows(format, KernelShape<7, 2>.self, call)
        default: anyRows(format, call)
        }
        finish(format, call)
    }

    /// A kernel width and a stride, as types.
    private struct KernelShape<let width: Int, let stride: Int> {}

    @inline(never)
    private static func rows<Format: ActivationFormat, let width: Int, let stride: Int>(
        _ format: Format.Type, _ shape: KernelShape<width, stride>.Type, _ call: DepthwiseCall
    ) {
        for row in 0..<call.rowCount {
            var column = 0
            while column < call.outputWidth {
                let left = column &* stride &- call.paddingLeft
                if column &+ 7 <= call.outputWidth {
                    // How many columns lie outside; one is what 3×3 kernels meet, at either end or at both of a narrow image.
                    switch (max(0, 0 &- left), max(0, left &+ 6 &* stride &+ width &- call.inputWidth)) {
                    case (0, 0): tile(format, InlineArray<7, Lanes>.self, shape, Border<0, 0>.self, call, row, column)
                    case (1, 0): tile(format, InlineArray<7, Lanes>.self, shape, Border<1, 0>.self, call, row, column)
                    case (0, 1): tile(format, InlineArray<7, Lanes>.self, shape, Border<0, 1>.self, call, row, column)
                    case (1, 1): tile(format, InlineArray<7, Lanes>.self, shape, Border<1, 1>.self, call, row, column)
                    default: tile(format, InlineArray<7, Lanes>.self, shape, AnyBorder.self, call, row, column)
                    }
                    column &+= 7
                } else if column &+ 4 <= call.outputWidth {
                    tile(format, InlineArray<4, Lanes>.self, shape, AnyBorder.self, call, row, column)
                    column &+= 4
                } else {
                    tile(format, InlineArray<1, Lanes>.self, shape, AnyBorder.self, call, row, column)
                    column &+= 1
                }
            }
        }
    }

    /// How many of the first and last columns that a tile reads lie outside the image, as a type; −1 where only the call
    /// knows.
    private struct Border<let first: Int, let last: Int> {}
    private typealias AnyBorder = Border<-1, -1>

    /// Outputs of one row from `column`; each input is loaded once per kernel row and serves all taps that meet it.
    @inline(__always)
    private static func tile<
        Format: ActivationFormat, let count: Int, let width: Int, let stride: Int, let first: Int, let last: Int
    >(
        _ format: Format.Type, _ tile: InlineArray<count, Lanes>.Type, _ shape: KernelShape<width, stride>.Type,
        _ border: Border<first, last>.Type, _ call: DepthwiseCall, _ row: Int, _ column: Int
    ) {
        var sums = InlineArray<count, Lanes>(repeating: call.bias.map { Lanes($0) } ?? .zero)
        let top = (call.firstRow &+ row) &* stride &- call.paddingTop
        let left = column &* stride &- call.paddingLeft
        let firstTap = max(0, 0 &- top)
        let endTap = min(width, call.inputHeight &- top)
        var tap = firstTap
        while tap < endTap {
            let source = call.input + ((top &+ tap) &* call.inputWidth &+ left) &* Format.pixelWords
            let weights = call.weights + tap &* width &* 16
            var factors = InlineArray<width, Lanes>(repeating: .zero)
            for index in 0..<width { factors[index] = Lanes(weights + index &* 16) }
            for offset in 0..<((count &- 1) &* stride &+ width) {
                let isInside =
                    first < 0
                    ? UInt(bitPattern: left &+ offset) < UInt(bitPattern: call.inputWidth)
                    : offset >= first && offset < (count &- 1) &* stride &+ width &- last
                let value = isInside ? Format.load(source + offset &* Format.pixelWords) : Lanes.zero
                for index in 0..<width {
                    let output = (offset &- index) / stride
                    if offset >= index && output &* stride == offset &- index && output < count {
                        sums[output] = sums[output].adding(factors[index], times: value)
                    }
                }
            }
            tap &+= 1
        }
        store(format, &sums, call, row, column)
    }

    @inline(__always)
    private static func store<Format: ActivationFormat, let count: Int>(
        _ format: Format.Type, _ sums: inout InlineArray<count, Lanes>, _ call: DepthwiseCall, _ row: Int, _ column: Int
    ) {
        let target = call.output + (row &* call.outputWidth &+ column) &* Format.pixelWords
        if call.epilogue.function.isClamp {
            if !call.epilogue.function.isNone {
                for index in 0..<count { sums[index] = sums[index].rectified }
            }
            if call.epilogue.function.isRelu6 {
                for index in 0..<count { sums[index].replace(with: 6, where: sums[index] .> 6) }
            }
            if let scale = call.epilogue.scale, let shift = call.epilogue.shift {
                let (factor, summand) = (Lanes(scale), Lanes(shift))
                for index in 0..<count { sums[index] = summand.adding(sums[index], times: factor) }
            }
        }
        for index in 0..<count { Format.store(sums[index], target + index &* Format.pixelWords) }
    }

    /// Any kernel and stride, output after output.
    private static func anyRows<Format: ActivationFormat>(_ format: Format.Type, _ call: DepthwiseCall) {
        for row in 0..<call.rowCount {
            let top = (call.firstRow &+ row) &* call.stride &- call.paddingTop
            for column in 0..<call.outputWidth {
                let left = column &* call.stride &- call.paddingLeft
                var sums = InlineArray<1, Lanes>(repeating: call.bias.map { Lanes($0) } ?? .zero)
                for y in 0..<call.kernelHeight where top &+ y >= 0 && top &+ y < call.inputHeight {
                    for x in 0..<call.kernelWidth where left &+ x >= 0 && left &+ x < call.inputWidth {
                        let pixel = (top &+ y) &* call.inputWidth &+ left &+ x
                        let value = Format.load(call.input + pixel &* Format.pixelWords)
                        let factor = Lanes(call.weights + (y &* call.kernelWidth &+ x) &* 16)
                        sums[0] = sums[0].adding(factor, times: value)
                    }
                }
                store(format, &sums, call, row, column)
            }
        }
    }

    /// The functions that need registers of their own, on the rows just written.
    private static func finish<Format: ActivationFormat>(_ format: Format.Type, _ call: DepthwiseCall) {
        guard !call.epilogue.function.isClamp else { return }
        applyEpilogue(format, call.epilogue, call.output, pixels: call.rowCount &* call.outputWidth)
    }
}
