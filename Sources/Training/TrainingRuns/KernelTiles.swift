import Images
import Tensors

/// A layer's first kernels side by side in grey: zero is the middle, black and white are the layer's greatest weight.
enum KernelTiles {
    /// The most kernels of a picture.
    static let most = 64

    /// The picture of weights O×I×N×N, N > 1: the slices of each filter in turn, eight to a row; nil for other tensors.
    static func picture(of weights: Tensor) -> RGBImage? {
        let shape = weights.shape
        guard shape.rank == 4, shape[2] > 1 || shape[3] > 1 else { return nil }
        let (rows, columns) = (shape[2], shape[3])
        let count = min(most, shape[0] * shape[1])
        let limit = weights.scalars.reduce(Float(0)) { $1.isFinite ? max($0, abs($1)) : $0 }
        guard count > 0, rows > 0, columns > 0 else { return nil }
        let perRow = min(8, count)
        // Kernels of any size come out as large, with a line between them.
        let scale = max(1, 24 / max(rows, columns))
        let (tileWidth, tileHeight) = (columns * scale + 1, rows * scale + 1)
        let width = perRow * tileWidth + 1
        let height = (count + perRow - 1) / perRow * tileHeight + 1
        var bytes = [UInt8](repeating: 255, count: width * height * 3)
        for kernel in 0..<count {
            let (left, top) = (kernel % perRow * tileWidth + 1, kernel / perRow * tileHeight + 1)
            for y in 0..<rows * scale {
                for x in 0..<columns * scale {
                    let weight = weights.scalars[(kernel * rows + y / scale) * columns + x / scale]
                    let start = ((top + y) * width + left + x) * 3
                    bytes.replaceSubrange(start..<start + 3, with: repeatElement(grey(weight, limit), count: 3))
                }
            }
        }
        return RGBImage(width: width, height: height, bytes: bytes)
    }

    /// 128 for zero, 1 and 255 for −`limit` and `limit`; 0 for what is no number.
    private static func grey(_ weight: Float, _ limit: Float) -> UInt8 {
        guard weight.isFinite else { return 0 }
        return UInt8((128 + (limit > 0 ? weight / limit : 0) * 127).rounded())
    }
}
