import OperatorCalls

/// Cuts the pixels of a call into tiles; the sizes are those that leave no register to memory.
enum MatrixOperator {
    static func run(_ call: MatrixCall) {
        switch call.blocks {
        case 1: one(call)
        case 2: two(call)
        case 3: three(call)
        case 4: four(call)
        default: eight(call)
        }
    }

    #if KERNELVIZ_AVX512
        private static func one(_ call: MatrixCall) {
            var pixel = 0
            while pixel &+ 16 <= call.pixels {
                step(&pixel, 16) { matrixTile(Accumulators<16, 1>.self, call, from: $0) }
            }
            while pixel &+ 8 <= call.pixels { step(&pixel, 8) { matrixTile(Accumulators<8, 1>.self, call, from: $0) } }
            while pixel &+ 4 <= call.pixels { step(&pixel, 4) { matrixTile(Accumulators<4, 1>.self, call, from: $0) } }
            while pixel < call.pixels { step(&pixel, 1) { matrixTile(Accumulators<1, 1>.self, call, from: $0) } }
        }

        private static func two(_ call: MatrixCall) {
            var pixel = 0
            // Sevens for rows of 7 and 14 pixels.
            if call.pixels % 8 != 0 && call.pixels % 7 == 0 {
                while pixel < call.pixels {
                    step(&pixel, 7) { matrixTile(Accumulators<7, 2>.self, call, from: $0) }
                }
            }
            while pixel &+ 8 <= call.pixels { step(&pixel, 8) { matrixTile(Accumulators<8, 2>.self, call, from: $0) } }
            while pixel &+ 4 <= call.pixels { step(&pixel, 4) { matrixTile(Accumulators<4, 2>.self, call, from: $0) } }
            while pixel < call.pixels { step(&pixel, 1) { matrixTile(Accumulators<1, 2>.self, call, from: $0) } }
        }

        private static func three(_ call: MatrixCall) {
            var pixel = 0
            // Sevens for 7×7 and 14×14 images.
            if call.pixels % 8 != 0 && call.pixels % 7 == 0 {
                while pixel < call.pixels {
                    step(&pixel, 7) { matrixTile(Accumulators<7, 3>.self, call, from: $0) }
                }
            }
            while pixel &+ 8 <= call.pixels { step(&pixel, 8) { matrixTile(Accumulators<8, 3>.self, call, from: $0) } }
            while pixel &+ 4 <= call.pixels { step(&pixel, 4) { matrixTile(Accumulators<4, 3>.self, call, from: $0) } }
            while pixel < call.pixels { step(&pixel, 1) { matrixTile(Accumulators<1, 3>.self, call, from: $0) } }
        }

        private static func four(_ call: MatrixCall) {
            var pixel = 0
            while pixel < call.pixels { step(&pixel, 1) { matrixTile(Accumulators<1, 4>.self, call, from: $0) } }
        }

        private static func eight(_ call: MatrixCall) {
            var pixel = 0
            while pixel < call.pixels { step(&pixel, 1) { matrixTile(Accumulators<1, 8>.self, call, from: $0) } }
        }
    #else
        private static func one(_ call: MatrixCall) {
            var pixel = 0
            #if KERNELVIZ_FMA || arch(arm64)
                while pixel &+ 6 <= call.pixels {
                    step(&pixel, 6) { matrixTile(Accumulators<6, 1>.self, call, from: $0) }
                }
            #endif
            while pixel &+ 2 <= call.pixels { step(&pixel, 2) { matrixTile(Accumulators<2, 1>.self, call, from: $0) } }
            while pixel < call.pixels { step(&pixel, 1) { matrixTile(Accumulators<1, 1>.self, call, from: $0) } }
        }

        private static func two(_ call: MatrixCall) {
            var pixel = 0
            while pixel < call.pixels { step(&pixel, 1) { matrixTile(Accumulators<1, 2>.self, call, from: $0) } }
        }

        private static func three(_ call: MatrixCall) {
            var pixel = 0
            while pixel < call.pixels { step(&pixel, 1) { matrixTile(Accumulators<1, 3>.self, call, from: $0) } }
        }

        private static func four(_ call: MatrixCall) {
            var pixel = 0
            while pixel < call.pixels { step(&pixel, 1) { matrixTile(Accumulators<1, 4>.self, call, from: $0) } }
        }

        private static func eight(_ call: MatrixCall) { four(call) }
    #endif

    @inline(__always)
    private static func step(_ pixel: inout Int, _ count: Int, _ body: (Int) -> Void) {
        body(pixel)
        pixel &+= count
    }
}
