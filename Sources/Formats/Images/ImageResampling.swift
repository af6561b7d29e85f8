/// The filter that weighs input pixels when a picture is resized.
public enum ImageFilter: String, Sendable, Equatable, Codable, CaseIterable {
    /// A triangle, one pixel to each side at the coarser of both scales.
    case bilinear
    /// Keys' cubic with a = −½, two pixels to each side.
    case bicubic

    /// How far the filter reaches, in pixels of the coarser scale.
    var support: Double { self == .bilinear ? 1 : 2 }

    /// The weight at distance `x`.
    func weight(_ x: Double) -> Double {
        let x = abs(x)
        switch self {
        case .bilinear:
            return x < 1 ? 1 - x : 0
        case .bicubic:
            let a = -0.5
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
            return 0
        }
    }
}

extension RGBImage {
    /// The picture at another size, byte for byte as Pillow's `Image.resize` gives it.
    ///
    /// Antialiased: when shrinking, the filter widens with the scale. Two passes, columns then rows, with 8-bit
    /// intermediates and weights in fixed point of 22 bits. Cost: O(pixels · filter width).
    /// Source: Pillow, src/libImaging/Resample.c.
    public func resized(width newWidth: Int, height newHeight: Int, filter: ImageFilter = .bilinear) -> RGBImage {
        precondition(newWidth > 0 && newHeight > 0)
        var result = self
        if newWidth != width {
            let taps = ResamplingTaps(from: width, to: newWidth, filter: filter)
            var bytes = [UInt8](repeating: 0, count: newWidth * height * 3)
            taps.resampleRows(of: result.bytes, rows: height, into: &bytes)
            result = RGBImage(width: newWidth, height: height, bytes: bytes)
        }
        if newHeight != height {
            let taps = ResamplingTaps(from: height, to: newHeight, filter: filter)
            var bytes = [UInt8](repeating: 0, count: newWidth * newHeight * 3)
            taps.resampleColumns(of: result.bytes, rowBytes: newWidth * 3, into: &bytes)
            result = RGBImage(width: newWidth, height: newHeight, bytes: bytes)
        }
        return result
    }

    /// The picture with its shorter side at `length`, the other in proportion (rounded down, as torchvision does).
    public func resized(shortSide length: Int, filter: ImageFilter = .bilinear) -> RGBImage {
        let long = max(1, length * max(width, height) / min(width, height))
        return width <= height
            ? resized(width: length, height: long, filter: filter)
            : resized(width: long, height: length, filter: filter)
    }
}

/// Which input pixels make each output pixel along one axis, and with what weights.
struct ResamplingTaps {
    static let precisionBits = 22

    /// The first input pixel of each output pixel.
    let starts: [Int]
    /// The number of taps of each output pixel.
    let counts: [Int]
    /// `stride` fixed-point weights for each output pixel.
    let weights: [Int32]
    /// The room for weights of one output pixel.
    let stride: Int

    init(from inputLength: Int, to outputLength: Int, filter: ImageFilter) {
        let scale = Double(inputLength) / Double(outputLength)
        let filterScale = max(scale, 1)
        let support = filter.support * filterScale
        var starts: [Int] = []
        var counts: [Int] = []
        let stride = Int(support.rounded(.up)) * 2 + 1
        var weights = [Int32](repeating: 0, count: outputLength * stride)
        for output in 0..<outputLength {
            let center = (Double(output) + 0.5) * scale
            let first = max(0, Int(center - support + 0.5))
            let end = min(inputLength, Int(center + support + 0.5))
            let line = (first..<end).map { filter.weight((Double($0) - center + 0.5) / filterScale) }
            let sum = line.reduce(0, +)
            for (tap, weight) in line.enumerated() {
                let fixed = weight / sum * Double(1 << Self.precisionBits)
                weights[output * stride + tap] = Int32(fixed < 0 ? fixed - 0.5 : fixed + 0.5)
            }
            starts.append(first)
            counts.append(end - first)
        }
        self.starts = starts
        self.counts = counts
        self.weights = weights
        self.stride = stride
    }

    /// Resamples each row of `source` (three bytes a pixel) into the same row of `target`.
    func resampleRows(of source: [UInt8], rows: Int, into target: inout [UInt8]) {
        let inputRow = source.count / rows
        let outputRow = target.count / rows
        unsafe source.withUnsafeBufferPointer { source in
            unsafe weights.withUnsafeBufferPointer { weights in
                unsafe target.withUnsafeMutableBufferPointer { target in
                    for row in 0..<rows {
                        for output in starts.indices {
                            var red: Int32 = 1 << (Int32(Self.precisionBits) - 1)
                            var green = red
                            var blue = red
                            var pixel = row * inputRow + starts[output] * 3
                            for tap in output * stride..<output * stride + counts[output] {
                                let weight = unsafe weights[tap]
                                unsafe red &+= Int32(source[pixel]) &* weight
                                unsafe green &+= Int32(source[pixel + 1]) &* weight
                                unsafe blue &+= Int32(source[pixel + 2]) &* weight
                                pixel += 3
                            }
                            let place = row * outputRow + output * 3
                            unsafe target[place] = Self.clamped(red)
                            unsafe target[place + 1] = Self.clamped(green)
                            unsafe target[place + 2] = Self.clamped(blue)
                        }
                    }
                }
            }
        }
    }

    /// Resamples each column of bytes of `source`, whose rows are `rowBytes` long.
    func resampleColumns(of source: [UInt8], rowBytes: Int, into target: inout [UInt8]) {
        unsafe source.withUnsafeBufferPointer { source in
            unsafe weights.withUnsafeBufferPointer { weights in
                unsafe target.withUnsafeMutableBufferPointer { target in
                    for output in starts.indices {
                        for column in 0..<rowBytes {
                            var sum: Int32 = 1 << (Int32(Self.precisionBits) - 1)
                            var place = starts[output] * rowBytes + column
                            for tap in output * stride..<output * stride + counts[output] {
                                unsafe sum &+= Int32(source[place]) &* weights[tap]
                                place += rowBytes
                            }
                            unsafe target[output * rowBytes + column] = Self.clamped(sum)
                        }
                    }
                }
            }
        }
    }

    @inline(__always) private static func clamped(_ sum: Int32) -> UInt8 {
        UInt8(max(0, min(255, sum >> Int32(precisionBits))))
    }
}
