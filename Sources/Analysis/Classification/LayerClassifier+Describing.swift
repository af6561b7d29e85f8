import Glibc
import Parallel
import TemplateMatching
import Tensors

/// From weights to labels, many kernels at a time.
extension LayerClassifier {
    /// What is known of kernels before their layer is looked at.
    typealias Described = (classifications: [KernelClassification], strengths: DeadKernelRule.Strengths)

    /// How many kernels a thread takes at a time.
    private static let pieceLength = 4096

    /// Labels every kernel by its shape alone, with its stability where the settings ask for it.
    func describe(_ values: [Float], outputScale: [Float]?, threads: Int) -> Described {
        let count = values.count / (size * size)
        let noise = noiseOfCopies()
        let pieces = (count + Self.pieceLength - 1) / Self.pieceLength
        guard threads > 1, pieces > 1 else { return describe(values, 0..<count, outputScale, noise) }
        let parts = Parallel(threads: threads).map(pieces: pieces) { piece in
            let start = piece * Self.pieceLength
            return describe(values, start..<min(count, start + Self.pieceLength), outputScale, noise)
        }
        var all: Described = ([], DeadKernelRule.Strengths(count: 0))
        all.classifications.reserveCapacity(count)
        for part in parts {
            all.classifications += part.classifications
            all.strengths.append(part.strengths)
        }
        return all
    }

    private func describe(
        _ values: [Float], _ range: Range<Int>, _ outputScale: [Float]?, _ noise: [Float]
    ) -> Described {
        let cells = size * size
        var result: Described = (
            Array(repeating: KernelClassification(words: .zero), count: range.count),
            DeadKernelRule.Strengths(count: range.count)
        )
        var extractor = FeatureExtractor(families: families)
        var describer = Description(classifier: self)
        var blurs = BlurQueue(size: size, fit: blurFit)
        let matching = TemplateMatcher.fastest
        for start in stride(from: range.lowerBound, to: range.upperBound, by: FeatureExtractor.width) {
            let lanes = min(FeatureExtractor.width, range.upperBound - start)
            extractor.extractShapes(values, start: start * cells, count: lanes)
            let isBlur = describer.describe(extractor.lanes)
            let place = start - range.lowerBound
            var all = result.classifications.mutableSpan
            var records = unsafe all.mutableBytes
            matching.transpose(describer.rows, count: lanes, into: &records, at: place)
            for lane in 0..<lanes where isBlur[lane] {
                blurs.add(values, start: (start + lane) * cells, place: place + lane, &result.classifications)
            }
            result.strengths.set(extractor.lanes.shapes, count: lanes, at: place)
        }
        if let outputScale { result.strengths.scale(outputScale[range]) }
        blurs.finish(values, &result.classifications)
        if !noise.isEmpty { measureStability(&result.classifications, values, range, noise, &extractor) }
        return result
    }

    /// Normal noise for the copies of one kernel, the same for every kernel; empty where no copies are made.
    private func noiseOfCopies() -> [Float] {
        guard settings.perturbations > 0 else { return [] }
        var generator = SeededGenerator(seed: settings.seed ^ 0x57AB_1E)
        return (0..<settings.perturbations * size * size).map { _ in Float(generator.normal()) }
    }

    /// The share of noisy copies that keep each kernel's label; `result` holds the kernels of `range`.
    private func measureStability(
        _ result: inout [KernelClassification], _ values: [Float], _ range: Range<Int>, _ noise: [Float],
        _ extractor: inout FeatureExtractor
    ) {
        let cells = size * size
        let decision = decision
        let ratio = Float(pow(10, -settings.perturbationDecibels / 20)) / Float(cells).squareRoot()
        var copies = [Float](repeating: 0, count: noise.count)
        for index in result.indices {
            let start = (range.lowerBound + index) * cells
            var largest: Float = 0
            for cell in 0..<cells { largest = max(largest, abs(values[start + cell])) }
            guard largest.isFinite, largest >= .leastNormalMagnitude * 4, result[index].shape != .nonFinite else {
                continue
            }
            var energy: Float = 0
            for cell in 0..<cells { energy += (values[start + cell] / largest) * (values[start + cell] / largest) }
            let deviation = energy.squareRoot() * ratio
            for copy in 0..<settings.perturbations {
                for cell in 0..<cells {
                    let position = copy * cells + cell
                    copies[position] = values[start + cell] / largest + noise[position] * deviation
                }
            }
            var kept = 0
            for first in stride(from: 0, to: settings.perturbations, by: FeatureExtractor.width) {
                let lanes = min(FeatureExtractor.width, settings.perturbations - first)
                let names = decision.names(extractor.features(copies, start: first * cells, count: lanes))
                kept += names.holds(result[index].label).count(first: lanes)
            }
            result[index].stability = Double(kept) / Double(settings.perturbations)
        }
    }
}
