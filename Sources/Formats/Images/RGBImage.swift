/// An 8-bit colour picture: rows from the top, three bytes a pixel, no padding between rows.
public struct RGBImage: Sendable, Equatable {
    /// Columns, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// Red, green, blue, row by row; `bytes.count == width·height·3`.
    public let bytes: [UInt8]

    /// Pairs a size with its pixels; the counts must agree.
    public init(width: Int, height: Int, bytes: [UInt8]) {
        precondition(width > 0 && height > 0 && bytes.count == width * height * 3)
        self.width = width
        self.height = height
        self.bytes = bytes
    }

    /// A picture in one colour.
    public init(width: Int, height: Int, red: UInt8, green: UInt8, blue: UInt8) {
        var bytes = [UInt8](repeating: 0, count: width * height * 3)
        for pixel in 0..<(width * height) {
            bytes[3 * pixel] = red
            bytes[3 * pixel + 1] = green
            bytes[3 * pixel + 2] = blue
        }
        self.init(width: width, height: height, bytes: bytes)
    }

    /// Red, green and blue of the pixel in column `x` and row `y`.
    public func pixel(_ x: Int, _ y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
        let start = (y * width + x) * 3
        return (bytes[start], bytes[start + 1], bytes[start + 2])
    }

    /// The rectangle whose top left corner is (`x`, `y`); parts outside the picture are black.
    public func cropped(x: Int, y: Int, width newWidth: Int, height newHeight: Int) -> RGBImage {
        var result = [UInt8](repeating: 0, count: newWidth * newHeight * 3)
        let firstColumn = max(0, x)
        let endColumn = min(width, x + newWidth)
        guard firstColumn < endColumn else { return RGBImage(width: newWidth, height: newHeight, bytes: result) }
        for row in max(0, y)..<max(max(0, y), min(height, y + newHeight)) {
            let source = (row * width + firstColumn) * 3
            let target = ((row - y) * newWidth + firstColumn - x) * 3
            let count = (endColumn - firstColumn) * 3
            result.replaceSubrange(target..<target + count, with: bytes[source..<source + count])
        }
        return RGBImage(width: newWidth, height: newHeight, bytes: result)
    }

    /// The square of `size` pixels around the middle, as torchvision's `CenterCrop` takes it.
    ///
    /// Half pixels are rounded to the even side; a picture smaller than `size` is padded with black.
    public func centerCropped(_ size: Int) -> RGBImage {
        cropped(
            x: Self.cropOffset(width, size), y: Self.cropOffset(height, size), width: size, height: size)
    }

    private static func cropOffset(_ length: Int, _ size: Int) -> Int {
        if length < size { return -((size - length) / 2) }
        return Int((Double(length - size) / 2).rounded(.toNearestOrEven))
    }
}
