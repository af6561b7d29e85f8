import TrainingLanes

// Depthwise 3×3 convolutions over planes of H×W pixels. A plane is copied between rows of zeros and then treated as one
// line: a neighbour above is W places before. What a line would take from beyond the left and right edge is multiplied by
// zero: `leftEdge[p]` is 0 where p is in the first column, `rightEdge[p]` where it is in the last, else 1.
// With a stride the whole plane is computed and every stride-th pixel kept; going back, zeros stand between the gradients.

/// The numbers that the scratch memory of these functions must hold for planes of H×W.
package func depthwiseScratchCount(height: Int, width: Int) -> Int { 3 * paddedCount(height * width, width) }

/// One plane with a row of zeros and a register's width before and behind it.
@inline(__always)
private func paddedCount(_ plane: Int, _ width: Int) -> Int { (plane + 2 * width + 4 * laneCount + 15) / 16 * 16 }

@inline(__always)
private func planeStart(_ width: Int) -> Int { width + laneCount }

/// out[c] = the correlation of in[c] with kernel c mod `kernelCount`, for `images` planes a channel.
package func depthwise(
    channels: Int, images: Int, height: Int, width: Int, outputHeight: Int, outputWidth: Int, stride: Int,
    offsetY: Int, offsetX: Int, input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>,
    kernels: UnsafePointer<Float>, kernelCount: Int, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, outputRows: UnsafePointer<Int>,
    leftEdge: UnsafePointer<Float>, rightEdge: UnsafePointer<Float>, isRectified: Bool,
    scratch: UnsafeMutablePointer<Float>
) {
    let plane = height * width
    let outputPlane = outputHeight * outputWidth
    let padded = paddedCount(plane, width)
    scratch.update(repeating: 0, count: padded)
    let whole = scratch + padded
    for channel in 0..<channels {
        var taps = InlineArray<9, Lanes>(repeating: Lanes(repeating: 0))
        for tap in 0..<9 { taps[tap] = Lanes(repeating: kernels[channel % kernelCount * 9 + tap]) }
        let shift = bias.map { $0[channel] } ?? 0
        for image in 0..<images {
            let source = input + (inputRows[channel] + image * plane)
            let line = scratch + planeStart(width)
            line.update(from: source, count: plane)
            let target = output + (outputRows[channel] + image * outputPlane)
            if stride == 1 && outputPlane == plane {
                correlate(
                    line, taps, plane, width, leftEdge, rightEdge, accumulates: false, shift, isRectified, target)
            } else {
                correlate(line, taps, plane, width, leftEdge, rightEdge, accumulates: false, shift, isRectified, whole)
                for y in 0..<outputHeight {
                    let row = whole + ((y * stride + offsetY) * width + offsetX)
                    for x in 0..<outputWidth { target[y * outputWidth + x] = row[x * stride] }
                }
            }
        }
    }
}

/// What ``depthwise`` does to gradients: the input's (where `inputGradient` is given, overwritten or added to as
/// `accumulates` says) and the kernels' (added to `kernelGradient` where given).
package func depthwiseBackward(
    channels: Int, images: Int, height: Int, width: Int, outputHeight: Int, outputWidth: Int, stride: Int,
    offsetY: Int, offsetX: Int, input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>,
    kernels: UnsafePointer<Float>, kernelCount: Int, outputGradient: UnsafePointer<Float>,
    outputGradientRows: UnsafePointer<Int>, inputGradient: UnsafeMutablePointer<Float>?,
    inputGradientRows: UnsafePointer<Int>, accumulates: UnsafePointer<Bool>,
    kernelGradient: UnsafeMutablePointer<Float>?, leftEdge: UnsafePointer<Float>, rightEdge: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
) {
    let plane = height * width
    let outputPlane = outputHeight * outputWidth
    let padded = paddedCount(plane, width)
    scratch.update(repeating: 0, count: 2 * padded)
    let inputLine = scratch + planeStart(width)
    let gradientLine = scratch + (padded + planeStart(width))
    for channel in 0..<channels {
        let kernel = channel % kernelCount * 9
        var flipped = InlineArray<9, Lanes>(repeating: Lanes(repeating: 0))
        for tap in 0..<9 { flipped[tap] = Lanes(repeating: kernels[kernel + 8 - tap]) }
        var sums = InlineArray<9, Lanes>(repeating: Lanes(repeating: 0))
        for image in 0..<images {
            let gradient = outputGradient + (outputGradientRows[channel] + image * outputPlane)
            if stride == 1 && outputPlane == plane {
                gradientLine.update(from: gradient, count: plane)
            } else {
                for y in 0..<outputHeight {
                    let row = gradientLine + ((y * stride + offsetY) * width + offsetX)
                    for x in 0..<outputWidth { row[x * stride] = gradient[y * outputWidth + x] }
                }
            }
            if let inputGradient {
                correlate(
                    gradientLine, flipped, plane, width, leftEdge, rightEdge, accumulates: accumulates[channel], 0,
                    false, inputGradient + (inputGradientRows[channel] + image * plane))
            }
            if kernelGradient != nil {
                inputLine.update(from: input + (inputRows[channel] + image * plane), count: plane)
                correlateGradients(inputLine, gradientLine, plane, width, leftEdge, rightEdge, &sums)
            }
        }
        if let kernelGradient {
            for tap in 0..<9 { kernelGradient[kernel + tap] += sum(sums[tap]) }
        }
    }
}

