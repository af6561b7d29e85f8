import TemplateMatching
import Tensors

/// What the labels find in random kernels: Gaussian weights without any structure.
public struct NullRates: Sendable, Equatable, Codable {
    /// N.
    public let size: Int
    /// How many random kernels were labelled.
    public let samples: Int
    /// The share of them that is called identity, 0…1.
    public let identity: Double
    /// The share that is called blur.
    public let blur: Double
    /// The share that is called edge.
    public let edge: Double

    /// The share that is called anything but `other`.
    public var named: Double { identity + blur + edge }

    init(size: Int, samples: Int, _ counts: NameCounts) {
        self.size = size
        self.samples = samples
        identity = Double(counts.identity) / Double(samples)
        blur = Double(counts.blur) / Double(samples)
        edge = Double(counts.edge) / Double(samples)
    }
}

/// How many kernels have each name.
struct NameCounts {
    private(set) var identity = 0
    private(set) var blur = 0
    private(set) var edge = 0

    /// Counts the first `lanes` of sixteen kernels.
    mutating func add(_ names: Decision.Names, _ lanes: Int) {
        identity += names.identity.count(first: lanes)
        blur += names.blur.count(first: lanes)
        edge += names.edge.count(first: lanes)
    }
}

/// The cut-offs for one size: the rubric's, or the rubric's raised where chance alone would pass them more often than
/// alpha.
public struct Thresholds: Sendable, Equatable, Codable {
    /// Share of the energy in one cell, for identity.
    public var identityPeak: Double
    /// Weight-space R² of the best blur template.
    public var blurFit: Double
    /// Weight-space R² of the best first derivative.
    public var firstFit: Double
    /// Weight-space R² of the best second derivative.
    public var secondFit: Double
}

/// The scores of random kernels, sorted: thresholds and p-values are read off them.
struct NullCalibration: Sendable {
    /// The families, each with scores of its own.
    enum Family {
        static var identity: Int32 { 0 }
        static var blur: Int32 { 1 }
        static var first: Int32 { 2 }
        static var second: Int32 { 3 }
        static var count: Int { 4 }
    }

    /// Sample sizes: enough for alpha = 0.01 at 3×3, where the null decides; above, the rubric mostly does.
    static func sampleCount(size: Int) -> Int { size <= 3 ? 32768 : size <= 7 ? 8192 : size <= 15 ? 1024 : 256 }

    /// The scores of each ``Family``, 0…1, ascending.
    let sorted: [[Float]]
    /// The same as the loops want it.
    let tables: ScoreTables

    /// Standard normal weights of `count` kernels.
    static func randomKernels(size: Int, count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(size))
        return (0..<count * size * size).map { _ in Float(generator.normal()) }
    }

    init(_ extractor: inout FeatureExtractor, values: [Float], cells: Int, rubric: ClassifierSettings.Rubric) {
        let count = values.count / cells
        let size = Int(Double(cells).squareRoot().rounded())
        var scores = [[Float]](repeating: [], count: Family.count)
        for start in stride(from: 0, to: count, by: FeatureExtractor.width) {
            let lanes = min(FeatureExtractor.width, count - start)
            let features = extractor.features(values, start: start * cells, count: lanes)
            let found = Self.scores(features, rubric: rubric, size: size)
            for lane in 0..<lanes { for family in 0..<Family.count { scores[family].append(found[family][lane]) } }
        }
        sorted = scores.map { $0.sorted() }
        tables = ScoreTables(sorted)
    }

    /// What decides whether a kernel enters each family, smaller where its gate is closed.
    private static func scores(
        _ features: KernelFeatures, rubric: ClassifierSettings.Rubric, size: Int
    ) -> [Lanes] {
        let (gain, peak) = (features.dcGain, features.peakShare)
        let isDominated = peak .>= rubric.identityPeak
        let isSmooth = features.blur.weightFit .>= rubric.leastBlurFit(dcGain: gain, size: size)
        let mayBlur = isSmooth .& .!isDominated
        let mayEdge = (gain .<= rubric.edgeDCGain) .& .!isDominated
        return [
            peak, Lanes.zero.replacing(with: features.blur.weightFit, where: mayBlur),
            Lanes.zero.replacing(with: features.first.weightFit, where: mayEdge),
            Lanes.zero.replacing(with: features.second.weightFit, where: mayEdge),
        ]
    }

    /// The rubric's cut-offs, raised to the (1 − alpha) quantile of each family.
    func thresholds(alpha: Double, rubric: Thresholds) -> Thresholds {
        func quantile(_ family: Int32) -> Double {
            let scores = sorted[Int(family)]
            let position = Int((Double(scores.count) * (1 - alpha)).rounded(.up))
            return Double(scores[min(max(position, 0), scores.count - 1)])
        }
        return Thresholds(
            identityPeak: max(rubric.identityPeak, quantile(Family.identity)),
            blurFit: max(rubric.blurFit, quantile(Family.blur)),
            firstFit: max(rubric.firstFit, quantile(Family.first)),
            secondFit: max(rubric.secondFit, quantile(Family.second)))
    }
}
