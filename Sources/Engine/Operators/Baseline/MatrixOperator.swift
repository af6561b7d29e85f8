import OperatorInterface

/// Cuts the pixels of a call into tiles; the sizes are those that leave no register to memory.
enum MatrixOperator {
    static func run(_ call: MatrixCall) {
        if call.inputFormat.isFloat { run(Singles.self, call) } else { run(Pairs.self, call) }
    }

    @inline(__always)
    private static func run<Format: ActivationFormat>(_ format: Format.Type, _ call: MatrixCall) {
        #if KERNELVIZ_AVX512
            if call.hasHalfBlock { return runWithHalf(format, call) }
        #endif
        switch call.blocks {
        case 1: one(format, call)
        case 2: two(format, call)
        case 3: three(format, call)
        case 4: singlePixels(format, Accumulators<1, 4>.self, call)
        default: eight(format, call)
        }
    }

    #if KERNELVIZ_AVX512
        private static func one<Format: ActivationFormat>(_ format: Format.Type, _ call: MatrixCall) {
            var pixel = 0
            tiles(format, Accumulators<16, 1>.self, Halves<16, 0>.self, call, &pixel)
            tiles(format, Accumulators<8, 1>.self, Halves<8, 0>.self, call, &pixel)
            tiles(format, Accumulators<4, 1>.self, Halves<4, 0>.self, call, &pixel)
            tiles(format, Accumulators<1, 1>.self, Halves<1, 0>.self, call, &pixel)
        }

        private static func two<Format: ActivationFormat>(_ format: Format.Type, _ call: MatrixCall) {
            var pixel = 0
            // Sevens for rows of 7 and 14 pixels.
            if suitsSevens(call) { tiles(format, Accumulators<7, 2>.self, Halves<7, 0>.self, call, &pixel) }
            tiles(format, Accumulators<8, 2>.self, Halves<8, 0>.self, call, &pixel)
            tiles(format, Accumulators<4, 2>.self, Halves<4, 0>.self, call, &pixel)
            tiles(format, Accumulators<1, 2>.self, Halves<1, 0>.self, call, &pixel)
        }

        private static func three<Format: ActivationFormat>(_ format: Format.Type, _ call: MatrixCall) {
            var pixel = 0
            if suitsSevens(call) { tiles(format, Accumulators<7, 3>.self, Halves<7, 0>.self, call, &pixel) }
            tiles(format, Accumulators<8, 3>.self, Halves<8, 0>.self, call, &pixel)
            tiles(format, Accumulators<4, 3>.self, Halves<4, 0>.self, call, &pixel)
            tiles(format, Accumulators<1, 3>.self, Halves<1, 0>.self, call, &pixel)
        }

        private static func runWithHalf<Format: ActivationFormat>(_ format: Format.Type, _ call: MatrixCall) {
            var pixel = 0
            if call.blocks == 1 {
                if suitsSevens(call) { tiles(format, Accumulators<7, 1>.self, Halves<7, 1>.self, call, &pixel) }
                tiles(format, Accumulators<8, 1>.self, Halves<8, 1>.self, call, &pixel)
                tiles(format, Accumulators<1, 1>.self, Halves<1, 1>.self, call, &pixel)
            } else {
                if suitsSevens(call) { tiles(format, Accumulators<7, 2>.self, Halves<7, 1>.self, call, &pixel) }
                tiles(format, Accumulators<8, 2>.self, Halves<8, 1>.self, call, &pixel)
                tiles(format, Accumulators<1, 2>.self, Halves<1, 1>.self, call, &pixel)
            }
        }

        private static func eight<Format: ActivationFormat>(_ format: Format.Type, _ call: MatrixCall) {
            singlePixels(format, Accumulators<1, 8>.self, call)
        }

        /// Whether tiles of seven pixels leave no rest where tiles of eight do.
        private static func suitsSevens(_ call: MatrixCall) -> Bool { call.pixels % 8 != 0 && call.pixels % 7 == 0 }
    #else
        private static func one<Format: ActivationFormat>(_ format: Format.Type, _ call: MatrixCall) {
            var pixel = 0
            #if KERNELVIZ_FMA || arch(arm64)
                tiles(format, Accumulators<6, 1>.self, Halves<6, 0>.self, call, &pixel)
            #endif
            tiles(format, Accumulators<2, 1>.self, Halves<2, 0>.self, call, &pixel)
            tiles(format, Accumulators<1, 1>.self, Halves<1, 0>.self, call, &pixel)
        }

        private static func two<Format: ActivationFormat>(_ format: Format.Type, _ call: MatrixCall) {
            singlePixels(format, Accumulators<1, 2>.self, call)
        }

        private static func three<Format: ActivationFormat>(_ format: Format.Type, _ call: MatrixCall) {
            singlePixels(format, Accumulators<1, 3>.self, call)
        }

        private static func eight<Format: ActivationFormat>(_ format: Format.Type, _ call: MatrixCall) {
            singlePixels(format, Accumulators<1, 4>.self, call)
        }
    #endif

    private static func singlePixels<Format: ActivationFormat, let blocks: Int>(
        _ format: Format.Type, _ tile: Accumulators<1, blocks>.Type, _ call: MatrixCall
    ) {
        var pixel = 0
        tiles(format, tile, Halves<1, 0>.self, call, &pixel)
    }

    /// As many tiles from `pixel` on as fit.
    @inline(__always)
    private static func tiles<Format: ActivationFormat, let pixels: Int, let blocks: Int, let halves: Int>(
        _ format: Format.Type, _ tile: Accumulators<pixels, blocks>.Type, _ half: Halves<pixels, halves>.Type,
        _ call: MatrixCall, _ pixel: inout Int
    ) {
        guard pixel &+ pixels <= call.pixels else { return }
        if Format.pixelWords == 8 {
            if call.pixelStride == 8 { return matrixTiles(format, tile, half, Stride<8>.self, call, &pixel) }
        } else {
            if call.pixelStride == 16 { return matrixTiles(format, tile, half, Stride<16>.self, call, &pixel) }
            if call.pixelStride == 2 { return matrixTiles(format, tile, half, Stride<2>.self, call, &pixel) }
        }
        matrixTiles(format, tile, half, Stride<0>.self, call, &pixel)
    }
}
