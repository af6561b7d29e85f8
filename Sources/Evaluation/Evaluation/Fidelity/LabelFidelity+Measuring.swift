import Classification
import Datasets
import Diagnostics
import Kernels
import Numerics
import Statistics
import Tensors

extension LabelFidelity {
    /// The least R² of the rows of ``fits``.
    static let fitLimits = [0.98, 0.95, 0.9]

    /// Replaces the depthwise kernels of each label in turn and counts what stays.
    ///
    /// - Parameters:
    ///   - seed: Draws the random kernels of the control.
    ///   - network: the checkpoint, ready to run.
    ///   - statistics: its labels.
    ///   - kernels: the kernels that they are of.
    ///   - folder: the pictures; every n-th serves to fit the gains, the others judge.
    ///   - fitted: on how many pictures gains are fitted; fewer where there are not twice as many.
    ///   - threads: how many threads share the pictures; the result does not depend on it.
    ///   - progress: called with how many networks have been run; may throw to stop.
    /// Throws `fidelity.tooFew` for fewer than four pictures, `fidelity.noDepthwise`, `data.classes`, `eval.noClassifier`,
    /// `eval.nonFinite`, and the errors of reading and planning.
    public static func measure(
        _ network: RunnableNetwork, _ statistics: NetworkStatistics, kernels: any KernelSource,
        on folder: ImageFolder, fitted: Int = 20,
        threads: Int = 1, seed: UInt64 = 1,
        progress: @escaping (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> LabelFidelity {
        let count = folder.images.count
        guard count >= 4 else {
            throw KernelVizError(
                code: "fidelity.tooFew", subject: folder.images.path, found: "\(count) pictures",
                expected: "at least 4: some to fit the gains, others to judge", advice: "Take a hundred or more")
        }
        try network.checkClassifier(for: "the share of answers that stay")
        try NonFiniteSearch(network).checkParameters()
        let step = max(2, count / max(1, fitted))
        let fitting = Array(stride(from: 0, to: count, by: step).prefix(fitted))
        let judging = (0..<count).filter { !fitting.contains($0) }
        let measurement = try InputMeasurement(
            network, of: statistics.network, on: folder.images.subset(fitting))
        let substitution = try KernelSubstitution(network.graph, statistics, measurement, kernels: kernels)
        guard !substitution.candidates.isEmpty else {
            throw KernelVizError(
                code: "fidelity.noDepthwise", subject: statistics.network.checkpoint.path,
                found: "no depthwise convolution", expected: "a network with depthwise N×N kernels")
        }
        var trial = try FidelityTrial(
            network, folder, judging, substitution, threads: threads, seed: seed, progress: progress)
        let present = KernelLabel.allCases.filter { label in
            label != .other && substitution.candidates.contains { $0.label == label }
        }
        let total = present.reduce(0) { $0 + ($1 == .zero ? 4 : 6) } + 4 + fitLimits.count * 5
        trial.total = total
        let labels = try present.map { try trial.row(of: $0) } + [try trial.rowOfAllNamed()]
        let fits = try fitLimits.compactMap { try trial.row(fromFit: $0) }
        return LabelFidelity(
            network: network.name, checkpointPath: statistics.network.checkpoint.path,
            sha256: statistics.network.checkpoint.sha256, imagesPath: folder.images.path,
            fittedImages: fitting.count, judgedImages: judging.count, turnedImages: measurement.turned + trial.turned,
            kernels: substitution.candidates.count,
            accuracy: trial.wholeAccuracy, rho: statistics.settings.rho, seed: seed, labels: labels, fits: fits)
    }
}

/// Runs a network with replaced kernels on the judging pictures.
private struct FidelityTrial {
    private let pictures: JudgedPictures
    /// The right outputs of each picture.
    private let truths: [[Int]]?
    private let substitution: KernelSubstitution
    private let progress: (Int, Int) throws -> Void
    private var generator: SeededGenerator
    private var whole: [Int] = []
    private var done = 0
    var total = 0

    init(
        _ network: RunnableNetwork, _ folder: ImageFolder, _ judging: [Int], _ substitution: KernelSubstitution,
        threads: Int, seed: UInt64, progress: @escaping (Int, Int) throws -> Void
    ) throws {
        self.substitution = substitution
        self.progress = progress
        generator = SeededGenerator(seed: seed)
        pictures = try JudgedPictures(network, folder.images, judging, threads: threads)
        let matching =
            folder.isLabelled ? try ClassMatching(network, try network.outputNames(), folder.images) : nil
        truths = matching.map { matching in judging.map { matching.outputs[folder.images.labels[$0]] } }
        whole = try pictures.answers(of: network.graph)
    }

    /// How many of the pictures their EXIF orientation turned.
    var turned: Int { pictures.turned }

    /// The share that the whole network tells right.
    var wholeAccuracy: ShareInterval? {
        truths.map { truths in ShareInterval(count: zip(whole, truths).count { $1.contains($0) }, total: truths.count) }
    }

    mutating func row(of label: KernelLabel) throws -> LabelFidelity.Row {
        let candidates = substitution.candidates
        let place = KernelSubstitution.labels.firstIndex(of: label)
        let chosen = candidates.indices.filter { candidates[$0].label == label }
        func choice(_ index: Int) -> KernelSubstitution.Choice { (index, Self.template(candidates[index], place)) }
        func ranked(_ fit: (KernelSubstitution.Candidate) -> Double) -> [KernelSubstitution.Choice] {
            candidates.indices.sorted { (fit(candidates[$1]), $0) < (fit(candidates[$0]), $1) }
                .prefix(chosen.count).map(choice)
        }
        return LabelFidelity.Row(
            name: label.rawValue, kernels: chosen.count, chosen: try outcome([chosen.map(choice)]),
            functional: try place.map { place in try outcome([ranked { $0.functional[place].fit }]) },
            weights: try place.map { place in
                try outcome([
                    candidates.indices.sorted {
                        (candidates[$1].plain[place].fit, $0) < (candidates[$0].plain[place].fit, $1)
                    }.prefix(chosen.count).map { ($0, candidates[$0].plain[place].template) }
                ])
            },
            random: try outcome(draws(chosen.count).map { $0.map(choice) }))
    }

    mutating func rowOfAllNamed() throws -> LabelFidelity.Row {
        let candidates = substitution.candidates
        let chosen = candidates.indices.filter { candidates[$0].label != .other }
        let choices: [KernelSubstitution.Choice] = chosen.map { index in
            (index, Self.template(candidates[index], KernelSubstitution.labels.firstIndex(of: candidates[index].label)))
        }
        return LabelFidelity.Row(
            name: "all named", kernels: chosen.count, chosen: try outcome([choices]), functional: nil, weights: nil,
            random: try randomOutcome(chosen.count))
    }

    /// Kernels that some template explains to at least `limit` of their output; nil where there are none.
    mutating func row(fromFit limit: Double) throws -> LabelFidelity.Row? {
        let candidates = substitution.candidates
        let chosen = candidates.indices.filter { candidates[$0].bestFunctional.fit >= limit }
        guard !chosen.isEmpty else { return nil }
        let ranked = candidates.indices.sorted {
            (candidates[$1].bestPlain.fit, $0) < (candidates[$0].bestPlain.fit, $1)
        }.prefix(chosen.count)
        return LabelFidelity.Row(
            name: "R² ≥ \(NumberFormat.fixed(limit, 2))", kernels: chosen.count,
            chosen: try outcome([
                chosen.map { ($0, Self.template(candidates[$0], candidates[$0].bestFunctional.place)) }
            ]), functional: nil,
            weights: try outcome([
                ranked.map { ($0, candidates[$0].plain[candidates[$0].bestPlain.place].template) }
            ]),
            random: try randomOutcome(chosen.count))
    }

    private static func template(_ candidate: KernelSubstitution.Candidate, _ place: Int?) -> [Float] {
        place.map { candidate.functional[$0].template } ?? Array(repeating: 0, count: candidate.weights.count)
    }

    /// Random kernels, each replaced by whatever template explains it best.
    private mutating func randomOutcome(_ count: Int) throws -> LabelFidelity.Outcome {
        let candidates = substitution.candidates
        return try outcome(
            draws(count).map { draw in
                draw.map { ($0, Self.template(candidates[$0], candidates[$0].bestFunctional.place)) }
            })
    }

    private mutating func draws(_ count: Int) -> [[Int]] {
        (0..<LabelFidelity.randomDraws).map { _ in
            Array(substitution.candidates.indices.shuffled(using: &generator).prefix(count))
        }
    }

    /// What stays over all networks together.
    private mutating func outcome(_ variants: [[KernelSubstitution.Choice]]) throws -> LabelFidelity.Outcome {
        var (agreeing, right) = (0, 0)
        for choices in variants {
            let found = try pictures.answers(of: substitution.graph(replacing: choices))
            agreeing += zip(found, whole).count { $0 == $1 }
            right += truths.map { truths in zip(found, truths).count { $1.contains($0) } } ?? 0
            done += 1
            try progress(done, total)
        }
        let count = pictures.count * variants.count
        return LabelFidelity.Outcome(
            agreement: ShareInterval(count: agreeing, total: count),
            accuracy: truths == nil ? nil : ShareInterval(count: right, total: count))
    }
}
