/// What a page asks for, as far as a read-only server needs it.
package struct PageRequest: Sendable, Equatable {
    /// The path, percent signs decoded ("/report").
    package let path: String
    /// The names behind the question mark with their values, decoded; of one name the first.
    package let query: [String: String]

    /// Groups the values.
    package init(path: String, query: [String: String] = [:]) {
        (self.path, self.query) = (path, query)
    }
}

/// What a page is given.
package struct PageReply: Sendable, Equatable {
    /// The status: 200, 404, 422.
    package let status: Int
    /// The media type ("text/html; charset=utf-8").
    package let type: String
    /// The content.
    package let body: [UInt8]
    /// What a page may do besides (``ContentPolicy``).
    package let policy: String

    /// Groups the values; without a policy the content may do nothing.
    package init(status: Int = 200, type: String, body: [UInt8], policy: String = ContentPolicy.none) {
        (self.status, self.type, self.body, self.policy) = (status, type, body, policy)
    }
}

/// What browsers let a page of ours do (Content Security Policy, level 3).
package enum ContentPolicy {
    /// Nothing but its own style: pictures and JSON.
    package static let none = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

    /// A page whose only script has this SHA-256 in base64; it may ask this server, and draw what it made itself.
    package static func page(scriptHash: String) -> String {
        "default-src 'none'; script-src 'sha256-\(scriptHash)'; style-src 'unsafe-inline'; img-src 'self' data: blob:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }
}
