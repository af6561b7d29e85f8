import TrainingOperatorInterface

// Depthwise 3×3 convolutions over planes of H×W pixels, in three ways: by columns of registers where rows are long
// (DepthwiseRows), by registers of whole rows where they have eight or four pixels (DepthwisePackedRows), else as one line
// (DepthwiseLine). With a stride the whole plane is computed and every stride-th pixel kept; in the backward pass zeros stand
// between the gradients.

/// The numbers that the scratch memory of these functions must hold for planes of H×W.
package func depthwiseScratchCount(height: Int, width: Int) -> Int { 3 * paddedCount(height * width, width) }

extension Operators {
    package static func depthwise(_ call: DepthwiseCall) {
        let (from, geometry, isRectified) = (call.source, call.source.geometry, call.isRectified)
        let (channels, images, stride) = (geometry.channels, geometry.images, geometry.stride)
        let (offsetY, offsetX, width) = (geometry.offsetY, geometry.offsetX, geometry.input.width)
        let (outputHeight, outputWidth) = (geometry.output.height, geometry.output.width)
        let planes = Planes(from)
        planes.clearScratch()
        let outputPlane = outputHeight * outputWidth
        for channel in 0..<channels {
            let kernel = from.kernels.weights + channel % from.kernels.count * 9
            var taps = InlineArray<9, Lanes>(repeating: Lanes(repeating: 0))
            for tap in 0..<9 { taps[tap] = Lanes(repeating: kernel[tap]) }
            let shift = call.bias.map { $0[channel] } ?? 0
            let loading = planes.loading(from, channel)
            let source = from.input.base + from.input.places[channel]
            let target = call.output.base + call.output.places[channel]
            if stride == 1 && outputPlane == planes.plane {
                planes.correlate(source, loading, taps, images: images, accumulates: false, shift, target)
                if isRectified { rectify(target, count: images * outputPlane) }
                continue
            }
            for image in 0..<images {
                let whole = planes.spare
                planes.correlate(
                    source + image * planes.plane, loading, taps, images: 1, accumulates: false, shift, whole)
                let kept = target + image * outputPlane
                for y in 0..<outputHeight {
                    let row = whole + ((y * stride + offsetY) * width + offsetX)
                    for x in 0..<outputWidth { kept[y * outputWidth + x] = row[x * stride] }
                }
            }
            if isRectified { rectify(target, count: images * outputPlane) }
        }
    }
}

extension Operators {
    package static func depthwiseBackward(_ call: DepthwiseBackwardCall) {
        let (from, geometry) = (call.source, call.source.geometry)
        let (channels, images, stride) = (geometry.channels, geometry.images, geometry.stride)
        let (offsetY, offsetX, width) = (geometry.offsetY, geometry.offsetX, geometry.input.width)
        let (outputHeight, outputWidth) = (geometry.output.height, geometry.output.width)
        let planes = Planes(from)
        planes.clearScratch()
        let (plane, outputPlane) = (planes.plane, outputHeight * outputWidth)
        let isSamePlane = stride == 1 && outputPlane == plane
        for channel in 0..<channels {
            let kernel = channel % from.kernels.count * 9
            var flipped = InlineArray<9, Lanes>(repeating: Lanes(repeating: 0))
            for tap in 0..<9 { flipped[tap] = Lanes(repeating: from.kernels.weights[kernel + 8 - tap]) }
            var sums = InlineArray<9, Lanes>(repeating: Lanes(repeating: 0))
            // Where nobody needs the input's gradient, it is written to a plane that nobody reads.
            var (target, pitch, adds, isNeeded) = (planes.spare, 0, false, false)
            if let gradient = call.inputGradient {
                target = gradient.rows.base + gradient.rows.places[channel]
                (pitch, adds, isNeeded) = (plane, gradient.accumulates[channel], true)
            }
            let values = from.input.base + from.input.places[channel]
            let loading = planes.loading(from, channel)
            for image in 0..<(isSamePlane ? 1 : images) {
                var gradient =
                    call.outputGradient.base + (call.outputGradient.places[channel] + image * outputPlane)
                if !isSamePlane {
                    for y in 0..<outputHeight {
                        let row = planes.gradientLine + ((y * stride + offsetY) * width + offsetX)
                        for x in 0..<outputWidth { row[x * stride] = gradient[y * outputWidth + x] }
                    }
                    gradient = UnsafePointer(planes.gradientLine)
                }
                let count = isSamePlane ? images : 1
                if call.kernelGradient != nil {
                    planes.backward(
                        gradient, values + image * plane, loading, flipped, images: count, accumulates: adds,
                        target + image * pitch, pitch, &sums)
                } else if isNeeded {
                    planes.correlate(
                        gradient, Loading.plain, flipped, images: count, accumulates: adds, 0, target + image * pitch)
                }
            }
            if let kernelGradient = call.kernelGradient {
                for tap in 0..<9 { kernelGradient[kernel + tap] += sum(sums[8 - tap]) }
            }
        }
    }
}

/// Planes of one size and the ways to go over them.
private struct Planes {
    let height: Int
    let width: Int
    let leftEdge: UnsafePointer<Float>
    let rightEdge: UnsafePointer<Float>
    let scratch: UnsafeMutablePointer<Float>

