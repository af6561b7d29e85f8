import ArgumentParser
import Foundation
import KernelViz

/// Options of slimming within a budget of loss.
struct BudgetArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Replace depthwise kernels by what their labels stand for as long as no more percentage points of the pictures "
                + "of --images are lost: of those told right where their classes are the network's, else of those told as "
                + "before.", valueName: "points"))
    var maxDrop: Double?

    @Option(
        help: ArgumentHelp("The pictures: every other one chooses, those between tell the loss.", valueName: "folder"))
    var images: String?

    @Option(help: ArgumentHelp("Use at most so many pictures, evenly spread.", valueName: "pictures"))
    var limit = 200

    @Option(help: "Seed of the random control.")
    var seed: UInt64 = 1

    func validate() throws {
        guard let maxDrop else {
            if images != nil { throw ValidationError("--images belongs to --max-drop: name the loss that is allowed.") }
            return
        }
        guard images != nil else {
            throw ValidationError("--max-drop needs pictures: name their folder with --images.")
        }
        guard maxDrop >= 0, maxDrop <= 100 else {
            throw ValidationError("--max-drop is a loss in percentage points, 0 to 100.")
        }
        guard limit >= BudgetOptions.leastImages else {
            throw ValidationError("--limit starts at \(BudgetOptions.leastImages).")
        }
    }

    /// Slims a network within the loss that is allowed; nil where none is.
    func slimmed(_ network: RunnableNetwork, strides: StrideTable?) throws -> BudgetedSlimming? {
        guard let maxDrop, let images else { return nil }
        guard case .checkpoint(let path) = network.source else {
            throw ValidationError("--max-drop replaces kernels of a checkpoint: name the file, not a design.")
        }
        let folder = try ImageFolder.open(images, for: network)
        let source = try ConvNetwork.open(path, strides: strides)
        var settings = ClassifierSettings()
        // How stable labels are is not asked.
        settings.perturbations = 0
        let statistics = try NetworkStatistics.analyse(source, settings: settings)
        var options = BudgetOptions(maxDrop: maxDrop)
        options.seed = seed
        options.threads = ProcessInfo.processInfo.activeProcessorCount
        let progress = ProgressLine("Replacing kernels of \(network.name)")
        defer { progress.finish() }
        return try BudgetedSlimming(
            network, statistics, kernels: source, on: folder.limited(to: limit), options: options
        ) { try progress.update($0, of: $1) }
    }
}
