import Engine

/// Where the taps of a window lie, whatever the size of the image.
struct WindowReach: Sendable {
    /// Of each tap, row by row, whether it never lies in the border of zeros.
    let isInside: [Bool]
    /// The tap that reads the pixel at which the result stands; nil where the result has another size than the image.
    let identityTap: Int?

    /// Whether no tap ever lies in the border.
    var isUnpadded: Bool { !isInside.contains(false) }

    init(height: Int, width: Int, stride: Int, padding: Padding) {
        let (top, left, bottom, right): (Int, Int, Int, Int)
        switch padding {
        case .explicit(let above, let before, let below, let after):
            (top, left, bottom, right) = (above, before, below, after)
        case .same:
            // At most window − 1 is added; of an odd number the larger part goes behind.
            (top, left, bottom, right) = ((height - 1) / 2, (width - 1) / 2, height / 2, width / 2)
        }
        isInside = (0..<height * width).map { tap in
            let (row, column) = (tap / width, tap % width)
            return row >= top && column >= left && height - 1 - row >= bottom && width - 1 - column >= right
        }
        let keepsSize = stride == 1 && top + bottom == height - 1 && left + right == width - 1
        identityTap = keepsSize && top >= 0 && left >= 0 && top < height && left < width ? top * width + left : nil
    }

    /// The window of a matrix product over all pixels of a channel.
    init(pixels: Int) {
        isInside = Array(repeating: true, count: pixels)
        identityTap = pixels == 1 ? 0 : nil
    }
}

extension Padding {
    /// The padding as numbers for a fingerprint.
    var words: [UInt64] {
        switch self {
        case .same: [1]
        case .explicit(let top, let left, let bottom, let right):
            [0] + [top, left, bottom, right].map { UInt64(truncatingIfNeeded: $0) }
        }
    }
}
