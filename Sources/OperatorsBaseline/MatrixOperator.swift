import OperatorCalls

/// Cuts the pixels of a call into tiles; the sizes are those that leave no register to memory.
enum MatrixOperator {
    static func run(_ call: MatrixCall) {
        #if KERNELVIZ_AVX512
            if call.hasHalfBlock { return runWithHalf(call) }
        #endif
        switch call.blocks {
        case 1: one(call)
        case 2: two(call)
        case 3: three(call)
        case 4: singlePixels(Accumulators<1, 4>.self, call)
        default: eight(call)
        }
    }

    #if KERNELVIZ_AVX512
        private static func one(_ call: MatrixCall) {
            var pixel = 0
            tiles(Accumulators<16, 1>.self, Halves<16, 0>.self, call, &pixel)
            tiles(Accumulators<8, 1>.self, Halves<8, 0>.self, call, &pixel)
            tiles(Accumulators<4, 1>.self, Halves<4, 0>.self, call, &pixel)
            tiles(Accumulators<1, 1>.self, Halves<1, 0>.self, call, &pixel)
        }

        private static func two(_ call: MatrixCall) {
            var pixel = 0
            // Sevens for rows of 7 and 14 pixels.
            if suitsSevens(call) { tiles(Accumulators<7, 2>.self, Halves<7, 0>.self, call, &pixel) }
            tiles(Accumulators<8, 2>.self, Halves<8, 0>.self, call, &pixel)
            tiles(Accumulators<4, 2>.self, Halves<4, 0>.self, call, &pixel)
            tiles(Accumulators<1, 2>.self, Halves<1, 0>.self, call, &pixel)
        }

        private static func three(_ call: MatrixCall) {
            var pixel = 0
            if suitsSevens(call) { tiles(Accumulators<7, 3>.self, Halves<7, 0>.self, call, &pixel) }
            tiles(Accumulators<8, 3>.self, Halves<8, 0>.self, call, &pixel)
            tiles(Accumulators<4, 3>.self, Halves<4, 0>.self, call, &pixel)
            tiles(Accumulators<1, 3>.self, Halves<1, 0>.self, call, &pixel)
        }

        private static func runWithHalf(_ call: MatrixCall) {
            var pixel = 0
            if call.blocks == 1 {
                if suitsSevens(call) { tiles(Accumulators<7, 1>.self, Halves<7, 1>.self, call, &pixel) }
                tiles(Accumulators<8, 1>.self, Halves<8, 1>.self, call, &pixel)
                tiles(Accumulators<1, 1>.self, Halves<1, 1>.self, call, &pixel)
            } else {
                if suitsSevens(call) { tiles(Accumulators<7, 2>.self, Halves<7, 1>.self, call, &pixel) }
                tiles(Accumulators<8, 2>.self, Halves<8, 1>.self, call, &pixel)
                tiles(Accumulators<1, 2>.self, Halves<1, 1>.self, call, &pixel)
            }
        }

        private static func eight(_ call: MatrixCall) { singlePixels(Accumulators<1, 8>.self, call) }

        /// Whether tiles of seven pixels leave no rest where tiles of eight do.
        private static func suitsSevens(_ call: MatrixCall) -> Bool { call.pixels % 8 != 0 && call.pixels % 7 == 0 }
    #else
        private static func one(_ call: MatrixCall) {
            var pixel = 0
            #if KERNELVIZ_FMA || arch(arm64)
                tiles(Accumulators<6, 1>.self, Halves<6, 0>.self, call, &pixel)
            #endif
            tiles(Accumulators<2, 1>.self, Halves<2, 0>.self, call, &pixel)
            tiles(Accumulators<1, 1>.self, Halves<1, 0>.self, call, &pixel)
        }

        private static func two(_ call: MatrixCall) { singlePixels(Accumulators<1, 2>.self, call) }

        private static func three(_ call: MatrixCall) { singlePixels(Accumulators<1, 3>.self, call) }

        private static func eight(_ call: MatrixCall) { singlePixels(Accumulators<1, 4>.self, call) }
    #endif

    private static func singlePixels<let blocks: Int>(_ tile: Accumulators<1, blocks>.Type, _ call: MatrixCall) {
        var pixel = 0
        tiles(tile, Halves<1, 0>.self, call, &pixel)
    }

    /// As many tiles from `pixel` on as fit.
    ///
    /// A function of its own for each size: the compiler inlines a tile whole only where the caller stays small.
    @inline(never)
    private static func tiles<let pixels: Int, let blocks: Int, let halves: Int>(
        _ tile: Accumulators<pixels, blocks>.Type, _ half: Halves<pixels, halves>.Type, _ call: MatrixCall,
        _ pixel: inout Int
    ) {
        while pixel &+ pixels <= call.pixels {
            matrixTile(tile, half, call, from: pixel)
            pixel &+= pixels
        }
    }
}
