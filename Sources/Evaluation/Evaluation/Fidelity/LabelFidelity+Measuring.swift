import Classification
import Datasets
import Diagnostics
import Kernels
import Numerics
import Statistics

extension LabelFidelity {
    /// The least R² of the rows of ``fits``.
    static let fitLimits = [0.98, 0.95, 0.9]

    /// Which pictures of a folder gains are fitted on: evenly spread, since folders often come class by class, and half of
    /// them at most.
    static func fittingPlaces(of count: Int, _ fitted: Int) -> [Int] {
        (0..<count).evenSample(max(1, min(fitted, count / 2)))
    }

    /// Replaces the depthwise kernels of each label in turn and counts what stays.
    ///
    /// - Parameters:
    ///   - seed: Draws the random kernels of the control.
    ///   - network: the checkpoint, ready to run.
    ///   - statistics: its labels.
    ///   - kernels: the kernels that they are of.
    ///   - folder: the pictures; some, evenly spread, serve to fit the gains, the others judge.
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
        let fitting = Self.fittingPlaces(of: count, fitted)
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
        let (shapes, tenths) = (substitution.shapes, substitution.tenths)
        let ofLabels = present.reduce(4) { $0 + ($1 == .zero ? 4 : $1 == .identity ? 11 : 6) }
        trial.total = ofLabels + fitLimits.count * 5 + (shapes.count + tenths.count) * 4
        var labels = try present.map { try trial.row(of: $0) } + [try trial.rowOfAllNamed()]
        let fits = try fitLimits.compactMap { try trial.row(fromFit: $0) }
        if let place = present.firstIndex(of: .identity) { labels.insert(try trial.rowOfCells(), at: place + 1) }
        let shapeRows = try shapes.map { try trial.row(of: $0, $1) }
        let tenthRows = try tenths.map { try trial.row(ofTenth: $0) }
        return LabelFidelity(
            network: network.name, checkpointPath: statistics.network.checkpoint.path,
            sha256: statistics.network.checkpoint.sha256, imagesPath: folder.images.path,
            fittedImages: fitting.count, judgedImages: judging.count, turnedImages: measurement.turned + trial.turned,
            kernels: substitution.candidates.count,
            accuracy: trial.wholeAccuracy, rho: statistics.settings.rho, seed: seed, labels: labels, fits: fits,
            shapes: shapeRows, tenths: tenthRows)
    }
}
