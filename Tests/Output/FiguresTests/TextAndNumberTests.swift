import Diagnostics
import Testing

@testable import Figures

@Suite struct TextAndNumberTests {
    /// Sums of advance widths that fontTools reads from DejaVu Sans 2.37, in 1/2048 em.
    @Test func widthsAreThoseOfTheFont() {
        #expect(TextMetrics.width("MobileNetV2 #7 features.7.conv.1.0", size: 2048) == 37246)
        #expect(TextMetrics.width("Σ|w| ≤ 3.5×10⁻⁷ µm … σ", size: 2048, weight: .bold) == 27524)
        #expect(TextMetrics.width("Δσ", size: 2048) == 2699)
        // Sums of fontTools' advances (hmtx) of DejaVuSans.ttf.
        #expect(TextMetrics.width("сеть", size: 2048) == 4786)
        #expect(TextMetrics.width("Việt", size: 2048) == 4033)
        #expect(TextMetrics.width("Հայ", size: 2048) == 4017)
        #expect(TextMetrics.width("e\u{301}", size: 2048) == 1260)
        // In no DejaVu font: a square each, whatever is installed.
        #expect(TextMetrics.width("层二", size: 2048) == 4096)
    }

    /// The shorter way to say a number comes before the loss of digits.
    @Test func shorterWordsComeBeforeLostLetters() {
        let texts = ["stride 16, 228 px wide", "stride 16, 228 px"]
        let width = TextMetrics.width(texts[1], size: 7)
        #expect(TextFitting.first(of: texts, limit: 200, size: 7) == texts[0])
        #expect(TextFitting.first(of: texts, limit: width, size: 7) == texts[1])
        #expect(TextFitting.first(of: texts, limit: width - 1, size: 7).contains("…"))
    }

    @Test func longNamesLoseTheirMiddle() {
        let name = "backbone.stages.3.blocks.11.depthwise.conv"
        let short = TextFitting.shortenedMiddle(name, to: 100, size: 7)
        #expect(TextMetrics.width(short, size: 7) <= 100)
        #expect(short.hasPrefix("backbone") && short.hasSuffix("conv") && short.contains("…"))
        #expect(TextFitting.shortenedMiddle("conv1", to: 100, size: 7) == "conv1")
        // No points beside the mark, whichever length fits.
        for width in 20...150 {
            let text = TextFitting.shortenedMiddle("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p", to: Double(width), size: 7)
            #expect(!text.contains(".…") && !text.contains("…."), "\(text)")
        }
        #expect(TextFitting.shortenedMiddle("conv1", to: 1, size: 7) == "…")
    }

    @Test func textIsWrappedAtWords() {
        let lines = TextFitting.lines("one two three four", limit: TextMetrics.width("one two", size: 7), size: 7)
        #expect(lines == ["one two", "three", "four"])
        // Signs and units stay beside their numbers, wherever lines end.
        let text = "the fixed: σ = 1.1 (7 %), σ 1.02 px, max|w| < 2×10⁻⁶ in 13 %."
        for width in 50...200 {
            let lines = TextFitting.lines(text, limit: Double(width), size: 7)
            #expect(lines.joined(separator: " ") == text)
            for line in lines {
                #expect(TextMetrics.width(line, size: 7) <= Double(width))
                // "max|w| < 2×10⁻⁶" alone takes 62 points.
                guard width > 65 else { continue }
                #expect(!["=", "%", "px", "<"].contains(where: line.hasPrefix), "\(line)")
                #expect(!["=", "<"].contains(where: line.hasSuffix), "\(line)")
            }
        }
    }

    @Test func numbersAreShortAndHaveARealMinus() {
        #expect(NumberText.short(-0.084213) == "−0.0842")
        #expect(NumberText.short(1234.5) == "1235")
        #expect(NumberText.short(0) == "0")
        #expect(NumberText.short(-1.5e-7) == "−1.5×10⁻⁷")
        #expect(NumberText.short(9.999e9) == "10¹⁰")
        #expect(NumberText.short(2.5e300) == "2.5×10³⁰⁰")
        #expect(NumberText.fixed(-0.001, decimals: 2) == "0.00")
        #expect(NumberText.fixed(2.345, decimals: 1) == "2.3")
        #expect(NumberText.grouped(1_234_567) == "1,234,567")
        #expect(NumberFormat.share(0.001) == "<1 %")
        #expect(NumberFormat.share(0.9999) == ">99 %")
        #expect(NumberFormat.share(0.125) == "13 %")
    }

