import Foundation
import TestSupport
import Testing

@Suite struct VersionTests {
    private static func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(SharedFiles.packageRoot)/\(name)", encoding: .utf8)
    }

    /// The program, the changes and the citation speak of one version.
    @Test func everyPlaceNamesTheSameVersion() throws {
        let printed = try CommandLine.run(["--version"]).output
        let match = try #require(printed.firstMatch(of: /kernelviz (\d+\.\d+\.\d+) \(.*; runs (.*)\)/))
        #expect(String(match.2).split(separator: ", ").contains("baseline"))
        let changes = try #require(try Self.text("CHANGELOG.md").firstMatch(of: /\n## (\d+\.\d+\.\d+)/))
        let citation = try #require(try Self.text("CITATION.cff").firstMatch(of: /\nversion: (\S+)/))
        #expect(changes.1 == match.1 && citation.1 == match.1)
    }
}
