import Foundation
import Testing

@Suite("doctor") struct DoctorVerbTests {
    private struct Document: Decodable {
        struct Check: Decodable {
            let name: String
            let state: String
            let found: String
        }
        let schema: String
        let isSound: Bool
        let checks: [Check]
    }

    /// Where the other tests pass, the engine agrees with its definition, files come back and the font is there.
    @Test func aSoundMachineIsSound() throws {
        let outcome = try CommandLine.run(["doctor", "--format", "json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let document = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
        #expect(document.schema == "kernelviz.doctor/1" && document.isSound)
        let states = Dictionary(uniqueKeysWithValues: document.checks.map { ($0.name, $0.state) })
        #expect(states["engine"] == "fine")
        #expect(states["reader"] != "broken")
        #expect(states["font"] == "fine")
        let libraries = try #require(document.checks.first { $0.name == "libraries" })
        #expect(libraries.found.contains("HDF5 1."))
    }
}
