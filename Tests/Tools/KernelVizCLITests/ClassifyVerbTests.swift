import Foundation
import HDF5
import TestSupport
import Testing

/// What `classify` does beyond one checkpoint and one report by layer.
@Suite struct ClassifyVerbTests {
    private static let checkpoint = VerbTests.ownCheckpoint

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func aFolderReportsTheGoodOnesAndNamesTheBadOnes() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(atPath: Self.checkpoint, toPath: folder + "/b.h5")
            try "notes".write(toFile: folder + "/a.h5", atomically: true, encoding: .utf8)
            try "notes".write(toFile: folder + "/c.txt", atomically: true, encoding: .utf8)
            let outcome = try CommandLine.run(["classify", ".", "--format", "json"], in: folder)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("kernelviz: error: ./a.h5: this is a text file"))
            let report = try object(outcome.output)
            #expect(report["schema"] as? String == "kernelviz.classifications/1")
            let good = try #require(report["checkpoints"] as? [[String: Any]])
            #expect(good.count == 1 && (good[0]["layers"] as? [Any])?.count == 14)
            #expect((report["failed"] as? [[String: String]])?.map { $0["path"] } == ["./a.h5"])
        }
    }

    @Test func everyKernelIsReportedOnRequest() throws {
        let json = try object(CommandLine.run(["classify", Self.checkpoint, "--format", "json", "--kernels"]).output)
        let layers = try #require(json["layers"] as? [[String: Any]])
        let kernels = try #require(layers[1]["classifications"] as? [[String: Any]])
        #expect(kernels.count == 16 && kernels[3]["outputChannel"] as? Int == 3 && kernels[3]["label"] is String)
        let csv = try CommandLine.run(["classify", Self.checkpoint, "--format", "csv", "--kernels"]).output
        #expect(csv.split(separator: "\n").count == 1 + 2528)
    }

    /// MobileNetV1 has 13 pointwise layers, the first 16 → 32 channels at width 0.5.
    @Test func pointwiseLayersAreListedButNotClassified() throws {
        let json = try object(CommandLine.run(["classify", Self.checkpoint, "--format", "json"]).output)
        let pointwise = try #require(json["pointwise"] as? [[String: Any]])
        #expect(pointwise.count == 13 && pointwise[0]["shape"] as? [Int] == [32, 16, 1, 1])
        let table = try CommandLine.run(["classify", Self.checkpoint]).output
        #expect(table.contains("13 1×1 layers have no spatial kernel and no label."))
    }

    @Test func aCheckpointDoesNotDifferFromItself() throws {
        let both = [Self.checkpoint, Self.checkpoint]
        let json = try object(CommandLine.run(["classify", "--compare", "--format", "json"] + both).output)
        let layers = try #require(json["layers"] as? [[String: Any]])
        #expect(layers.count == 14 && layers.allSatisfy { $0["distance"] as? Double == 0 })
        let table = try CommandLine.run(["classify", "--compare"] + both)
        #expect(table.status == 0 && table.output.contains("In 0 of 14 layers (*)"))
    }

    @Test func settingsReachTheReport() throws {
        let arguments = ["classify", Self.checkpoint, "--format", "json", "--alpha", "0.05", "--rho", "0.3"]
        let settings = try #require(try object(CommandLine.run(arguments).output)["settings"] as? [String: Any])
        #expect(settings["alpha"] as? Double == 0.05 && settings["rho"] as? Double == 0.3)
    }

    /// Labelling once is enough: the design and the page come from what was written.
    @Test func whatItWroteStandsInThePlaceOfTheCheckpoint() throws {
        func fields(_ yaml: String) -> [Substring] { yaml.split(separator: "\n").filter { !$0.hasPrefix("#") } }
        try withTemporaryFolder { folder in
            let saved = folder + "/saved.json"
            #expect(try CommandLine.run(["classify", Self.checkpoint, "--format", "json", "-o", saved]).status == 0)
            let rules = ["--rules", "D1,D2,D4,D6,D8", "--no-latency"]
            let whole = try CommandLine.run(["derive", Self.checkpoint] + rules)
            let other = try CommandLine.run(["derive", saved] + rules)
            #expect(other.status == 0, "\(other.errors)")
            #expect(fields(other.output) == fields(whole.output) && fields(whole.output).count > 5)
            #expect(other.errors.contains("only its statistics are at hand"))
            #expect(!whole.errors.contains("only its statistics are at hand"))
            let both = try CommandLine.run(["report", saved, Self.checkpoint, "-o", folder + "/page.html"])
            #expect(both.status == 0, "\(both.errors)")
            #expect(both.errors.contains("pictures of kernels, frequency responses and histograms are left out."))
            let newer = try String(contentsOfFile: saved, encoding: .utf8).replacing(
                "classification/1", with: "classification/2")
            try newer.write(toFile: saved, atomically: true, encoding: .utf8)
            let refused = try CommandLine.run(["derive", saved])
            #expect(refused.status == 1 && refused.errors.contains("its schema is kernelviz.classification/2"))
        }
    }

    @Test func markdownHasOneRowALayer() throws {
        let text = try CommandLine.run(["classify", Self.checkpoint, "--format", "markdown"]).output
        #expect(text.hasPrefix("## ") && text.split(separator: "\n").count { $0.hasPrefix("|") } == 2 + 14 + 1)
    }

    @Test(arguments: [["--alpha", "0"], ["--rho", "1"], ["--kernels"], ["--compare"]])
    func wrongOptionsAreACommandLineError(options: [String]) throws {
        #expect(try CommandLine.run(["classify", Self.checkpoint] + options).status == 64)
    }
}