    @inline(__always)
    init(_ source: DepthwiseSource) {
        height = source.geometry.input.height
        width = source.geometry.input.width
        leftEdge = source.leftEdge
        rightEdge = source.rightEdge
        scratch = source.scratch
    }

    var plane: Int { height * width }
    /// A plane between zeros, a second one for gradients, and a third one for anything.
    var inputLine: UnsafeMutablePointer<Float> { scratch + planeStart(width) }
    var gradientLine: UnsafeMutablePointer<Float> { scratch + (paddedCount(plane, width) + planeStart(width)) }
    var spare: UnsafeMutablePointer<Float> { scratch + 2 * paddedCount(plane, width) }

    func clearScratch() { scratch.update(repeating: 0, count: 2 * paddedCount(plane, width)) }

    /// What is done to a channel's numbers as they are loaded.
    @inline(__always)
    func loading(_ source: DepthwiseSource, _ channel: Int) -> Loading {
        Loading(
            scale: source.scales.map { $0[channel] } ?? 1, shift: source.shifts.map { $0[channel] } ?? 0)
    }

    @inline(__always)
    func correlate(
        _ source: UnsafePointer<Float>, _ loading: Loading, _ taps: InlineArray<9, Lanes>, images: Int,
        accumulates: Bool, _ shift: Float,
        _ target: UnsafeMutablePointer<Float>
    ) {
        if accumulates {
            correlate(Tile<1>.self, source, loading, taps, images, shift, target)
        } else {
            correlate(Tile<0>.self, source, loading, taps, images, shift, target)
        }
    }

    @inline(never)
    private func correlate<let adds: Int>(
        _ kind: Tile<adds>.Type, _ source: UnsafePointer<Float>, _ loading: Loading, _ taps: InlineArray<9, Lanes>,
        _ images: Int, _ shift: Float, _ target: UnsafeMutablePointer<Float>
    ) {
        if suitsPackedRows(height: height, width: width) {
            if width == 8 {
                correlatePackedRows(
                    Tile<8>.self, kind, source, loading, taps, images: images, plane: plane, shift, target)
            } else {
                correlatePackedRows(
                    Tile<4>.self, kind, source, loading, taps, images: images, plane: plane, shift, target)
            }
            return
        }
        for image in 0..<images {
            let (from, to) = (source + image * plane, target + image * plane)
            if suitsRows(width: width) {
                correlateRows(kind, from, loading, taps, height: height, width: width, shift, to)
            } else {
                let line = from == UnsafePointer(gradientLine) ? gradientLine : inputLine
                if line == inputLine { copy(from, loading, plane, to: line) }
                correlateLine(line, taps, plane, width, leftEdge, rightEdge, accumulates: adds == 1, shift, to)
            }
        }
    }

    /// The correlation of gradients with flipped taps, and what they add to the kernel's, in the order of these taps.
    ///
    /// Separate arguments: those of a structure would be read again from memory in the loop.
    @inline(__always)
    func backward(
        _ gradient: UnsafePointer<Float>, _ input: UnsafePointer<Float>, _ loading: Loading,
        _ flipped: InlineArray<9, Lanes>, images: Int, accumulates: Bool, _ target: UnsafeMutablePointer<Float>,
        _ pitch: Int, _ sums: inout InlineArray<9, Lanes>
    ) {
        if accumulates {
            backward(Tile<1>.self, gradient, input, loading, flipped, images, target, pitch, &sums)
        } else {
            backward(Tile<0>.self, gradient, input, loading, flipped, images, target, pitch, &sums)
        }
    }

    /// The same with the choice as a type, so that the loop has no branch.
    @inline(never)
    private func backward<let adds: Int>(
        _ kind: Tile<adds>.Type, _ gradient: UnsafePointer<Float>, _ input: UnsafePointer<Float>, _ loading: Loading,
        _ flipped: InlineArray<9, Lanes>, _ images: Int, _ target: UnsafeMutablePointer<Float>, _ pitch: Int,
        _ sums: inout InlineArray<9, Lanes>
    ) {
        if suitsPackedRows(height: height, width: width) {
            if width == 8 {
                backPackedRows(
                    Tile<8>.self, kind, gradient, input, loading, flipped, images: images, plane: plane, target, pitch,
                    &sums)
            } else {
                backPackedRows(
                    Tile<4>.self, kind, gradient, input, loading, flipped, images: images, plane: plane, target, pitch,
                    &sums)
            }
            return
        }
        for image in 0..<images {
            let (from, values, to) = (gradient + image * plane, input + image * plane, target + image * pitch)
            if suitsRows(width: width) {
                backRows(kind, from, values, loading, flipped, height: height, width: width, to, &sums)
                continue
            }
            if from != UnsafePointer(gradientLine) { gradientLine.update(from: from, count: plane) }
            copy(values, loading, plane, to: inputLine)
            correlateLine(gradientLine, flipped, plane, width, leftEdge, rightEdge, accumulates: adds == 1, 0, to)
            correlateGradientLines(inputLine, gradientLine, plane, width, leftEdge, rightEdge, &sums)
        }
    }
}

/// Negative numbers become zero.
@inline(__always)
private func rectify(_ numbers: UnsafeMutablePointer<Float>, count: Int) {
    for p in 0..<count { numbers[p] = numbers[p] < 0 ? 0 : numbers[p] }
}
