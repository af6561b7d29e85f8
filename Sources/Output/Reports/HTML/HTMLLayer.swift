import Architectures
import Classification
import Diagnostics
import Figures
import Kernels
import Statistics

/// One layer's part of the page: its facts, and the place where the script draws its kernels and their histogram.
struct HTMLLayer {
    private let statistics: LayerStatistics
    private let bank: KernelBank
    private let identifier: String
    private let budget: HTMLBudget

    init(_ statistics: LayerStatistics, bank: KernelBank, identifier: String, budget: HTMLBudget) {
        (self.statistics, self.bank, self.identifier, self.budget) = (statistics, bank, identifier, budget)
    }

    /// Heading, facts, the place of the kernels.
    var section: String {
        let layer = bank.layer
        let counts = statistics.counts
        let facts =
            [
                "\(NumberFormat.grouped(bank.count)) kernels", "\(bank.size)×\(bank.size)",
                layer.strideText.map { "stride \($0)" } ?? "stride unknown", layer.connectivity.description,
            ]
            + KernelLabel.allCases.filter { counts[$0] > 0 }.map {
                "\($0.rawValue) \(NumberFormat.grouped(counts[$0]))"
            }
            + shapeFacts + (statistics.sigmaText.map { ["median σ \($0) px"] } ?? [])
            + (statistics.uncertainCount > 0 ? ["uncertain \(NumberFormat.grouped(statistics.uncertainCount))"] : [])
        let shown = min(bank.count, budget.kernelLimit)
        let cut =
            shown < bank.count
            ? "<p class=\"quiet\">The first \(NumberFormat.grouped(shown)) of \(NumberFormat.grouped(bank.count)) kernels.</p>"
            : ""
        return "<details\(budget.isCollection ? "" : " open") class=\"layer\" id=\"\(identifier)\">"
            + "<summary>\(InlineSVG.escaped(layer.label))</summary>"
            + "<p class=\"quiet\">\(InlineSVG.escaped(facts.joined(separator: " · ")))</p>" + cut
            + "<div class=\"kernels\"></div><p class=\"quiet\">\(InlineSVG.escaped(weightFacts))</p></details>"
    }

    /// How many kernels have each shape ("ring 845").
    private var shapeFacts: [String] {
        let named = statistics.shapeCounts.filter { $0.shape.isNamed && $0.count > 0 }
            .map { "\($0.shape.rawValue) \(NumberFormat.grouped($0.count))" }
        return named.isEmpty ? [] : ["shapes: " + named.joined(separator: ", ")]
    }

    /// What the histogram of the weights shows, in numbers.
    private var weightFacts: String {
        let outside = Histogram.ofBulk(bank.values, bins: HTMLKernels.bins).outsideCount
        let moments = Moments(bank.values)
        let facts =
            [
                "Weights: mean \(significant(moments.mean))", "std \(significant(moments.standardDeviation))",
                "skewness \(significant(moments.skewness))", "excess kurtosis \(significant(moments.excessKurtosis))",
                "range \(significant(moments.minimum)) … \(significant(moments.maximum))",
            ]
            + (outside > 0 ? ["\(NumberFormat.grouped(outside)) beyond the axis"] : [])
            + (moments.nonFiniteCount > 0 ? ["\(NumberFormat.grouped(moments.nonFiniteCount)) not finite"] : [])
        return facts.joined(separator: " · ")
    }

    private func significant(_ value: Double) -> String {
        let text =
            value == 0 || (abs(value) >= 0.001 && abs(value) < 10_000)
            ? NumberFormat.fixed(value, abs(value) >= 100 ? 0 : 3) : "\(Float(value))"
        return text.hasPrefix("-") ? "−" + text.dropFirst() : text
    }
}
