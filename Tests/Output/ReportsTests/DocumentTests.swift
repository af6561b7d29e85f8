import Diagnostics
import Evaluation
import Foundation
import Reports
import Sweeps
import TestSupport
import Testing

/// The JSON that writers and readers share.
@Suite struct DocumentTests {
    private static let pages = SharedFiles.packageRoot + "/Notebooks-out"

    /// What stands in files that were written before is read, every field of it, and written as it was.
    private func isKept<Document: Codable>(_ path: String, as type: Document.Type) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let document = try JSONDecoder().decode(type, from: Data(text.utf8))
        #expect(JSONText.of(document) == text, "\(path)")
    }

    @Test(arguments: ["dead", "downsampling", "identity", "last", "random", "sigma"])
    func sweepsAreReadAndWrittenAlike(name: String) throws {
        try isKept("\(Self.pages)/experiments/results/\(name)/results.json", as: SweepDocument.self)
    }

    @Test func evaluationsAreReadAndWrittenAlike() throws {
        try isKept("\(Self.pages)/evaluation.json", as: EvaluationDocument.self)
    }

    @Test func aShareAndAListOfGuessesAreToldApart() throws {
        func top5(_ json: String) throws -> EvaluationDocument.Top5? {
            try JSONDecoder().decode(EvaluationDocument.self, from: Data(json.utf8)).top5
        }
        guard case .share(0.5)? = try top5(#"{"network": "n", "top5": 0.5}"#) else {
            Issue.record("no share")
            return
        }
        let guesses = #"{"network": "n", "top5": [{"index": 3, "name": "cat", "probability": 0.25}]}"#
        guard case .guesses(let found)? = try top5(guesses) else {
            Issue.record("no guesses")
            return
        }
        #expect(found.map(\.index) == [3])
        #expect(try top5(#"{"network": "n"}"#) == nil)
    }

    @Test func namesOfFormsHoldForEveryVersion() {
        #expect(DocumentSchema.sweep.names("kernelviz.sweep/1") && DocumentSchema.sweep.names("kernelviz.sweep/27"))
        #expect(!DocumentSchema.evaluation.names("kernelviz.evaluations/1"))
        #expect(DocumentSchema.derivationDifference.name == "derivation-difference")
        #expect(!DocumentSchema.sweep.names(nil) && !DocumentSchema.sweep.names(""))
        let names = DocumentSchema.allCases.map { $0.rawValue.prefix { $0 != "/" } }
        #expect(Set(names).count == names.count)
        #expect(
            DocumentSchema.allCases.allSatisfy { $0.rawValue.wholeMatch(of: /kernelviz\.[a-z-]+\/[1-9][0-9]*/) != nil })
    }

    @Test func aReportSaysWhichFormsItHas() throws {
        let report = VerdictReport([])
        #expect(report.forms == [.table, .json, .markdown])
        #expect(try report.text(as: .json, version: "") == report.json)
        #expect(try report.text(as: .markdown, version: "") == report.markdown)
        let error = #expect(throws: KernelVizError.self) { try report.text(as: .csv, version: "") }
        #expect(
            error?.description == "--format csv: a result without this form; expected table, json, markdown.")
    }
}
