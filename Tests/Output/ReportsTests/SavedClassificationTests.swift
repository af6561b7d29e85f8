import Classification
import Derivation
import Diagnostics
import Figures
import Foundation
import Kernels
import Reports
import Statistics
import TestSupport
import Testing
import VGNets

/// What `classify --format json` writes is read back in the place of the checkpoint.
@Suite struct SavedClassificationTests {
    /// 96 and 160 strided blurs of several widths, 64 deltas, a dead filter, one 1×1 layer.
    private static func network() throws -> AnalysedNetwork {
        let blurs = (0..<160).flatMap { NamedKernel.gaussian(sigmaPixels: 0.8 + Double($0 % 8) * 0.05).values }
        let deltas = (0..<63).flatMap { _ in NamedKernel.delta().values } + [Float](repeating: 0, count: 9)
        return try AnalysedNetwork.analyse(
            MemoryNetwork.make([
                .init(
                    name: "stem", shape: [96, 1, 3, 3], stride: 2, scalars: Array(blurs.prefix(96 * 9)), role: .stem),
                .init(name: "down", shape: [160, 1, 3, 3], stride: 2, scalars: blurs),
                .init(name: "mix", shape: [4, 4, 1, 1], scalars: (0..<16).map { Float($0) }),
                .init(name: "body", shape: [64, 1, 3, 3], scalars: deltas),
            ]))
    }

    private static func saved(_ statistics: NetworkStatistics, kernels: Bool = false) -> String {
        ClassificationReport(statistics).savedJSON(kernels: kernels, version: "7.8.9")
    }

    private static func read(_ text: String) throws -> SavedClassification {
        try #require(try SavedClassification(text: text, path: "saved.json"))
    }

    @Test(arguments: [false, true])
    func everyNumberComesBack(kernels: Bool) throws {
        let statistics = try Self.network().statistics
        let saved = try Self.read(Self.saved(statistics, kernels: kernels))
        #expect(saved.version == "7.8.9")
        #expect(saved.networks == [statistics.withoutKernels])
        #expect(saved.networks[0].counts[.blur] == 96 + 160 && saved.networks[0].layers[2].summary.filters.dead == 1)
        #expect(saved.networks[0].randomness == statistics.randomness)
        // What a person reads of it is the same, line by line.
        let (before, after) = (ClassificationReport(statistics), ClassificationReport(saved.networks[0]))
        #expect(before.table() == after.table() && before.csv == after.csv && before.json == after.json)
    }

    @Test func severalCheckpointsAreOneFile() throws {
        let statistics = try Self.network().statistics
        let text = ClassificationCollection([statistics, statistics]).savedJSON(kernels: false, version: "1.0.0")
        #expect(try Self.read(text).networks == [statistics.withoutKernels, statistics.withoutKernels])
    }

