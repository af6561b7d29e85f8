import Foundation
import TestSupport
import Testing

/// `kernelviz diagnose` as CI uses it.
@Suite struct DiagnoseVerbTests {
    private static let sound = VerbTests.ownCheckpoint

    @Test func aSoundNetworkPassesAndNotesCanFail() throws {
        let quick = ["diagnose", Self.sound, "--rules", "dead-normalisation,padding"]
        #expect(try CommandLine.run(quick).status == 0)
        #expect(try CommandLine.run(quick + ["--fail-on", "warning"]).status == 0)
        let notes = try CommandLine.run(quick + ["--fail-on", "note"])
        #expect(notes.status == 1)
        #expect(notes.output.contains("dead-normalisation"))
    }

    @Test func sarifHasARuleAndAPlaceForEveryResult() throws {
        let outcome = try CommandLine.run(
            ["diagnose", Self.sound, "--format", "sarif", "--rules", "dead-normalisation,low-rank"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let log = try JSONDecoder().decode(Log.self, from: Data(outcome.output.utf8))
        #expect(log.version == "2.1.0" && log.runs.count == 1)
        let run = try #require(log.runs.first)
        #expect(run.tool.driver.name == "kernelviz" && !run.results.isEmpty)
        for result in run.results {
            #expect(["note", "warning", "error"].contains(result.level) && !result.message.text.isEmpty)
            #expect(run.tool.driver.rules[result.ruleIndex].id == result.ruleId)
            #expect(result.locations.allSatisfy { !$0.logicalLocations.isEmpty })
        }
    }

    @Test(arguments: ["json", "csv", "markdown", "html"])
    func everyFormNamesWhatWasFound(format: String) throws {
        let outcome = try CommandLine.run(
            ["diagnose", Self.sound, "--format", format, "--rules", "dead-normalisation"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("conv_dw_9"))
        #expect(outcome.output.contains("kernelviz.diagnosis/1") == (format == "json"))
    }

    @Test func rulesAreListed() throws {
        let outcome = try CommandLine.run(["diagnose", "--list-rules"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("padding: ") && outcome.output.contains("untrained: "))
    }

    @Test func aRuleThatIsNone() throws {
        let outcome = try CommandLine.run(["diagnose", Self.sound, "--rules", "padings"])
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("kernelviz: error: --rules: no rule 'padings'; expected non-finite, "))
        #expect(outcome.errors.contains("The nearest name is 'padding'"))
    }

    @Test(arguments: [["diagnose"], ["diagnose", "a.h5", "--fail-on", "bad"], ["diagnose", "a.h5", "--limit", "0"]])
    func wrongUsageIsSixtyFour(arguments: [String]) throws {
        #expect(try CommandLine.run(arguments).status == 64)
    }

    @Test func aFileThatIsNone() throws {
        let outcome = try CommandLine.run(["diagnose", "no.h5"])
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("kernelviz: error: no.h5: no such file"))
    }

    @Test(.needsSharedFiles) func damageIsDiagnosedAndFails() throws {
        let path = SharedFiles.path("cases/hostile/one_negative_variance.safetensors")
        let outcome = try CommandLine.run(["diagnose", path, "--fail-on", "error", "--rules", "negative-variance"])
        #expect(outcome.status == 1 && outcome.output.contains("error negative-variance: #1 conv1: "))
    }

    private struct Log: Decodable {
        struct Text: Decodable { let text: String }
        struct Rule: Decodable { let id: String }
        struct Driver: Decodable {
            let name: String
            let rules: [Rule]
        }
        struct Tool: Decodable { let driver: Driver }
        struct Logical: Decodable { let name: String }
        struct Location: Decodable { let logicalLocations: [Logical] }
        struct Result: Decodable {
            let ruleId: String
            let ruleIndex: Int
            let level: String
            let message: Text
            let locations: [Location]
        }
        struct Run: Decodable {
            let tool: Tool
            let results: [Result]
        }
        let version: String
        let runs: [Run]
    }
}
