import Glibc

/// A numeric address.
package enum IPAddress: Sendable, Equatable {
    case version4(String)
    case version6(String)

    /// Reads "127.0.0.1" or "::1"; "localhost" is the first of them. nil for names.
    package init?(_ text: String) {
        if text.lowercased() == "localhost" {
            self = .version4("127.0.0.1")
            return
        }
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self = .version4(text)
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self = .version6(text)
        } else {
            return nil
        }
    }

    /// Whether it is reached from this machine alone.
    package var isLoopback: Bool {
        switch self {
        case .version4(let text): text.hasPrefix("127.")
        case .version6(let text):
            {
                var address = in6_addr()
                guard inet_pton(AF_INET6, text, &address) == 1 else { return false }
                return withUnsafeBytes(of: address) { bytes in
                    bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
                }
            }()
        }
    }

    /// As it stands in an address of the web: IPv6 in brackets.
    package var inURL: String {
        switch self {
        case .version4(let text): text
        case .version6(let text): "[\(text)]"
        }
    }
}
