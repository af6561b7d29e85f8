import Testing

@testable import Serving

/// Who may call the server by which name.
@Suite struct HostRuleTests {
    @Test(arguments: [
        "localhost", "LOCALHOST:8765", "127.0.0.1:8765", "127.0.0.1", "[::1]:80", "[::1]", "192.168.0.7:1",
    ])
    func addressesAndThisMachineAreAllowed(header: String) {
        #expect(HostRule(host: "127.0.0.1").allows(header))
    }

    /// A stranger's name that leads here carries the stranger's name; what is no host at all is refused too.
    @Test(arguments: [
        "evil.example", "evil.example:8765", "localhost.evil.example", "127.0.0.1.evil.example", "", ":8765",
        "[::1", "localhost:x", "localhost:", "127.0.0.1:80:80", "user@127.0.0.1",
    ])
    func namesOfOthersAreNot(header: String) {
        #expect(!HostRule(host: "127.0.0.1").allows(header))
        #expect(!HostRule(host: "127.0.0.1").allows(nil))
    }

    @Test func loopbackIsKnown() {
        #expect(IPAddress("localhost")?.isLoopback == true && IPAddress("127.1.2.3")?.isLoopback == true)
        #expect(IPAddress("::1")?.isLoopback == true && IPAddress("0:0:0:0:0:0:0:1")?.isLoopback == true)
        #expect(IPAddress("0.0.0.0")?.isLoopback == false && IPAddress("::")?.isLoopback == false)
        #expect(IPAddress("::ffff:7f00:1")?.isLoopback == false && IPAddress("192.168.0.7")?.isLoopback == false)
        #expect(IPAddress("machine.example") == nil && IPAddress("") == nil && IPAddress("127.0.0.1:80") == nil)
        #expect(IPAddress("::1")?.inURL == "[::1]" && IPAddress("localhost")?.inURL == "127.0.0.1")
    }

    /// Level 3 of the policy names a script by its hash alone: neither other scripts nor other servers.
    @Test func pagesRunTheirOwnScriptAlone() {
        let policy = ContentPolicy.page(scriptHash: "abc=")
        #expect(policy.contains("script-src 'sha256-abc='") && policy.contains("default-src 'none'"))
        #expect(policy.contains("connect-src 'self'") && !policy.contains("http"))
        #expect(!policy.contains("script-src 'unsafe-inline'") && !ContentPolicy.none.contains("script-src"))
    }
}
