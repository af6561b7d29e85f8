import CCairo
import Diagnostics

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
