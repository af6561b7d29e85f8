import Derivation
import Foundation
import Kernels
import Reports
import Statistics
import TestSupport
import Testing
import VGNets

/// A derived net stands beside the published one in every form of the report.
@Suite struct DerivationReportTests {
    private struct Document: Decodable {
        struct Cost: Decodable, Equatable {
            let name: String
            let parameters: Int
            let macs: Int
            let milliseconds: Double?
        }
        struct Bound: Decodable {
            let most: Int
            let origin: String
        }
        struct Bounds: Decodable {
            let parameters: Bound
            let macs: Bound
        }
        struct Agreement: Decodable {
            struct Entry: Decodable { let field: String }
            let confirmed: [Entry]
            let contradicted: [Entry]
            let silent: [Entry]
        }
        let schema: String
        let parameters: Int
        let cost: Cost
        let published: Cost
        let isPublished: Bool
        let bounds: Bounds
        let agreement: Agreement
    }

    private static func derivation(rules: String = "-D10") throws -> Derivation {
        let blur = NamedKernel.gaussian(sigmaPixels: 1).values
        let network = MemoryNetwork.make(
            [96, 128].enumerated().map { index, count in
                .init(
                    name: "layer\(index)", shape: [count, 1, 3, 3], stride: 2,
                    scalars: Array(repeating: blur, count: count).flatMap { $0 }, role: index == 0 ? .stem : nil)
            })
        var options = Derivation.DesignOptions(budget: DesignBudget())
        options.rules = try RuleSet(parsing: rules)
        return try Derivation.derive(from: [AnalysedNetwork.analyse(network)], options: options)
    }

    /// The published net's cost: vgnet.md, section 2 (Table 3 and fvcore).
    @Test func theJSONHoldsBothNetsAndTheBounds() throws {
        let derivation = try Self.derivation()
        let report = try JSONDecoder().decode(Document.self, from: Data(DerivationReport(derivation).json.utf8))
        let published = Document.Cost(
            name: "vgnetg-1.0mp", parameters: 997_358, macs: 141_300_232, milliseconds: nil)
        #expect(report.schema == "kernelviz.derivation/3")
        #expect(report.cost == published && report.published == published && report.isPublished)
        #expect(report.bounds.parameters.most == 997_358 && report.bounds.parameters.origin == "vgnetg-1.0mp")
        #expect(report.bounds.macs.most == 141_300_232)
        #expect(report.agreement.confirmed.contains { $0.field == "downsampling" })
        #expect(report.agreement.silent.contains { $0.field == "identity" })
        let timed = derivation.timed(
            PairedTime(milliseconds: 2, referenceMilliseconds: 4, ratio: 0.5, rounds: 9))
        let second = try JSONDecoder().decode(Document.self, from: Data(DerivationReport(timed).json.utf8))
        #expect(second.cost.milliseconds == 2 && second.published.milliseconds == 4)
    }

    /// D10's blocks 2, 3, 5, 1 of widths 44, 88, 168, 312, 448 hold 44 + 2 · 84 + 4 · 156 learned kernels, behind each of
    /// which stand two parameters while training and one bias afterwards: 836 fewer.
    @Test func parametersAreThoseOfTheNetAsItRuns() throws {
        let derivation = try Self.derivation(rules: "default")
        #expect(derivation.config.channels == [44, 88, 168, 312, 448] && derivation.config.blocks == [2, 3, 5, 1])
        let report = try JSONDecoder().decode(Document.self, from: Data(DerivationReport(derivation).json.utf8))
        #expect(report.parameters == derivation.config.parameters.learnable - 836)
        #expect(report.parameters == report.cost.parameters)
    }

    @Test func theTableBeginsWithTheCost() throws {
        let lines = DerivationReport(try Self.derivation()).table.split(separator: "\n")
        #expect(lines[0] == "vgnetg-1.0mp, derived from TestNet 1.0")
        #expect(lines[1].hasPrefix("vgnetg-1.0mp: 997358 learnable parameters, 141300232 MACs;"))
        #expect(lines[2].hasPrefix("The kernels confirm the paper's choice: "))
    }
}
