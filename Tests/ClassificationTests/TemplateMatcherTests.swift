import KernelMatching
import Kernels
import Tensors
import Testing

@testable import Classification

/// Every instruction set against plain loops written here.
@Suite struct TemplateMatcherTests {
    private func normal(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float(generator.normal()) }
    }

    @Test(arguments: [4, 9, 25, 49])
    func theBestTemplateIsTheFirstWithTheLargestSquare(cells: Int) {
        let kernels = normal(16 * cells, seed: 1)
        var weights = normal(12 * cells, seed: 2)
        // A template twice: the first one counts.
        weights.replaceSubrange(7 * cells..<8 * cells, with: weights[3 * cells..<4 * cells])
        let block = (0..<cells).map { cell in
            var lanes = TemplateMatcher.Lanes.zero
            for lane in 0..<16 { lanes[lane] = kernels[lane * cells + cell] }
            return lanes
        }
        for matcher in TemplateMatcher.available {
            let (score, index) = matcher.best(block.span, among: weights.span)
            for lane in 0..<16 {
                var best: (square: Float, place: Int) = (-1, 0)
                for template in 0..<12 {
                    var sum: Float = 0
                    for cell in 0..<cells { sum += kernels[lane * cells + cell] * weights[template * cells + cell] }
                    if sum * sum > best.square { best = (sum * sum, template) }
                }
                #expect(score[lane] == best.square && Int(index[lane]) == best.place, "\(matcher.name)")
            }
        }
    }

    @Test func productsAndPairsAreThoseOfPlainLoops() {
        let (kernel, table) = (normal(9, seed: 3), normal(9 * 32, seed: 4))
        let rows = normal(5 * 5000, seed: 5)
        for matcher in TemplateMatcher.available {
            var sums = [Float](repeating: 0, count: 32)
            var span = sums.mutableSpan
            matcher.products(kernel.span, with: table.span, into: &span)
            for step in 0..<32 {
                var sum: Float = 0
                for cell in 0..<9 { sum += kernel[cell] * table[cell * 32 + step] }
                #expect(sums[step] == sum, "\(matcher.name)")
            }
            let products = matcher.pairProducts(rows.span, rows: 5)
            for a in 0..<5 {
                for b in 0..<5 {
                    let exact = (0..<5000).reduce(0.0) {
                        $0 + Double(rows[a * 5000 + $1]) * Double(rows[b * 5000 + $1])
                    }
                    #expect(abs(products[a * 5 + b] - exact) < 0.02, "\(matcher.name)")
                }
            }
        }
    }

    @Test func everyInstructionSetGivesTheSameFeatures() {
        let similarity = FunctionalSimilarity(size: 3)
        let families = TemplateFamilies(similarity: similarity)
        let values = normal(16 * 9, seed: 6)
        let features = TemplateMatcher.available.map { matcher in
            var extractor = FeatureExtractor(families: families, similarity: similarity, matching: matcher)
            extractor.extract(values, start: 0, count: 16)
            return extractor.features.map { [$0.blur, $0.first, $0.second].map { [Float($0.index), $0.weightFit] } }
        }
        #expect(features.allSatisfy { $0 == features[0] })
    }
}
