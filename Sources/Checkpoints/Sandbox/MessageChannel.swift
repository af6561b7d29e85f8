import Glibc

/// Whole messages over a stream socket: 8 bytes of length, then the bytes.
struct MessageChannel {
    /// The longest message that is taken: a listing of some hundred thousand tensors.
    static let maximumBytes = 1 << 28

    enum Failure: Error, Equatable {
        case ended
        case timedOut
        case garbled
    }

    let descriptor: Int32

    func send(_ message: [UInt8]) throws(Failure) {
        var frame = ByteWriter()
        frame.write(message.count)
        try sendAll(frame.bytes)
        try sendAll(message)
    }

    private func sendAll(_ bytes: [UInt8]) throws(Failure) {
        var offset = 0
        while offset < bytes.count {
            let sent = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset, Int32(MSG_NOSIGNAL))
            }
            if sent < 0 && errno == EINTR { continue }
            guard sent > 0 else { throw .ended }
            offset += sent
        }
    }

    /// The next message; waits until `deadline`, for ever without one.
    func receive(before deadline: ContinuousClock.Instant? = nil) throws(Failure) -> [UInt8] {
        let header = try receive(byteCount: 8, before: deadline)
        var reader = ByteReader(header)
        guard let length = try? reader.number(), length >= 0, length <= Self.maximumBytes else { throw .garbled }
        return try receive(byteCount: length, before: deadline)
    }

    private func receive(byteCount: Int, before deadline: ContinuousClock.Instant?) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        var filled = 0
        while filled < byteCount {
            try wait(before: deadline)
            let start = filled
            let received = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe recv(descriptor, buffer.baseAddress?.advanced(by: start), buffer.count - start, 0)
            }
            if received < 0 && errno == EINTR { continue }
            guard received > 0 else { throw .ended }
            filled += received
        }
        return bytes
    }

    private func wait(before deadline: ContinuousClock.Instant?) throws(Failure) {
        guard let deadline else { return }
        while true {
            let left = (deadline - .now).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else { throw .timedOut }
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&request, 1, Int32(clamping: milliseconds))
            if ready > 0 { return }
            if ready < 0 && errno != EINTR { throw .ended }
        }
    }
}
