import Diagnostics
import FlyingFox
import FlyingSocks
import Foundation

/// A read-only web server on one address of this machine.
///
/// It answers GET and HEAD, to those who call it by an address (``HostRule``) and not from within a page of somebody else.
/// What is behind a path is the business of whoever gives it `answer`.
package final class PageServer: Sendable {
    private let server: HTTPServer

    /// A server on `address` and `port`, 0 for any free one; it does not listen yet.
    ///
    /// `host` is the name that the user said, by which it may be called too.
    package init(
        address: IPAddress, host: String, port: UInt16,
        answer: @escaping @Sendable (PageRequest) async -> PageReply
    ) throws {
        let handler = PageHandler(rule: HostRule(host: host), answer: answer)
        // Classifying a large network takes minutes.
        let timeout: TimeInterval = 3600
        switch address {
        case .version4(let text):
            server = HTTPServer(
                address: try sockaddr_in.inet(ip4: text, port: port), timeout: timeout, logger: .disabled,
                handler: handler)
        case .version6(let text):
            server = HTTPServer(
                address: try sockaddr_in6.inet6(ip6: text, port: port), timeout: timeout, logger: .disabled,
                handler: handler)
        }
    }

    /// Serves until ``stop()``; `listening` is told the port once it can be called.
    ///
    /// Throws `serve.address` where it cannot listen.
    package func run(port: UInt16, listening: @escaping @Sendable (_ port: UInt16) -> Void) async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                let server = server
                group.addTask { try await server.run() }
                group.addTask {
                    try await server.waitUntilListening(timeout: 60)
                    switch await server.listeningAddress {
                    case .ip4(_, let port), .ip6(_, let port): listening(port)
                    default: listening(port)
                    }
                }
                // The first failure ends the other; waiting for both would wait for a port that never comes.
                for try await _ in group {}
            }
        } catch SocketError.failed(let step, let number, let message) {
            throw Self.failure(port, step: step, number, message)
        }
    }

    /// Ends the server and its connections.
    package func stop() async { await server.stop(timeout: 0) }

    private static func failure(_ port: UInt16, step: String, _ number: Int32, _ message: String) -> KernelVizError {
        switch number {
        case EADDRINUSE:
            KernelVizError(
                code: "serve.address", subject: "port \(port)", found: "is in use", expected: "a free port",
                advice: "Name another one with --port; 0 takes any")
        case EACCES, EPERM:
            KernelVizError(
                code: "serve.address", subject: "port \(port)", found: "needs more rights than this user has",
                expected: "a port from 1024 on", advice: "Name another one with --port; 0 takes any")
        case EADDRNOTAVAIL:
            KernelVizError(
                code: "serve.address", subject: "--host", found: "is no address of this machine",
                expected: "127.0.0.1, or an address that 'ip address' lists")
        default:
            KernelVizError(
                code: "serve.address", subject: "port \(port)",
                found: "cannot be listened on (\(step): \(message.lowercased()))", expected: "a free port")
        }
    }
}

/// Turns requests away that are none of a reader's, and hands on the others.
struct PageHandler: HTTPHandler {
    let rule: HostRule
    let answer: @Sendable (PageRequest) async -> PageReply

    func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard rule.allows(request.headers[.host]) else {
            return Self.refusal(421, "Misdirected Request", "Call this server by localhost or by its address.")
        }
        guard request.method == .GET || request.method == .HEAD else {
            var response = Self.refusal(405, "Method Not Allowed", "Nothing can be changed here: GET and HEAD alone.")
            response.headers[HTTPHeader("Allow")] = "GET, HEAD"
            return response
        }
        // A link from elsewhere is followed; nothing is loaded into the pages of others.
        let site = request.headers[HTTPHeader("Sec-Fetch-Site")] ?? "none"
        let mode = request.headers[HTTPHeader("Sec-Fetch-Mode")] ?? "navigate"
        guard ["none", "same-origin"].contains(site) || mode == "navigate" else {
            return Self.refusal(403, "Forbidden", "Pages of other servers may not ask this one.")
        }
        guard let path = request.path.removingPercentEncoding, path.hasPrefix("/") else {
            return Self.refusal(400, "Bad Request", "The address is malformed.")
        }
        let query = Dictionary(request.query.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let reply = await answer(PageRequest(path: path, query: query))
        return Self.response(reply, isHead: request.method == .HEAD)
    }

    private static func refusal(_ status: Int, _ phrase: String, _ sentence: String) -> HTTPResponse {
        var response = response(
            PageReply(status: status, type: "text/plain; charset=utf-8", body: Array((sentence + "\n").utf8)))
        response.statusCode = HTTPStatusCode(status, phrase: phrase)
        return response
    }

    private static func response(_ reply: PageReply, isHead: Bool = false) -> HTTPResponse {
        let headers: [HTTPHeader: String] = [
            .contentType: reply.type, .cacheControl: "no-store",
            HTTPHeader("Content-Security-Policy"): reply.policy,
            HTTPHeader("X-Content-Type-Options"): "nosniff", HTTPHeader("X-Frame-Options"): "DENY",
            HTTPHeader("Referrer-Policy"): "no-referrer",
            HTTPHeader("Cross-Origin-Resource-Policy"): "same-origin",
            HTTPHeader("Cross-Origin-Opener-Policy"): "same-origin",
        ]
        let phrases = [200: "OK", 404: "Not Found", 422: "Unprocessable Content", 400: "Bad Request"]
        var response = HTTPResponse(
            statusCode: HTTPStatusCode(reply.status, phrase: phrases[reply.status] ?? "Error"),
            headers: HTTPHeaders(headers), body: isHead ? Data() : Data(reply.body))
        if isHead { response.headers[.contentLength] = String(reply.body.count) }
        return response
    }
}
