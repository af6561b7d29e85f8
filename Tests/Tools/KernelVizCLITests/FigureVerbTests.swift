import Foundation
import HDF5
import TestSupport
import Testing

/// The verbs that draw, as a user runs them.
@Suite struct FigureVerbTests {
    private func sentence(_ arguments: [String], prepare: (String) throws -> Void = { _ in }) throws -> String {
        try withTemporaryFolder { folder in
            try prepare(folder)
            let outcome = try CommandLine.run(arguments, in: folder)
            #expect(outcome.status == 1 && outcome.output.isEmpty)
            return outcome.errors
        }
    }

    @Test(.needsSharedFiles) func anUnknownColourMapNamesTheNearest() throws {
        let checkpoint = SharedFiles.path("weights/mobilenetv1_0.25_224.h5")
        #expect(
            try sentence(["render", "kernels", checkpoint, "--layer", "1", "--colormap", "RdBo", "-o", "k.png"])
                == "kernelviz: error: --colormap: no colour map 'RdBo'; expected one of RdBu, PuOr, BrBG, vik. "
                + "The nearest name is 'RdBu'.\n")
    }

    @Test func anExistingFigureIsKeptUnlessForced() throws {
        #expect(
            try sentence(["render", "network", "vgnetg-1.0mp", "-o", "n.png"]) {
                try "mine".write(toFile: $0 + "/n.png", atomically: true, encoding: .utf8)
            } == "kernelviz: error: n.png: already exists. Choose another name or pass --force to replace it.\n")
        try withTemporaryFolder { folder in
            try "mine".write(toFile: folder + "/n.png", atomically: true, encoding: .utf8)
            let outcome = try CommandLine.run(
                ["render", "network", "vgnetg-1.0mp", "-o", "n.png", "--force", "--dpi", "72"], in: folder)
            #expect(outcome.status == 0)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/n.png"))
            #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        }
    }

    @Test(.needsSharedFiles) func allLayersNeedAPDF() throws {
        let checkpoint = SharedFiles.path("weights/mobilenetv1_0.25_224.h5")
        #expect(
            try sentence(["render", "kernels", checkpoint, "--layer", "all", "-o", "atlas.png", "--no-labels"])
                .hasSuffix(
                    "atlas.png: 14 pages in one picture; expected .pdf. "
                        + "Name the output with this extension, or choose one layer.\n"))
    }

    @Test(.needsSharedFiles) func everyPlotAndTheReportAreWritten() throws {
        let checkpoint = SharedFiles.path("weights/shufflenetv2_x0.5_backbone.h5")
        try withTemporaryFolder { folder in
            for arguments in [
                ["render", "statistics", checkpoint, "--plot", "areas", "-o", "a.svg"],
                ["render", "statistics", checkpoint, "--plot", "dictionary", "-o", "d.svg"],
                ["render", "statistics", checkpoint, checkpoint, "--plot", "map", "-o", "m.svg"],
                ["render", "statistics", checkpoint, "--plot", "stem", "-o", "s.svg", "--width", "89"],
                ["render", "statistics", checkpoint, "--plot", "spectrum", "-o", "f.svg"],
                ["render", "statistics", checkpoint, checkpoint, "--plot", "pairs", "-o", "p.svg"],
                ["render", "statistics", checkpoint, checkpoint, "--plot", "claims", "-o", "c.pdf"],
                ["render", "statistics", checkpoint, "--plot", "shares", "--max-height", "60", "-o", "pages.svg"],
                ["render", "histogram", checkpoint, "-o", "ridge.pdf"],
                ["render", "histogram", checkpoint, "--layer", "3", "-o", "h.svg", "--axis", "counts"],
                ["render", "paper", "--figure", "7", "--weights", ".", "-o", "7.svg"],
                ["classify", checkpoint, checkpoint, "--compare", "--format", "html", "-o", "compare.html"],
                ["report", checkpoint, "-o", "page.html"],
            ] {
                let outcome = try CommandLine.run(arguments, in: folder)
                #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
                #expect(outcome.output.isEmpty)
            }
            for name in ["pages-1.svg", "pages-2.svg"] {
                #expect(try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).contains(", page "))
            }
            let page = try String(contentsOfFile: folder + "/page.html", encoding: .utf8)
            #expect(page.contains("ShuffleNetV2 x0.5") && page.contains("The derived design"))
        }
    }

    @Test(arguments: [
        ["render", "paper", "-o", "a.png"], ["render", "paper", "--figure", "12", "-o", "a.png"],
        ["render", "paper", "--figure", "1", "--all", "-o", "a"],
        ["render", "statistics", "a.h5", "b.h5", "--plot", "sigma", "-o", "a.png"],
        ["render", "statistics", "a.h5", "b.h5", "--plot", "dictionary", "-o", "a.png"],
        ["render", "statistics", "a.h5", "--plot", "pairs", "-o", "a.png"],
        ["render", "statistics", "a.h5", "--plot", "shares", "--layer", "2", "-o", "a.png"],
        ["render", "statistics", "a.h5", "--max-height", "0", "-o", "a.png"],
        ["render", "paper", "--figure", "7", "--column", "-o", "a.png"],
        ["render", "film", "run", "--duration", "5", "-o", "a.apng"],
        ["render", "kernels", "a.h5", "--layer", "", "-o", "a.png"],
    ])
    func wrongCommandLinesExitWith64(arguments: [String]) throws {
        #expect(try CommandLine.run(arguments).status == 64)
    }
}