/// The modes of `classify` that show how far labels can be trusted.
@Suite struct ClassifyEvidenceTests {
    private static let checkpoint = VerbTests.ownCheckpoint

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func claimsAreTestedOnEveryCheckpoint() throws {
        let json = try object(CommandLine.run(["classify", "--claims", "--format", "json", Self.checkpoint]).output)
        let checkpoints = try #require(json["checkpoints"] as? [[String: Any]])
        #expect((checkpoints[0]["claims"] as? [Any])?.count == 8 && (json["criteria"] as? [String: String])?.count == 8)
        let table = try CommandLine.run(["classify", "--claims", Self.checkpoint]).output
        #expect(table.contains("edges fall with depth (3.3, Fig. 5)") && table.contains("supported"))
    }

    @Test func evidenceIsWrittenAsAPageToo() throws {
        try withTemporaryFolder { folder in
            let arguments = [
                "classify", "--claims", "--format", "html", "-o", folder + "/claims.html", Self.checkpoint,
            ]
            #expect(try CommandLine.run(arguments).status == 0)
            let page = try String(contentsOfFile: folder + "/claims.html", encoding: .utf8)
            #expect(page.hasPrefix("<!doctype html>") && page.contains("<h2>Edges fall with depth (3.3, Fig. 5)"))
            for name in ["a", "b", "c", "d"] {
                try FileManager.default.copyItem(
                    atPath: SharedFiles.packageRoot + "/Weights/cat.jpg", toPath: "\(folder)/\(name).jpg")
            }
            let fidelity = ["classify", "--fidelity", "--images", folder, "--format", "html", Self.checkpoint]
            let shown = try CommandLine.run(fidelity).output
            #expect(shown.contains("all named") && shown.contains("<svg class=\"figure\""))
        }
    }

