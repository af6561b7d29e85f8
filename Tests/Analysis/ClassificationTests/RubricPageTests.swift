import Foundation
import TestSupport
import Testing

@testable import Classification

/// The page that words the rubric for people has the numbers that the classifier follows.
@Suite struct RubricPageTests {
    private static let page: String = {
        let path = "\(SharedFiles.packageRoot)/Sources/Analysis/Classification/Classification.docc/Classification.md"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }()

    private static func text(_ number: Double, _ decimals: Int = 2) -> String {
        String(format: "%.\(decimals)f", number)
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    /// Sentences of the page, their numbers taken from the settings.
    private static var sentences: [String] {
        let rubric = ClassifierSettings().rubric
        let rescue = ShapeRules.rescueFactor * rubric.weakStrength
        return [
            "the norm is below \(text(rubric.weakStrength)) (and the strength below \(text(rescue))), or the strength is "
                + "below \(text(rubric.zeroSpread)).",
            "the peak is at least \(text(rubric.identityPeak)), whatever the sign",
            "add up to −\(percent(-ShapeRules.sharpenRest)) of the peak or less",
            "a peak of at most \(text(rubric.dominantPeak)) whose surround cancels it (DC gain at most "
                + "\(text(rubric.cancellingDCGain)))",
            "a line explains \(text(rubric.cancellingFitRatio)) times as much of the kernel as the strongest cell",
            "a peak from \(text(rubric.nearIdentityPeak)) on suffices unless the kernel is a narrow bump of one sign (DC gain "
                + "\(text(rubric.blurDCGain)), fit \(text(rubric.narrowBumpFit)))",
            "a delta must also explain \(percent(rubric.nearIdentityFit)) of the kernel's output",
            "the DC gain is at least \(text(rubric.blurDCGain)) and a bump, bar, box, ring or plus sign fits to "
                + "\(text(rubric.blurFit)) (3×3: \(text(rubric.smallBlurFit)))",
            "a DC gain of \(text(rubric.clearBumpDCGain)) (3×3: \(text(rubric.smallClearBumpDCGain))) suffices where the bump "
                + "fits to \(text(rubric.clearBumpFit))",
            "the centre is below \(text(ShapeRules.ringCentre, 1)) of the mean of its four neighbours",
            "σ above \(text(ShapeRules.boxHalfWidths, 1)) half widths",
            "more than \(text(ShapeRules.elongation, 1)) times as long as wide",
            "the DC gain is at most \(text(rubric.edgeDCGain)) and a derivative fits to \(text(rubric.edgeFit)) (3×3: "
                + "\(text(rubric.smallEdgeFit)))",
            "a share `alpha` (\(percent(ClassifierSettings().alpha))) of random",
            "A layer of \(ChanceRules.leastKernels) kernels or more is compared",
            "lie \(Int(ChanceRules.structureScore)) standard deviations or more above",
            "(binomial test, p < \(text(ChanceRules.nameSignificance, 3)))",
        ]
    }

    @Test func everyNumberOfThePageIsTheSettings() {
        for sentence in Self.sentences { #expect(Self.page.contains(sentence), "\(sentence)") }
    }

    /// Words for two fractions: "three quarters", "two thirds".
    @Test func theFractionsAreThoseInWords() {
        #expect(Self.page.contains("unless three quarters of its kernels") && ChanceRules.ownNamesShare == 0.75)
        #expect(Self.page.contains("where two thirds of the tested layers"))
        #expect(ChanceRules.learnedShare.layers == 2 && ChanceRules.learnedShare.of == 3)
    }

    /// Every stored number of the rubric has a name in the table by which settings are compared.
    @Test func theTableHasEveryNumber() throws {
        let json = try JSONEncoder().encode(ClassifierSettings())
        let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        let rubric = try #require(object["rubric"] as? [String: Any])
        let names = object.keys.filter { $0 != "rubric" } + rubric.keys.map { "rubric.\($0)" }
        #expect(Set(ClassifierSettings().entries.map(\.name)) == Set(names))
        var other = ClassifierSettings()
        other.rubric.edgeFit = 0.75
        other.seed = 4
        #expect(
            other.changes(from: ClassifierSettings()) == ["seed 4 instead of 0", "rubric.edgeFit 0.75 instead of 0.5"])
        #expect(other.changes(from: other).isEmpty)
    }
}