    @Test func smallFractionsAreWrittenAsSuch() {
        #expect(
            NumberText.exact(Double(Float(-1.0 / 12))) == "−1/12" && NumberText.exact(Double(Float(2.0 / 3))) == "2/3")
        #expect(NumberText.exact(1) == "1" && NumberText.exact(-0.5) == "−1/2" && NumberText.exact(0) == "0")
        #expect(NumberText.exact(0.1110) == "0.1110" && NumberText.exact(0.0811) == "0.0811")
    }

    @Test func ticksAreRound() {
        #expect(AxisTicks(in: -0.31...0.42, limit: 6).labels == ["−0.2", "0.0", "0.2", "0.4"])
        #expect(AxisTicks(in: 0...1.66, limit: 4).labels == ["0.0", "0.5", "1.0", "1.5"])
        #expect(AxisTicks(in: 0...873, limit: 5).labels == ["0", "200", "400", "600", "800"])
        #expect(AxisTicks(in: -1.2e-6...1.4e-6, limit: 4).labels == ["−10⁻⁶", "0", "10⁻⁶"])
        #expect(AxisTicks(in: 3...3, limit: 5).labels == ["3"])
    }

    /// numpy.histogram and numpy.std(ddof=1) of (37 i mod 101) / 8 − 5, i = 0…199.
    @Test func histogramsAndMomentsAreNumPys() {
        let values = (0..<200).map { Float($0 * 37 % 101) / 8 - 5 }
        let histogram = Histogram(values, bins: 7)
        #expect(histogram.counts == [30, 27, 28, 30, 27, 28, 30])
        #expect(histogram.lowerBound == -5 && histogram.upperBound == 7.5)
        #expect(abs(histogram.densities[0] - 0.084) < 1e-12)
        let moments = Moments(values + [.nan, .infinity])
        #expect(moments.count == 200 && moments.nonFiniteCount == 2)
        #expect(abs(moments.mean - 1.255625) < 1e-12)
        #expect(abs(moments.standardDeviation - 3.663947706827546) < 1e-12)
    }

    @Test func degenerateValuesHaveAHistogram() {
        let equal = Histogram([2, 2, 2], bins: 4)
        #expect(equal.lowerBound == 1.5 && equal.upperBound == 2.5 && equal.counts == [0, 0, 3, 0])
        #expect(Histogram([.nan], bins: 2).counts == [0, 0])
        let huge = Histogram([-Float.greatestFiniteMagnitude, Float.greatestFiniteMagnitude], bins: 2)
        #expect(huge.counts == [1, 1])
        let tiny = Histogram([0, Float.leastNonzeroMagnitude], bins: 2)
        #expect(tiny.counts == [1, 1])
    }

    @Test func whatAllNamesShareIsSaidOnce() {
        let common = CommonParts(["#2 features.1.conv.0.0", "#3 features.2.conv.1.0", "#4 features.10.conv.1.0"])
        #expect(common.names == ["#2 1.conv.0", "#3 2.conv.1", "#4 10.conv.1"])
        #expect(common.sentence == "Layer names without 'features….0', which all of them have.")
        #expect(CommonParts(["#1 conv", "#2 conv"]).names == ["#1 conv", "#2 conv"])
        #expect(CommonParts(["a.b", "a.b"]).names == ["b", "b"])
        #expect(CommonParts(["a.b"]).sentence.isEmpty && CommonParts([]).names.isEmpty)
        // One part of every name stays.
        #expect(CommonParts(["a.x.b", "a.b"]).names == ["x.b", "b"])
    }

    @Test func binsOfWeightsMeetAtZeroAndZerosAreCountedApart() {
        // NumPy's four bins of −3…2 are 1.25 wide; their edges move to multiples of that.
        let histogram = Histogram.ofWeights([-3, -1, 0, 0, 0, 0.5, 2], bins: 4, isWhole: true)
        #expect(histogram.lowerBound == -3.75 && histogram.upperBound == 2.5)
        #expect(histogram.counts == [1, 0, 1, 1, 1] && histogram.zeroCount == 3)
        let positive = Histogram.ofWeights([0, 1, 3], bins: 2)
        #expect(positive.counts == [1, 1] && positive.zeroCount == 1 && positive.lowerBound == 0)
        #expect(Histogram.ofWeights([0, 0, 0]).zeroCount == 3)
        #expect(Histogram.ofWeights([.nan]).total == 0)
        let huge = Histogram.ofWeights([-Float.greatestFiniteMagnitude, Float.greatestFiniteMagnitude], bins: 2)
        #expect(huge.counts == [1, 1])
    }

    @Test func farOutliersLeaveTheHistogramOfTheBulk() {
        let values = (0..<1000).map { Float($0) / 1000 } + [-40, 50]
        let histogram = Histogram.ofBulk(values)
        #expect(histogram.outsideCount == 2)
        #expect(histogram.lowerBound >= -0.06 && histogram.upperBound <= 1.06)
        #expect(histogram.total == 1000)
        #expect(Histogram.ofBulk(Array(values.prefix(1000))).outsideCount == 0)
    }
}