/// out[p] = Σ over the nine taps; `line` is readable a row and a register before and behind the plane.
@inline(__always)
private func correlate(
    _ line: UnsafeMutablePointer<Float>, _ taps: InlineArray<9, Lanes>, _ plane: Int, _ width: Int,
    _ leftEdge: UnsafePointer<Float>, _ rightEdge: UnsafePointer<Float>, accumulates: Bool, _ shift: Float,
    _ isRectified: Bool, _ output: UnsafeMutablePointer<Float>
) {
    var p = 0
    while p < plane {
        let above = line + (p - width)
        let here = line + p
        let below = line + (p + width)
        var left = taps[0] * load(above - 1)
        left = multiplyAdd(taps[3], load(here - 1), left)
        left = multiplyAdd(taps[6], load(below - 1), left)
        var middle = taps[1] * load(above)
        middle = multiplyAdd(taps[4], load(here), middle)
        middle = multiplyAdd(taps[7], load(below), middle)
        var right = taps[2] * load(above + 1)
        right = multiplyAdd(taps[5], load(here + 1), right)
        right = multiplyAdd(taps[8], load(below + 1), right)
        var result = multiplyAdd(left, load(leftEdge + p), middle + shift)
        result = multiplyAdd(right, load(rightEdge + p), result)
        if plane - p >= laneCount {
            if accumulates { result += load(output + p) }
            if isRectified { result = maximum(result, Lanes(repeating: 0)) }
            store(result, output + p)
        } else {
            if accumulates { result += load(UnsafePointer(output + p), first: plane - p) }
            if isRectified { result = maximum(result, Lanes(repeating: 0)) }
            store(result, output + p, first: plane - p)
        }
        p += laneCount
    }
}

/// sums[tap] += Σ over p: gradient[p] · in[p + tap's shift], inside the plane.
@inline(__always)
private func correlateGradients(
    _ line: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>, _ plane: Int, _ width: Int,
    _ leftEdge: UnsafePointer<Float>, _ rightEdge: UnsafePointer<Float>, _ sums: inout InlineArray<9, Lanes>
) {
    var p = 0
    while p < plane {
        // Behind the plane the line of gradients holds zeros.
        let middle = load(gradients + p)
        let left = middle * load(leftEdge + p)
        let right = middle * load(rightEdge + p)
        let above = line + (p - width)
        let here = line + p
        let below = line + (p + width)
        sums[0] = multiplyAdd(left, load(above - 1), sums[0])
        sums[1] = multiplyAdd(middle, load(above), sums[1])
        sums[2] = multiplyAdd(right, load(above + 1), sums[2])
        sums[3] = multiplyAdd(left, load(here - 1), sums[3])
        sums[4] = multiplyAdd(middle, load(here), sums[4])
        sums[5] = multiplyAdd(right, load(here + 1), sums[5])
        sums[6] = multiplyAdd(left, load(below - 1), sums[6])
        sums[7] = multiplyAdd(middle, load(below), sums[7])
        sums[8] = multiplyAdd(right, load(below + 1), sums[8])
        p += laneCount
    }
}
