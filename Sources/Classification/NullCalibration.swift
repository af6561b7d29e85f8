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

    init(size: Int, samples: Int, _ counts: [KernelLabel: Int]) {
        func share(_ label: KernelLabel) -> Double { Double(counts[label] ?? 0) / Double(samples) }
        self.size = size
        self.samples = samples
        identity = share(.identity)
        blur = share(.blur)
        edge = share(.edge)
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
    /// What decides whether a kernel enters a family, smaller where its gate is closed.
    struct Scores {
        var identity: Float
        var blur: Float
        var first: Float
        var second: Float

        /// Reads the scores off a kernel's features.
        init(_ features: KernelFeatures, rubric: ClassifierSettings.Rubric, size: Int) {
            let gain = Double(features.dcGain)
            identity = features.peakShare
            let isDominated = Double(features.peakShare) >= rubric.identityPeak
            let mayBlur = Double(features.blur.weightFit) >= rubric.leastBlurFit(dcGain: gain, size: size)
            let mayEdge = gain <= rubric.edgeDCGain
            blur = mayBlur && !isDominated ? features.blur.weightFit : 0
            first = mayEdge && !isDominated ? features.first.weightFit : 0
            second = mayEdge && !isDominated ? features.second.weightFit : 0
        }
    }

    /// Sample sizes: enough for alpha = 0.01 at 3×3, where the null decides; above, the rubric mostly does.
    static func sampleCount(size: Int) -> Int { size <= 3 ? 32768 : size <= 7 ? 8192 : 1024 }

    let identity: NullScores
    let blur: NullScores
    let first: NullScores
    let second: NullScores

    /// Standard normal weights of `count` kernels.
    static func randomKernels(size: Int, count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(size))
        return (0..<count * size * size).map { _ in Float(generator.normal()) }
    }

    init(_ extractor: inout FeatureExtractor, values: [Float], cells: Int, rubric: ClassifierSettings.Rubric) {
        let count = values.count / cells
        let size = Int(Double(cells).squareRoot().rounded())
        var scores: [Scores] = []
        for start in stride(from: 0, to: count, by: FeatureExtractor.width) {
            let lanes = min(FeatureExtractor.width, count - start)
            extractor.extract(values, start: start * cells, count: lanes)
            for lane in 0..<lanes { scores.append(Scores(extractor.features[lane], rubric: rubric, size: size)) }
        }
        identity = NullScores(scores.map(\.identity))
        blur = NullScores(scores.map(\.blur))
        first = NullScores(scores.map(\.first))
        second = NullScores(scores.map(\.second))
    }

    /// The rubric's cut-offs, raised to the (1 − alpha) quantile of each family.
    func thresholds(alpha: Double, rubric: Thresholds) -> Thresholds {
        func quantile(_ scores: NullScores) -> Double {
            let sorted = scores.sorted
            let position = Int((Double(sorted.count) * (1 - alpha)).rounded(.up))
            return Double(sorted[min(max(position, 0), sorted.count - 1)])
        }
        return Thresholds(
            identityPeak: max(rubric.identityPeak, quantile(identity)), blurFit: max(rubric.blurFit, quantile(blur)),
            firstFit: max(rubric.firstFit, quantile(first)), secondFit: max(rubric.secondFit, quantile(second)))
    }
}

/// The scores of random kernels in one family, 0…1, sorted.
struct NullScores: Sendable {
    let sorted: [Float]
    /// `starts[b]` is the place of the first score of at least b / ``buckets``; one entry more than there are buckets.
    private let starts: [Int32]
    private static let buckets = 8192

    init(_ scores: [Float]) {
        let sorted = scores.sorted()
        self.sorted = sorted
        var place = 0
        starts = (0...Self.buckets).map { bucket in
            let bound = Float(bucket) / Float(Self.buckets)
            while place < sorted.count, sorted[place] < bound { place += 1 }
            return Int32(place)
        }
    }

    /// (1 + how many random kernels score at least as high) / (1 + how many there are).
    func probability(of score: Float) -> Double {
        let bucket = min(max(Int(score * Float(Self.buckets)), 0), Self.buckets - 1)
        var low = Int(starts[bucket])
        // A score of 1 and above lies behind all buckets.
        var high = score >= 1 ? sorted.count : Int(starts[bucket + 1])
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < score { low = middle + 1 } else { high = middle }
        }
        return Double(1 + sorted.count - low) / Double(1 + sorted.count)
    }
}
