import Foundation
import TestSupport
import Testing

/// What `report --images` adds to a page.
@Suite struct ReportVerbTests {
    @Test func thePageHoldsTheInputsThatExciteKernels() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/photos")
            let outcome = try CommandLine.run(
                [
                    "report", VerbTests.ownCheckpoint, "--no-design", "--images", "photos/test", "--limit", "3", "-o",
                    "page.html",
                ], in: folder)
            #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.errors)")
            let page = try String(contentsOfFile: folder + "/page.html", encoding: .utf8)
            #expect(
                page.contains("<dt>Inputs</dt><dd>those that excite each kernel most, among 3 of 16 pictures of test"))
            let start = try #require(page.range(of: "id=\"n0-inputs\">"))
            let end = try #require(page[start.upperBound...].range(of: "</script>"))
            let object = try JSONSerialization.jsonObject(with: Data(page[start.upperBound..<end.lowerBound].utf8))
            let held = try #require(object as? [String: Any])
            // The network takes images of 64×64.
            #expect(held["used"] as? Int == 3 && held["available"] as? Int == 16 && held["size"] as? Int == 64)
            #expect((held["leftOut"] as? [Any])?.isEmpty == true)
            #expect((held["pictures"] as? [Any])?.count == 3)
        }
    }

    @Test(arguments: [
        (["--limit", "3", "-o", "a.html"], "--limit goes with --images."),
        (["--images", ".", "--limit", "0", "-o", "a.html"], "--limit must lie in 1…1000."),
        (["--images", ".", "-o", "a.ipynb"], "--images is for a page, not a notebook."),
        (
            ["a.h5", "b.h5", "c.h5", "d.h5", "--images", ".", "-o", "a.html"],
            "--images is for pages of at most 4 networks; 5 were given."
        ),
    ])
    func optionsThatDoNotFitAreRefused(arguments: [String], sentence: String) throws {
        let outcome = try CommandLine.run(["report", VerbTests.ownCheckpoint] + arguments)
        #expect(outcome.status == 64 && outcome.errors.contains(sentence), "\(outcome.errors)")
    }

    @Test func aFolderThatIsMissingIsNamed() throws {
        try withTemporaryFolder { folder in
            let outcome = try CommandLine.run(
                ["report", VerbTests.ownCheckpoint, "--images", "photos", "-o", "a.html"], in: folder)
            #expect(outcome.status == 1 && outcome.errors.contains("photos"), "\(outcome.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }
}
