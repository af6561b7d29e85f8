import ArgumentParser
import Files
import KernelViz

/// `kernelviz classify CHECKPOINT…`.
struct ClassifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Label every N×N kernel identity, blur, edge, zero or other, and report by layer.",
        discussion: """
            Several checkpoints or a folder give one report each and a summary; those that cannot be read are named on \
            stderr, and the exit status is 1. JSON then holds the reports under "checkpoints".

            'derive' and 'report' read the JSON back in the place of the checkpoints.

            Thousands of checkpoints: 'classify --shard 3/16 --format json' labels the third of sixteen parts, and 'classify \
            --merge' puts the JSON of all parts together to the bytes of one run, as in \
            seq 16 | parallel kernelviz classify --shard {}/16 nets --format json -o part{}.json.

            A data set of kernels (CNN Filter DB's dataset.h5) is read piece by piece, whatever its size.

            Examples:
              kernelviz classify mobilenetv2.h5
              kernelviz classify checkpoints/ --format csv -o layers.csv
              kernelviz classify --compare before.pth after.pth
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, csv, markdown, html
    }

    @Argument(help: "Checkpoints, or folders of them.", completion: .file())
    var checkpoints: [String] = []

    @Option(help: "table, json, csv, markdown; html with --claims, --fidelity and --validate.")
    var format = Format.table

    @Flag(help: "Report every kernel with its evidence (csv or json).")
    var kernels = false

    @Flag(help: "Show the difference of two checkpoints layer by layer, second minus first.")
    var compare = false

    @Option(
        help: ArgumentHelp("Only this part of the checkpoints, with --format json: 3/16.", valueName: "part/parts"))
    var shard: String?

    @Flag(help: "Put the JSON of all parts of --shard together to that of one run.")
    var merge = false

    @Flag(help: "Test the paper's statements about learned kernels on each checkpoint.")
    var claims = false

    @Option(
        help: ArgumentHelp(
            "Where the checkpoints of --claims come from: CSV with checkpoint, trained_by, trained_on, numbers, stands_in_for.",
            valueName: "file"))
    var provenance: String?

    @Flag(help: "Leave out of --claims what stands in for a network of the paper by --provenance.")
    var noStandIns = false

    @Flag(help: "Replace the kernels of each label by templates and count what the network loses on --images.")
    var fidelity = false

    @Option(
        help: ArgumentHelp("Pictures for --fidelity, with a CSV of classes or in class folders.", valueName: "folder"))
    var images: String?

    @Option(help: ArgumentHelp("Pictures on which --fidelity fits gains; the others judge.", valueName: "number"))
    var fitOn = 20

    @Flag(
        name: .customLong("validate"),
        help: """
            Show how well synthetic kernels are recovered from noise and what chance is called; with checkpoints also \
            their shuffled and re-initialised weights.
            """)
    var showsValidation = false

    @Option(
        help: ArgumentHelp(
            "Measure the correlation of each layer's input on these pictures instead of assuming --rho.",
            valueName: "folder"))
    var calibrate: String?

    @Option(help: "Share of random kernels that each family may catch, above 0 and below 1.")
    var alpha = ClassifierSettings().alpha

    @Option(help: "Correlation of neighbouring input pixels, from 0 to below 1.")
    var rho = ClassifierSettings().rho

    @OptionGroup var strides: StrideOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard alpha > 0, alpha < 1 else { throw ValidationError("--alpha is \(alpha); expected above 0 and below 1.") }
        guard rho >= 0, rho < 1 else { throw ValidationError("--rho is \(rho); expected from 0 to below 1.") }
        guard !checkpoints.isEmpty || showsValidation else { throw ValidationError("Name at least one checkpoint.") }
        let modes = [
            ("--compare", compare), ("--claims", claims), ("--fidelity", fidelity), ("--validate", showsValidation),
            ("--merge", isMerge), ("--shard", shard != nil),
        ].filter(\.1).map(\.0)
        guard modes.count <= 1 else { throw ValidationError("Choose one of \(modes.joined(separator: ", ")).") }
        if format == .html, !claims, !compare, !fidelity, !showsValidation {
            throw ValidationError(
                "--format html belongs to --claims, --compare, --fidelity and --validate; 'kernelviz report' writes a page on "
                    + "networks."
            )
        }
        if let shard {
            guard ShardPlace(shard) != nil else {
                throw ValidationError("--shard is '\(shard)'; expected a part and how many there are, as in 3/16.")
            }
            guard format == .json else { throw ValidationError("--shard needs --format json, which --merge reads.") }
        }
        if kernels, !modes.filter({ $0 != "--shard" }).isEmpty || format == .table || format == .markdown {
            throw ValidationError("--kernels needs --format csv or json, and no \(modes.first ?? "--compare").")
        }
        if compare {
            guard checkpoints.count == 2 else {
                throw ValidationError("--compare needs two checkpoints; \(checkpoints.count) given.")
            }
            guard format != .csv else {
                throw ValidationError("--compare has --format table, json, markdown and html.")
            }
        }
        if provenance != nil, !claims { throw ValidationError("--provenance belongs to --claims.") }
        if noStandIns, provenance == nil {
            throw ValidationError("--no-stand-ins needs --provenance, which tells what a checkpoint stands in for.")
        }
        if fidelity {
            guard checkpoints.count == 1, images != nil else {
                throw ValidationError("--fidelity needs one checkpoint and --images.")
            }
            guard fitOn >= 1 else { throw ValidationError("--fit-on is \(fitOn); expected at least 1.") }
        } else if images != nil {
            throw ValidationError("--images belongs to --fidelity; --calibrate takes its own folder.")
        }
        if showsValidation, calibrate != nil { throw ValidationError("--validate has no --calibrate.") }
    }

    var settings: ClassifierSettings {
        var settings = ClassifierSettings()
        settings.alpha = alpha
        settings.rho = rho
        return settings
    }

    func run() throws {
        try output.check()
        let table = try provenance.map { try Provenance.table(InputFile.text($0), path: $0) } ?? [:]
        if isMerge { return try runMerge() }
        if compare { return try runComparison() }
        if fidelity { return try runFidelity() }
        if showsValidation { return try runValidation() }
        guard checkpoints.count > 1 || InputFile.isFolder(checkpoints[0]) || claims || shard != nil else {
            return try runCollection(checkpoints[0]) ? () : runOne()
        }
        let (found, failures) = try analyseAll()
        if !found.isEmpty || format == .json && !claims {
            if claims {
                try output.emit(ClaimsReport(found, provenance: table, leavesOutStandIns: noStandIns), as: format)
            } else {
                let reports = ClassificationCollection(
                    found, failures: failures,
                    shard: try shard.flatMap(ShardPlace.init).map { (place: $0, files: try allPaths().count) })
                try output.emit(shown(reports), as: format)
            }
        }
        if !failures.isEmpty { throw ExitCode(1) }
    }

    /// Every checkpoint named, those of folders included.
    private func allPaths() throws -> [String] { try checkpoints.flatMap(CheckpointFolder.files) }

    /// Whether parts are put together: 'classify --merge', or 'classify merge' where no file is called so.
    private var isMerge: Bool {
        merge || checkpoints.first == "merge" && (try? InputFile.check("merge")) == nil
    }

    private func runMerge() throws {
        let paths = merge ? checkpoints : Array(checkpoints.dropFirst())
        let merged = try ClassificationShards(
            paths.map {
                ($0, try InputFile.text($0, limitBytes: 1 << 32, expected: "the JSON of 'kernelviz classify --shard'"))
            })
        try output.emit(merged.json)
        guard merged.failures > 0 else { return }
        Console.error("kernelviz: \(merged.failures) checkpoints could not be read; see 'failed' in the JSON")
        throw ExitCode(1)
    }

    /// The statistics of every checkpoint that can be read; the others are named on stderr.
    func analyseAll() throws -> ([NetworkStatistics], [ClassificationCollection.Failure]) {
        var found: [NetworkStatistics] = []
        var failures: [ClassificationCollection.Failure] = []
        let all = try allPaths()
        let pairs = Array(zip(all, try strides.tables(for: all)))
        for (path, strides) in shard.flatMap(ShardPlace.init)?.own(of: pairs) ?? pairs {
            do {
                found.append(try statistics(of: path, strides: strides))
            } catch let error as KernelVizError {
                Console.error("kernelviz: error: \(error)")
                failures.append(ClassificationCollection.Failure(path: path, error: error))
            }
        }
        return (found, failures)
    }

    func statistics(of path: String, strides: StrideTable?) throws -> NetworkStatistics {
        try analysed(path, strides: strides).statistics
    }

    func analysed(_ path: String, strides: StrideTable?) throws -> AnalysedNetwork {
        try Analysis.network(of: path, strides: strides, settings: settings, calibratedOn: calibrate)
    }

    private func runOne() throws {
        let path = checkpoints[0]
        let report = ClassificationReport(try statistics(of: path, strides: strides.table(for: path)))
        try output.emit(shown(report), as: format)
    }

    private func runComparison() throws {
        let sides = try Analysis.networks(of: checkpoints, strides, settings: settings, calibratedOn: calibrate)
        let comparison = try NetworkComparison(sides[0].statistics, sides[1].statistics)
        let report =
            format == .html
            ? try ComparisonReport(comparison, of: sides[0], and: sides[1]) : ComparisonReport(comparison)
        try output.emit(report, as: format)
    }

    private func shown(_ report: some ClassificationForms) -> ShownClassification {
        ShownClassification(report, coloured: isColoured, kernels: kernels, version: KernelVizVersion.number)
    }

    private var isColoured: Bool { output.output == nil && Console.resultsAreColoured }
}
