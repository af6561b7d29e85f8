import CCairo
import Diagnostics
import Figures

/// Bytes that a surface hands over while it is written.
final class ByteSink {
    var bytes: [UInt8] = []

    /// The function that cairo calls; `closure` is an unretained sink.
    static let write: cairo_write_func_t = { closure, data, length in
        guard let closure = unsafe closure, let data = unsafe data else { return CAIRO_STATUS_WRITE_ERROR }
        let sink = unsafe Unmanaged<ByteSink>.fromOpaque(closure).takeUnretainedValue()
        unsafe sink.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
        return CAIRO_STATUS_SUCCESS
    }

    /// What is passed to ``write``; the sink must outlive the surface.
    var closure: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }
}

/// A cairo surface that is destroyed with its owner.
struct Surface: ~Copyable {
    let pointer: OpaquePointer

    /// Takes over a surface that was just made; throws where cairo could not make it.
    init(taking pointer: OpaquePointer?, _ what: String) throws {
        guard let pointer = unsafe pointer else { throw Self.failure(what, CAIRO_STATUS_NO_MEMORY) }
        let status = unsafe cairo_surface_status(pointer)
        guard status == CAIRO_STATUS_SUCCESS else {
            unsafe cairo_surface_destroy(pointer)
            throw Self.failure(what, status)
        }
        unsafe self.pointer = pointer
    }

    deinit { unsafe cairo_surface_destroy(pointer) }

    /// Throws `render.failed` where any call on the surface failed.
    func check(_ what: String) throws {
        let status = unsafe cairo_surface_status(pointer)
        guard status == CAIRO_STATUS_SUCCESS else { throw Self.failure(what, status) }
    }

    static func failure(_ what: String, _ status: cairo_status_t) -> KernelVizError {
        let reason = unsafe String(cString: cairo_status_to_string(status))
        return KernelVizError(
            code: "render.failed", subject: what, found: "cairo reports '\(reason)'",
            advice: "Try a smaller page or a lower --dpi")
    }
}

extension Surface {
    /// The pixels of `raster`.
    static func picture(_ raster: Raster) throws -> Surface {
        let picture = try Surface(
            taking: cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(raster.width), Int32(raster.height)),
            "picture of \(raster.width)×\(raster.height) pixels")
        let stride = unsafe Int(cairo_image_surface_get_stride(picture.pointer))
        guard let data = unsafe cairo_image_surface_get_data(picture.pointer) else { return picture }
        raster.bytes.withUnsafeBufferPointer { bytes in
            for row in 0..<raster.height {
                let line = unsafe UnsafeMutableRawPointer(data + row * stride).assumingMemoryBound(to: UInt32.self)
                for column in 0..<raster.width {
                    let place = (row * raster.width + column) * 3
                    unsafe line[column] =
                        UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2])
                }
            }
        }
        unsafe cairo_surface_mark_dirty(picture.pointer)
        return picture
    }

    /// Red, green and blue of an image surface's pixels, row by row.
    func rgb(width: Int, height: Int) -> [UInt8] {
        unsafe cairo_surface_flush(pointer)
        let stride = unsafe Int(cairo_image_surface_get_stride(pointer))
        guard let data = unsafe cairo_image_surface_get_data(pointer) else {
            return Array(repeating: 255, count: width * height * 3)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(width * height * 3)
        for row in 0..<height {
            let line = unsafe UnsafeMutableRawPointer(data + row * stride).assumingMemoryBound(to: UInt32.self)
            for column in 0..<width {
                let pixel = unsafe line[column]
                for shift in [16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: pixel >> shift)) }
            }
        }
        return bytes
    }
}

/// A drawing context that is destroyed with its owner; errors stick to it until ``check(_:)``.
struct Context: ~Copyable {
    let pointer: OpaquePointer

    /// Draws on `surface`, which must outlive the context.
    init(on surface: borrowing Surface) throws {
        guard let pointer = unsafe cairo_create(surface.pointer) else {
            throw Surface.failure("figure", CAIRO_STATUS_NO_MEMORY)
        }
        unsafe self.pointer = pointer
    }

    deinit { unsafe cairo_destroy(pointer) }

    /// Throws `render.failed` where any call so far failed.
    func check(_ what: String) throws {
        let status = unsafe cairo_status(pointer)
        guard status == CAIRO_STATUS_SUCCESS else { throw Surface.failure(what, status) }
    }
}
