/// How a camera held a picture: the value of the EXIF tag Orientation (274), 1 to 8.
///
/// Source: CIPA DC-008 (EXIF 2.32), 4.6.4; the turns are those of Pillow's `ImageOps.exif_transpose`.
public enum ImageOrientation: Int, Sendable, Equatable, CaseIterable, Codable {
    /// Stored as it is seen.
    case upright = 1
    /// Mirrored left to right.
    case mirrored
    /// Upside down.
    case halfTurn
    /// Mirrored top to bottom.
    case flipped
    /// Mirrored along the main diagonal.
    case transposed
    /// To be turned a quarter to the right (clockwise).
    case quarterRight
    /// Mirrored along the other diagonal.
    case transverse
    /// To be turned a quarter to the left.
    case quarterLeft
}

extension RGBImage {
    /// The picture as it is seen when it was stored with `orientation`.
    public func turned(by orientation: ImageOrientation) -> RGBImage {
        // The place in this picture of the result's first pixel, and the steps from it to the next column and row.
        let (right, down) = (3, 3 * width)
        let (lastColumn, lastRow) = (3 * (width - 1), 3 * width * (height - 1))
        let (first, column, row): (Int, Int, Int) =
            switch orientation {
            case .upright: (0, right, down)
            case .mirrored: (lastColumn, -right, down)
            case .halfTurn: (lastRow + lastColumn, -right, -down)
            case .flipped: (lastRow, right, -down)
            case .transposed: (0, down, right)
            case .quarterRight: (lastRow, -down, right)
            case .transverse: (lastRow + lastColumn, -down, -right)
            case .quarterLeft: (lastColumn, down, -right)
            }
        if orientation == .upright { return self }
        let isOnItsSide = orientation.rawValue >= ImageOrientation.transposed.rawValue
        let (newWidth, newHeight) = isOnItsSide ? (height, width) : (width, height)
        var result = [UInt8]()
        result.reserveCapacity(bytes.count)
        for y in 0..<newHeight {
            var source = first + y * row
            for _ in 0..<newWidth {
                result.append(bytes[source])
                result.append(bytes[source + 1])
                result.append(bytes[source + 2])
                source += column
            }
        }
        return RGBImage(width: newWidth, height: newHeight, bytes: result)
    }
}
