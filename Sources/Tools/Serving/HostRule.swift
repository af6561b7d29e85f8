/// Which names a browser may call this server by.
///
/// A page of a stranger can give its own name our address (DNS rebinding) and then reads answers as its own. A name that is
/// no address tells such requests: they carry the stranger's name as their host.
struct HostRule: Sendable, Equatable {
    /// The name or address that the server was told to listen on.
    let host: String

    /// Whether a request with this `Host` header is answered: for localhost, an address, or the host that was asked for.
    func allows(_ header: String?) -> Bool {
        guard let header, let name = Self.name(header) else { return false }
        return name == "localhost" || name == host.lowercased() || IPAddress(name) != nil
    }

    /// The host of "HOST", "HOST:PORT", "[IPv6]" or "[IPv6]:PORT" in lower case; nil for anything else.
    static func name(_ header: String) -> String? {
        var rest = header.lowercased()[...]
        let name: Substring
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            name = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
        } else {
            name = rest.prefix { $0 != ":" }
            rest = rest[name.endIndex...]
        }
        guard !name.isEmpty else { return nil }
        if rest.isEmpty { return String(name) }
        let port = rest.dropFirst()
        guard rest.hasPrefix(":"), !port.isEmpty, port.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return String(name)
    }
}