    @Test func fidelityReplacesLabelsOnBarePictures() throws {
        try withTemporaryFolder { folder in
            for name in ["a", "b", "c", "d", "e"] {
                try FileManager.default.copyItem(
                    atPath: SharedFiles.packageRoot + "/Weights/cat.jpg", toPath: "\(folder)/\(name).jpg")
            }
            let arguments = ["classify", "--fidelity", "--images", folder, "--fit-on", "2", "--format", "json"]
            let json = try object(CommandLine.run(arguments + [Self.checkpoint]).output)
            let fidelity = try #require(json["fidelity"] as? [String: Any])
            #expect(fidelity["fittedImages"] as? Int == 2 && fidelity["judgedImages"] as? Int == 3)
            #expect(fidelity["turnedImages"] as? Int == 0)
            // One more of the pictures on its side: an EXIF block that holds the orientation 6 alone.
            let upright = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/e.jpg"))
            let exif: [UInt8] =
                [0xFF, 0xE1, 0, 34] + Array("Exif\0\0".utf8)
                + [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
            try (upright.prefix(2) + Data(exif) + upright.dropFirst(2)).write(
                to: URL(fileURLWithPath: "\(folder)/e.jpg"))
            let turned = try CommandLine.run(
                ["classify", "--fidelity", "--images", folder, "--fit-on", "2", Self.checkpoint])
            #expect(turned.output.contains("; 1 turned by their EXIF orientation (torchvision would not turn them)"))
            #expect(fidelity["accuracy"] == nil)
            let rows = try #require(fidelity["labels"] as? [[String: Any]])
            #expect(rows.last?["name"] as? String == "all named" && rows.count >= 4)
            // Every named kernel has one shape; tenths are of those that readers were asked about; each has its control.
            let shapes = try #require(fidelity["shapes"] as? [[String: Any]])
            let tenths = try #require(fidelity["tenths"] as? [[String: Any]])
            func kernels(_ rows: [[String: Any]]) -> Int { rows.reduce(0) { $0 + ($1["kernels"] as? Int ?? 0) } }
            let named = rows.filter { ["identity", "blur", "edge"].contains($0["name"] as? String ?? "") }
            #expect(kernels(shapes) == kernels(named) && kernels(named) > 10)
            #expect(tenths.count == 10 && kernels(tenths) <= kernels(named))
            #expect((shapes + tenths).allSatisfy { ($0["random"] as? [String: Any])?["agreement"] != nil })
            let cells = rows.filter { $0["name"] as? String == "identity, one cell" }
            #expect(kernels(cells) == kernels(rows.filter { $0["name"] as? String == "identity" }))
        }
    }

    @Test func correlationsAreMeasuredOnPictures() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(
                atPath: SharedFiles.packageRoot + "/Weights/cat.jpg", toPath: folder + "/cat.jpg")
            let arguments = ["classify", Self.checkpoint, "--calibrate", folder]
            let json = try object(CommandLine.run(arguments + ["--format", "json"]).output)
            let layers = try #require(json["layers"] as? [[String: Any]])
            #expect(layers.allSatisfy { ($0["inputCorrelation"] as? [String: Any])?["reach"] as? Int == 2 })
            #expect(((json["measuredOn"] as? [String: Any])?["images"] as? Int) == 1)
            #expect(try CommandLine.run(arguments).output.contains("Fits rest on the input correlation measured on 1 "))
        }
    }

    @Test func aListOfKernelsIsReportedWithoutANetwork() throws {
        try withTemporaryFolder { folder in
            let values = (0..<64).flatMap { index in (0..<9).map { Float($0 == index % 9 ? 1 : 0.01) } }
            try HDF5Writer.write(to: folder + "/dataset.h5") {
                try $0.write(values, dimensions: [64, 9], to: "filters")
            }
            let json = try object(
                CommandLine.run(["classify", folder + "/dataset.h5", "--format", "json"]).output)
            #expect(json["schema"] as? String == "kernelviz.collection/1" && json["kernels"] as? Int == 64)
            #expect((json["counts"] as? [String: Int])?["identity"] == 64)
        }
    }

    @Test(arguments: [
        ["--fidelity"], ["--images", "."], ["--claims", "--compare"], ["--claims", "--kernels", "--format", "csv"],
        ["--validate", "--calibrate", "."], ["--format", "html"], ["--fidelity", "--images", ".", "--fit-on", "0"],
    ])
    func wrongOptionsAreACommandLineError(options: [String]) throws {
        #expect(try CommandLine.run(["classify", Self.checkpoint] + options).status == 64)
    }
}
