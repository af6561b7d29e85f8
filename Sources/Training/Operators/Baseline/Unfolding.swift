import TrainingOperatorInterface

// A convolution as a matrix product: every kernel position of every input channel becomes a row of pixels.

extension Operators {
    package static func unfold(_ call: UnfoldCall) {
        let geometry = call.geometry
        let (height, width, stride) = (geometry.input.height, geometry.input.width, geometry.stride)
        let (outputHeight, outputWidth) = (geometry.output.height, geometry.output.width)
        let (top, left, pitch) = (geometry.top, geometry.left, geometry.pitch)
        var row = call.unfolded
        for channel in 0..<geometry.channels {
            let plane = call.input.base + call.input.places[channel]
            for i in 0..<geometry.kernel.height {
                for j in 0..<geometry.kernel.width {
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
    package static func fold(_ call: FoldCall) {
        let geometry = call.geometry
        let (height, width, stride) = (geometry.input.height, geometry.input.width, geometry.stride)
        let (outputHeight, outputWidth) = (geometry.output.height, geometry.output.width)
        let (top, left, pitch) = (geometry.top, geometry.left, geometry.pitch)
        var row = call.unfolded
        for channel in 0..<geometry.channels {
            let plane = call.output.base + call.output.places[channel]
            for i in 0..<geometry.kernel.height {
                for j in 0..<geometry.kernel.width {
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
