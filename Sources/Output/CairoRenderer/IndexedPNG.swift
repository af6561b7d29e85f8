import CPNG
import Diagnostics
import Figures

/// PNG files of few colours: a byte a pixel instead of three, which makes grids of kernels a third as large.
enum IndexedPNG {
    /// Pictures of more colours than this are no grids of kernels: they keep red, green and blue.
    private static let mostColors = 320

    /// The file; nil where the picture has too many colours.
    ///
    /// Above 256 colours, as the map, the labels and the lines may have together, the rarest ones become their neighbours.
    /// Throws `render.failed`.
    static func bytes(_ raster: Raster) throws -> [UInt8]? {
        guard let (palette, pixels) = indexed(raster) else { return nil }
        var control = png_image()
        control.version = UInt32(PNG_IMAGE_VERSION)
        control.width = UInt32(raster.width)
        control.height = UInt32(raster.height)
        control.format = UInt32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_COLORMAP)
        control.colormap_entries = UInt32(palette.count)
        defer { unsafe png_image_free(&control) }
        let map = palette.flatMap { [$0.red, $0.green, $0.blue] }
        // libpng's own bound: the rows with a filter byte each, stored, with zlib's and the chunks' overhead.
        let raw = pixels.count + raster.height
        var room = png_alloc_size_t(raw + raw / 1000 * 2 + 8192)
        var result = [UInt8](repeating: 0, count: Int(room))
        let written = unsafe pixels.withUnsafeBytes { pixels in
            unsafe map.withUnsafeBytes { map in
                unsafe result.withUnsafeMutableBytes {
                    unsafe png_image_write_to_memory(
                        &control, $0.baseAddress, &room, 0, pixels.baseAddress, Int32(raster.width), map.baseAddress)
                }
            }
        }
        guard written != 0 else {
            throw KernelVizError(
                code: "render.failed", subject: "picture of \(raster.width)×\(raster.height) pixels",
                found: "libpng could not write it", advice: "Try a smaller page")
        }
        result.removeLast(result.count - Int(room))
        return result
    }

    /// The colours by first occurrence, and each pixel's place among them.
    private static func indexed(_ raster: Raster) -> (palette: [FigureColor], pixels: [UInt8])? {
        var places: [FigureColor: Int] = [:]
        var (colors, counts, pixels): ([FigureColor], [Int], [Int]) = ([], [], [])
        pixels.reserveCapacity(raster.width * raster.height)
        for start in stride(from: 0, to: raster.bytes.count, by: 3) {
            let color = FigureColor(raster.bytes[start], raster.bytes[start + 1], raster.bytes[start + 2])
            if let place = places[color] {
                counts[place] += 1
                pixels.append(place)
            } else {
                guard colors.count < mostColors else { return nil }
                places[color] = colors.count
                pixels.append(colors.count)
                colors.append(color)
                counts.append(1)
            }
        }
        // Where each colour goes: its own place in the palette, or that of the kept colour that is nearest.
        let rarest = colors.indices.sorted { (counts[$0], $1) < (counts[$1], $0) }.prefix(max(0, colors.count - 256))
        let dropped = Set(rarest)
        let kept = colors.indices.filter { !dropped.contains($0) }
        var targets = [UInt8](repeating: 0, count: colors.count)
        for (place, index) in kept.enumerated() { targets[index] = UInt8(place) }
        for index in rarest {
            let nearest = kept.indices.min {
                distance(colors[kept[$0]], colors[index]) < distance(colors[kept[$1]], colors[index])
            }
            targets[index] = UInt8(nearest ?? 0)
        }
        return (kept.map { colors[$0] }, pixels.map { targets[$0] })
    }

    private static func distance(_ a: FigureColor, _ b: FigureColor) -> Int {
        let parts = [(a.red, b.red), (a.green, b.green), (a.blue, b.blue)]
        return parts.reduce(0) { $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1)) }
    }
}
