import Classification
import Kernels
import Reports
import Statistics
import TestSupport
import Testing

/// The pages of `classify --claims`, `--validate`: one file each, nothing from outside.
@Suite struct EvidencePageTests {
    private func selfContained(_ page: String) -> Bool {
        page.hasPrefix("<!doctype html>") && page.contains("</html>") && page.contains("<svg class=\"figure\"")
            && !["http:", "https:", "src=", "@import", "url("].contains(where: page.contains)
    }

    private func claims() throws -> ClaimsReport {
        let blurs = (0..<4).flatMap { _ in NamedKernel.gaussian(sigmaPixels: 1).values }
        let edges = (0..<4).flatMap { _ in FixedKernels.sobelX.values }
        let network = MemoryNetwork.make([
            .init(name: "stem", shape: [4, 1, 3, 3], stride: 2, scalars: edges),
            .init(name: "a", shape: [4, 1, 3, 3], stride: 1, scalars: edges),
            .init(name: "b", shape: [4, 1, 3, 3], stride: 2, scalars: blurs),
            .init(name: "c", shape: [4, 1, 3, 3], stride: 1, scalars: Array(blurs.prefix(18) + edges.prefix(18))),
            .init(name: "d", shape: [4, 1, 3, 3], stride: 1, scalars: blurs),
        ])
        return ClaimsReport([try NetworkStatistics.analyse(network)])
    }

    @Test func theClaimsHaveASectionAStatement() throws {
        let report = try claims()
        let page = report.html(version: "kernelviz 1.2.3 <x>")
        #expect(selfContained(page) && page.contains("kernelviz 1.2.3 &lt;x&gt;"))
        for statement in PaperClaim.Statement.allCases {
            let title = statement.rawValue.prefix(1).uppercased() + statement.rawValue.dropFirst()
            #expect(page.contains("<h2>\(title.replacing("'", with: "&#39;")) ("))
        }
        #expect(page.contains("supported") && page.contains("<table class=\"sortable\">"))
        #expect(try claims().html(version: "1") == report.html(version: "1"))
    }

    /// Edges in all of the first kernels and none of the last: a rank correlation is drawn and told.
    @Test func rankCorrelationsAreDrawn() throws {
        let page = try claims().html(version: "1")
        #expect(page.contains("Rank correlation of the share with depth") && page.contains("<circle"))
        #expect(page.contains("data-tip=\"net.h5: ρ −"))
    }

    @Test func theValidationShowsEveryFamilyAndSize() throws {
        var settings = ClassifierSettings()
        settings.perturbations = 0
        let curves = try RecoveryCurves.measure(settings: settings, sizes: [3], decibels: [30, 20], samples: 8)
        let page = ValidationReport(curves).html(version: "1")
        #expect(selfContained(page))
        for family in SyntheticFamily.allCases {
            #expect(page.contains(">\(family.description.replacing("'", with: "&#39;"))<"))
        }
        #expect(
            page.contains("3×3, its shape, in a layer with structure")
                && page.contains("Laplacian, 4 neighbours, 3×3, 20 dB: "))
    }
}