    /// The config does not depend on whether the kernels are at hand; what only they show is named.
    @Test func theDesignIsTheSame() throws {
        let network = try Self.network()
        let saved = try Self.read(Self.saved(network.statistics)).networks.map { AnalysedNetwork($0) }
        for rules in ["default", "D1,D2,D3,D4,D6,D8"] {
            var options = Derivation.DesignOptions(budget: DesignBudget())
            options.rules = try RuleSet(parsing: rules)
            let whole = try Derivation.derive(from: [network], options: options)
            let other = try Derivation.derive(from: saved, options: options)
            #expect(whole.config == other.config, "\(rules)")
            #expect(whole.missing.isEmpty && other.missing.count == 1)
            #expect(other.missing.first?.hasPrefix("TestNet 1.0: only its statistics are at hand, so the fit") == true)
        }
        var options = Derivation.DesignOptions(budget: DesignBudget())
        options.form = .f
        let fixed = try Derivation.derive(from: saved, options: options)
        #expect(
            fixed.missing.first?.contains("so D5 (fixed banks) cannot follow its kernels, and the fit of fixed") == true
        )
    }

    @Test func thePageSaysWhatItLeavesOut() throws {
        let network = try Self.network()
        let saved = try Self.read(Self.saved(network.statistics)).networks.map { AnalysedNetwork($0) }
        let page = try HTMLReport(saved, derivation: nil, version: "0").page()
        #expect(page.contains("Made from a saved classification: pictures of the kernels"))
        #expect(!page.contains("<details open class=\"layer\""))
        let whole = try HTMLReport([network], derivation: nil, version: "0").page()
        #expect(whole.contains("<details open class=\"layer\""))
        // The statements need statistics alone, the others the kernels.
        for title in ["The paper&#39;s statements", "Map of kernels", "Frequency atlas"] {
            #expect(whole.contains("aria-label=\"\(title) of"), "\(title)")
            #expect(page.contains("aria-label=\"\(title) of") == title.hasPrefix("The paper"), "\(title)")
        }
    }

    @Test func severalNetworksAreComparedOnOneBasis() throws {
        let network = try Self.network()
        let labels = ["The paper&#39;s statements on the networks", "Map of the networks&#39; kernels"]
        let pair = try HTMLReport([network, network], derivation: nil, version: "0").page()
        for label in labels { #expect(pair.contains("aria-label=\"\(label)\""), "\(label)") }
        let alone = try HTMLReport([network], derivation: nil, version: "0").page()
        for label in labels { #expect(!alone.contains("aria-label=\"\(label)\""), "\(label)") }
    }

    @Test func receptiveFieldsStandWithTheirNetwork() throws {
        let network = try Self.network()
        let figure = Figure(
            title: "t", width: 72, height: 36,
            marks: [.rectangle(FigureRect(x: 0, y: 0, width: 9, height: 9), fill: .black)])
        func count(_ fields: [Figure?]) throws -> Int {
            try HTMLReport([network, network], derivation: nil, version: "0", fields: fields).page()
                .components(separatedBy: "aria-label=\"Effective receptive field of").count - 1
        }
        #expect(try count([]) == 0 && count([figure, nil]) == 1 && count([figure, figure]) == 2)
    }

    @Test func otherSettingsAreNamed() throws {
        var settings = ClassifierSettings()
        settings.alpha = 0.05
        settings.rubric.blurFit = 0.7
        let network = MemoryNetwork.make([
            .init(name: "a", shape: [2, 1, 3, 3], scalars: NamedKernel.delta().values + FixedKernels.sobelX.values)
        ])
        let text = try Self.saved(NetworkStatistics.analyse(network, settings: settings))
        #expect(
            try Self.read(text).notes(beside: ClassifierSettings()) == [
                "saved.json: the labels of TestNet 1.0 follow other settings than those of a checkpoint here: alpha 0.05 "
                    + "instead of 0.01, rubric.blurFit 0.7 instead of 0.78"
            ])
        #expect(try Self.read(Self.saved(Self.network().statistics)).notes(beside: ClassifierSettings()).isEmpty)
    }

    private static func error(_ text: String) throws -> String {
        let error = #expect(throws: KernelVizError.self) {
            _ = try SavedClassification(text: text, path: "saved.json")
        }
        return try #require(error).description
    }

    @Test func otherFilesAreToldApart() throws {
        let text = try Self.saved(Self.network().statistics)
        #expect(try SavedClassification(text: "{\"weight_map\": {}}", path: "index.json") == nil)
        #expect(try SavedClassification(text: "no JSON", path: "a.txt") == nil)
        #expect(
            try Self.error(text.replacing("kernelviz.classification/1", with: "kernelviz.classification/9"))
                == "saved.json: its schema is kernelviz.classification/9, written by version 7.8.9; expected "
                + "kernelviz.classification/1 or kernelviz.classifications/1. Use that version of kernelviz, or classify "
                + "the checkpoint with this one.")
        #expect(
            try Self.error("{\"schema\": \"kernelviz.derivation/3\"}")
                == "saved.json: a report of another kind (kernelviz.derivation/3); expected a checkpoint, or what "
                + "'kernelviz classify --format json' wrote.")
        #expect(
            try Self.error(ClassificationReport(Self.network().statistics).json).hasPrefix(
                "saved.json: a classification without the key 'statistics'"))
        #expect(
            try Self.error(text.replacing("\"seed\" : 0", with: "\"sead\" : 0")).hasPrefix(
                "saved.json: no value 'statistics.settings.seed'; expected"))
    }

    @Test func theBeginningOfAFileIsSaidToBeOne() throws {
        let text = try Self.saved(Self.network().statistics)
        for count in [1, 100, text.utf8.count / 2, text.utf8.count - 2] {
            let part = String(decoding: Array(text.utf8)[..<count], as: UTF8.self)
            let error = #expect(throws: KernelVizError.self) { try SavedClassification(text: part, path: "saved.json") }
            #expect(
                error?.description
                    == "saved.json: ends after \(NumberFormat.grouped(part.utf8.count)) bytes: cut off?; expected a checkpoint, or what "
                    + "'kernelviz classify --format json' wrote. Copy it again, or classify the checkpoint again.")
        }
        #expect(SavedClassification.isLikely(Array(" {\"a\"".utf8)))
        // safetensors whose header has 0x7B20 bytes.
        #expect(!SavedClassification.isLikely([0x20, 0x7B, 0, 0, 0, 0, 0, 0] + Array("{".utf8)))
    }

    /// A file from elsewhere must not be believed, nor stop the program.
    @Test(arguments: [
        "rank", "negative", "count", "sigma", "alpha", "stride", "filters",
    ])
    func whatDoesNotFitIsRefused(_ kind: String) throws {
        let text = try Self.saved(Self.network().statistics)
        var root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        var statistics = try #require(root["statistics"] as? [String: Any])
        var layers = try #require(statistics["layers"] as? [[String: Any]])
        var layer = try #require(layers[1]["layer"] as? [String: Any])
        var summary = try #require(layers[1]["summary"] as? [String: Any])
        var settings = try #require(statistics["settings"] as? [String: Any])
        switch kind {
        case "rank": layer["weightShape"] = ["dimensions": [160, 9]]
        case "negative": layer["weightShape"] = ["dimensions": [-160, 1, 3, 3]]
        case "count": summary["counts"] = ["blur": 161]
        case "sigma": summary["sigmas"] = Array(repeating: 0, count: 160)
        case "alpha": settings["alpha"] = 1
        case "stride": layer["stride"] = 0
        default: summary["filters"] = ["total": 3, "dead": 4]
        }
        layers[1]["layer"] = layer
        layers[1]["summary"] = summary
        statistics["layers"] = layers
        statistics["settings"] = settings
        root["statistics"] = statistics
        let changed = String(decoding: try JSONSerialization.data(withJSONObject: root), as: UTF8.self)
        #expect(try Self.error(changed).hasPrefix("saved.json: its numbers do not fit together ("))
    }
}
