import CCairo
import Figures

/// The PNG container, as far as cairo leaves it to us.
enum PNGFile {
    /// The file with a `pHYs` chunk behind its header, so that it prints at its true size.
    static func bytes(_ file: [UInt8], dotsPerInch: Double) -> [UInt8] {
        // Signature (8) and header chunk (25) always come first.
        let headerEnd = 33
        guard file.count > headerEnd else { return file }
        let size = PNGChunk.bigEndian(UInt32((dotsPerInch / 0.0254).rounded()))  // dots per metre
        // The last byte says that the unit is the metre.
        return file[..<headerEnd] + PNGChunk.bytes("pHYs", size + size + [1]) + file[headerEnd...]
    }

    /// The pixels of a surface as a PNG file.
    static func encoded(_ surface: borrowing Surface, _ title: String) throws -> [UInt8] {
        let sink = ByteSink()
        let status = withExtendedLifetime(sink) {
            unsafe cairo_surface_write_to_png_stream(surface.pointer, ByteSink.write, sink.closure)
        }
        guard status == CAIRO_STATUS_SUCCESS else { throw Surface.failure(title, status) }
        return sink.bytes
    }
}
