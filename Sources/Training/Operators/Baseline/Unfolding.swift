import TrainingOperatorInterface

// A convolution as a matrix product: every kernel position of every input channel becomes a row of pixels.

extension Operators {
    package static func unfold(_ call: UnfoldCall) {
        let (geometry, unfolded, base, places) = (call.geometry, call.unfolded, call.input.base, call.input.places)
        forEachUnfoldedRow(geometry) { row, channel, shiftY, shiftX in
            let plane = base + places[channel]
            for y in 0..<geometry.output.height {
                let target = unfolded + (row + y * geometry.output.width)
                let sourceY = y * geometry.stride + shiftY
                if sourceY < 0 || sourceY >= geometry.input.height {
                    target.update(repeating: 0, count: geometry.output.width)
                    continue
                }
                let source = plane + sourceY * geometry.input.width
                for x in 0..<geometry.output.width {
                    let sourceX = x * geometry.stride + shiftX
                    target[x] = sourceX < 0 || sourceX >= geometry.input.width ? 0 : source[sourceX]
                }
            }
        }
    }

    package static func fold(_ call: FoldCall) {
        let (geometry, unfolded, base, places) = (call.geometry, call.unfolded, call.output.base, call.output.places)
        forEachUnfoldedRow(geometry) { row, channel, shiftY, shiftX in
            let plane = base + places[channel]
            for y in 0..<geometry.output.height {
                let targetY = y * geometry.stride + shiftY
                if targetY < 0 || targetY >= geometry.input.height { continue }
                let source = unfolded + (row + y * geometry.output.width)
                let target = plane + targetY * geometry.input.width
                for x in 0..<geometry.output.width {
                    let targetX = x * geometry.stride + shiftX
                    if targetX >= 0 && targetX < geometry.input.width { target[targetX] += source[x] }
                }
            }
        }
    }

    /// Each row of an unfolded image: where it begins, its channel, and how far its kernel position lies from the first
    /// pixel of an output.
    @inline(__always)
    private static func forEachUnfoldedRow(
        _ geometry: UnfoldingGeometry, _ body: (_ row: Int, _ channel: Int, _ shiftY: Int, _ shiftX: Int) -> Void
    ) {
        var row = 0
        for channel in 0..<geometry.channels {
            for i in 0..<geometry.kernel.height {
                for j in 0..<geometry.kernel.width {
                    body(row, channel, i - geometry.top, j - geometry.left)
                    row += geometry.pitch
                }
            }
        }
    }
}
