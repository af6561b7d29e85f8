import ArgumentParser
import Files
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
        help: ArgumentHelp(
            "Pictures: with --max-drop every other one chooses, those between tell the loss; without, all of them tell how "
                + "many answers stay.", valueName: "folder"))
    var images: String?

    @Option(help: ArgumentHelp("Use at most so many pictures, evenly spread.", valueName: "pictures"))
    var limit = 200

    @Option(
        help: ArgumentHelp(
            "Measure what more and more replaced kernels save and cost and draw it: FILE.svg, FILE.png or FILE.pdf.",
            valueName: "file"))
    var curve: String?

    @Option(help: "Seed of the random control.")
    var seed: UInt64 = 1

    func validate() throws {
        guard let maxDrop else {
            guard limit >= 1 else { throw ValidationError("--limit starts at 1.") }
            if curve != nil { throw ValidationError("--curve belongs to --max-drop: name the loss that is allowed.") }
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

    /// Throws where the picture could not be written, before any work is done.
    func check(_ overwriting: AtomicFile.Overwriting) throws {
        guard let curve else { return }
        _ = try FigureFormat(path: curve)
        try AtomicFile.checkWritable(curve, overwriting: overwriting)
    }

    /// Draws the curve where it was asked for, which is said.
    func draw(_ slimming: BudgetedSlimming, of network: RunnableNetwork, _ overwriting: AtomicFile.Overwriting) throws {
        guard let curve,
            let figure = try slimming.outcome.figure(of: network.name, before: slimming.exact.before)
        else { return }
        for note in try FigureWriter.write(figure, to: curve, overwriting: overwriting) {
            Console.note("kernelviz: note: \(note)")
        }
        Console.note("Wrote \(curve)")
    }

    /// Slims a checkpoint's network; nil where no loss is allowed.
    func slimmed(_ network: RunnableNetwork, strides: StrideTable?) throws -> BudgetedSlimming? {
        guard let maxDrop, let images else { return nil }
        guard case .checkpoint(let path) = network.source else {
            throw ValidationError("--max-drop replaces kernels of a checkpoint: name the file, not a design.")
        }
        let folder = try pictures(images, for: network)
        let source = try ConvNetwork.open(path, strides: strides)
        var settings = ClassifierSettings()
        // How stable labels are is not asked.
        settings.perturbations = 0
        let statistics = try NetworkStatistics.analyse(source, settings: settings)
        var options = BudgetOptions(maxDrop: maxDrop)
        options.measuresCurve = curve != nil
        options.seed = seed
        options.threads = ProcessInfo.processInfo.activeProcessorCount
        let progress = ProgressLine("Replacing kernels of \(network.name)")
        defer { progress.finish() }
        return try BudgetedSlimming(
            network, statistics, kernels: source, on: folder, options: options
        ) { try progress.update($0, of: $1) }
    }

    /// How many answers of a network stay; nil without pictures, and where a loss was allowed, which tells of them itself.
    func kept(_ network: RunnableNetwork, _ slim: RunnableNetwork) throws -> KeptAnswers? {
        guard maxDrop == nil, let images else { return nil }
        return try KeptAnswers(
            network, slim, on: pictures(images, for: network), threads: ProcessInfo.processInfo.activeProcessorCount)
    }

    /// The pictures of a folder; classes that are another network's are left out of account, which the report says.
    private func pictures(_ images: String, for network: RunnableNetwork) throws -> ImageFolder {
        do {
            return try ImageFolder.open(images, for: network).limited(to: limit)
        } catch let error as KernelVizError where error.code == "data.badLabel" {
            let folder = try ImageFolder.open(images)
            folder.images.noteFindings()
            return folder.limited(to: limit)
        }
    }
}
