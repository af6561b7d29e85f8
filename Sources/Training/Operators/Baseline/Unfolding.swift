// A convolution as a matrix product: every kernel position of every input channel becomes a row of pixels.

extension Operators {
    package static func unfold(
        channels: Int, height: Int, width: Int, outputHeight: Int, outputWidth: Int, kernelHeight: Int,
        kernelWidth: Int,
        stride: Int, top: Int, left: Int, input: UnsafePointer<Float>, inputRows: UnsafePointer<Int>,
        unfolded: UnsafeMutablePointer<Float>, pitch: Int
    ) {
        var row = unfolded
        for channel in 0..<channels {
            let plane = input + inputRows[channel]
            for i in 0..<kernelHeight {
                for j in 0..<kernelWidth {
                    for y in 0..<outputHeight {
                        let target = row + y * outputWidth
                        let sourceY = y * stride + i - top
                        if sourceY < 0 || sourceY >= height {
                            target.update(repeating: 0, count: outputWidth)
                            continue
                        }
                        let source = plane + sourceY * width
                        for x in 0..<outputWidth {
                            let sourceX = x * stride + j - left
                            target[x] = sourceX < 0 || sourceX >= width ? 0 : source[sourceX]
                        }
                    }
                    row += pitch
                }
            }
        }
    }
}

extension Operators {
    package static func fold(
        channels: Int, height: Int, width: Int, outputHeight: Int, outputWidth: Int, kernelHeight: Int,
        kernelWidth: Int,
        stride: Int, top: Int, left: Int, unfolded: UnsafePointer<Float>, pitch: Int,
        output: UnsafeMutablePointer<Float>, outputRows: UnsafePointer<Int>
    ) {
        var row = unfolded
        for channel in 0..<channels {
            let plane = output + outputRows[channel]
            for i in 0..<kernelHeight {
                for j in 0..<kernelWidth {
                    for y in 0..<outputHeight {
                        let targetY = y * stride + i - top
                        if targetY < 0 || targetY >= height { continue }
                        let source = row + y * outputWidth
                        let target = plane + targetY * width
                        for x in 0..<outputWidth {
                            let targetX = x * stride + j - left
                            if targetX >= 0 && targetX < width { target[targetX] += source[x] }
                        }
                    }
                    row += pitch
                }
            }
        }
    }
}
