import Diagnostics
import Glibc

/// An answer of a web server on this machine, asked through a bare socket: every header is the test's own.
public struct RawHTTP {
    /// The status, 0 for what is no answer.
    public let status: Int
    /// Status line and headers.
    public let head: String
    /// The content.
    public let body: [UInt8]

    /// The content as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// Asks for a path as it stands; nil leaves the host out.
    public static func ask(
        _ path: String, port: UInt16, host: String? = "127.0.0.1", method: String = "GET", headers: [String] = []
    ) throws -> RawHTTP {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            throw KernelVizError(code: "test.http", subject: "port \(port)", found: "nobody answers")
        }
        let lines =
            ["\(method) \(path) HTTP/1.1"] + (host.map { ["Host: \($0)"] } ?? []) + headers + ["Connection: close"]
        let request = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        guard write(descriptor, request, request.count) == request.count else {
            throw KernelVizError(code: "test.http", subject: "port \(port)", found: "nobody listens")
        }
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count <= 0 { break }
            answer += piece.prefix(count)
        }
        return RawHTTP(answer)
    }

    private init(_ answer: [UInt8]) {
        let end = answer.firstRange(of: Array("\r\n\r\n".utf8))
        head = String(decoding: answer[..<(end?.lowerBound ?? answer.count)], as: UTF8.self)
        body = end.map { Array(answer[$0.upperBound...]) } ?? []
        let words = head.split(separator: " ", maxSplits: 2)
        status = words.count > 1 ? Int(words[1]) ?? 0 : 0
    }
}
