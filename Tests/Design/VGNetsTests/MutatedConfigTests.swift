import TestSupport
import Testing

@testable import VGNets

/// Configs that are nearly right are read, or end in one sentence; aliases and merge keys among them.
@Suite struct MutatedConfigTests {
    @Test func mutatedYAML() throws {
        let text = try VGNetConfig(named: "vgnetg-1.0mp").yaml()
        let words = [
            "&a ", "*a", "<<: ", "[", "]", "{", "}", ": ", "- ", "\n", "? ", "|", ">", "!!binary ", "\"", "'", "#",
            "---\n",
            "1e999", ".nan", "-9223372036854775808", "99999999999999999999", "~", "true", "\t", "%YAML 1.2\n",
        ]
        Mutation.attempt(Array(text.utf8), words: words) { bytes in
            guard let text = String(validating: bytes, as: UTF8.self) else { return }
            _ = try VGNetConfig(yaml: text, subject: "mutant")
        }
    }
}
