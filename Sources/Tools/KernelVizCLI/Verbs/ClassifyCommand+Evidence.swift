import ArgumentParser
import Foundation
import KernelViz

/// What shows how far the labels can be trusted.
extension ClassifyCommand {
    func runFidelity() throws {
        guard let images else { return }
        let path = checkpoints[0]
        let analysed = try analysed(path, strides: strides.table(for: path))
        guard let kernels = analysed.kernels else { return }
        let network = try RunnableNetwork(checkpoint: path)
        let folder = try ImageFolder.open(images, for: network)
        if folder.isLabelled {
            let matched = try AccuracyEvaluation.match(network, with: folder.images).matching
            Console.note("kernelviz: note: \(matched.sentence)")
        }
        let progress = ProgressLine("Replacing kernels of \(network.name)")
        defer { progress.finish() }
        let fidelity = try LabelFidelity.measure(
            network, analysed.statistics, kernels: kernels, on: folder, fitted: fitOn,
            threads: ProcessInfo.processInfo.activeProcessorCount, seed: settings.seed &+ 1
        ) { try progress.update($0, of: $1) }
        progress.finish()
        let report = FidelityReport(fidelity)
        try output.emit(report, as: format)
    }
}

extension ClassifyCommand {
    func runValidation() throws {
        let progress = ProgressLine("Recovering synthetic kernels")
        defer { progress.finish() }
        let curves = try RecoveryCurves.measure(settings: settings) { try progress.update($0, of: $1) }
        progress.finish()
        var controls: [NullModel] = []
        var hasFailed = false
        for path in try checkpoints.flatMap(CheckpointFolder.files) {
            do {
                let network = try ConvNetwork.open(path)
                for kind in NullModel.Kind.allCases {
                    try Interruption.check()
                    controls.append(try NullModel(kind, network, settings: settings))
                }
            } catch let error as KernelVizError {
                Console.error("kernelviz: error: \(error)")
                hasFailed = true
            }
        }
        let report = ValidationReport(curves, controls: controls)
        try output.emit(report, as: format)
        if hasFailed { throw ExitCode(1) }
    }
}

extension ClassifyCommand {
    /// Reports on a data set of kernels; false where the file is something else, or every kernel is asked for.
    func runCollection(_ path: String) throws -> Bool {
        guard !kernels, calibrate == nil, let dataset = KernelDataset(try Checkpoint.open(path)) else { return false }
        let progress = ProgressLine("Classifying \(path)")
        defer { progress.finish() }
        let statistics = try CollectionStatistics.analyse(
            dataset, settings: settings, threads: ProcessInfo.processInfo.activeProcessorCount
        ) { try progress.update($0, of: $1) }
        progress.finish()
        let report = CollectionReport(statistics, of: dataset)
        try output.emit(report, as: format)
        return true
    }
}
