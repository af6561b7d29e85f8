import ArgumentParser
import Files
import KernelViz

/// `kernelviz diagnose NETWORK… [--images DIR]`.
struct DiagnoseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnose",
        abstract: "Find what is wrong with networks and what is wasted, from their weights.",
        discussion: """
            Dead channels, layers that never trained or diverged, parts of two trainings, swapped colours, another \
            padding or preprocessing, aliasing, redundancy, 8-bit risk, layers that see nothing new. Each finding has its \
            evidence, its cost and what to do; a sound network has none but notes. What kernels cannot tell, pictures \
            (--images) do.

            Examples:
              kernelviz diagnose Weights/mobilenetv1_0.5_cifar10.h5
              kernelviz diagnose net.onnx --images photos --fail-on warning --format sarif -o findings.sarif
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, csv, markdown, html, sarif
    }

    @Argument(help: ArgumentHelp("Checkpoints, or folders of them.", valueName: "network"), completion: .file())
    var networks: [String] = []

    @Option(help: ArgumentHelp("Run the networks on pictures of this folder too.", valueName: "folder"))
    var images: String?

    @Option(help: ArgumentHelp("Use at most so many pictures, evenly spread.", valueName: "pictures"))
    var limit = 100

    @Option(help: ArgumentHelp("Ask these rules alone, separated by commas.", valueName: "rule,rule"))
    var rules: String?

    @Flag(help: "List the rules, what each looks for and what it needs.")
    var listRules = false

    @Option(
        name: .customLong("fail-on"),
        help: "Exit with status 1 where something of this severity or worse is found: note, warning or error.")
    var failOn: Finding.Severity?

    @Option(help: "table, json, csv, markdown, html, or sarif (SARIF 2.1.0, for CI).")
    var format = Format.table

    @OptionGroup var strides: StrideOptions

    @OptionGroup(title: "Conventions") var conventions: ConventionArguments

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !networks.isEmpty || listRules else { throw ValidationError("Name at least one network.") }
        guard limit >= 1 else { throw ValidationError("--limit starts at 1.") }
    }

    func run() throws {
        try output.check()
        if listRules { return try output.emit(Self.list) }
        let chosen = try rules.map { text in
            try NetworkDiagnosis.rules(
                named: text.split(separator: ",").map { $0.trimmingPrefix { $0 == " " } }.map(String.init))
        }
        let pictures = try images.map { PictureSource(try ImageFolder.open($0).images, limit: limit) }
        var diagnoses: [NetworkDiagnosis] = []
        var hasFailed = false
        let paths = try networks.flatMap(CheckpointFolder.files)
        for (path, strides) in zip(paths, try strides.tables(for: paths)) {
            do {
                let subject = try subject(path, strides, pictures)
                diagnoses.append(NetworkDiagnosis(subject, rules: chosen ?? DiagnosisRules.all))
            } catch let error as KernelVizError {
                guard paths.count > 1 else { throw error }
                Console.error("kernelviz: error: \(error)")
                hasFailed = true
            }
        }
        if !diagnoses.isEmpty {
            let isColoured = output.output == nil && Console.resultsAreColoured
            try output.emit(DiagnosisReport(diagnoses, isColoured: isColoured), as: format)
        }
        let isBad = failOn.map { limit in diagnoses.contains { ($0.worst ?? .note) >= limit && !$0.findings.isEmpty } }
        if hasFailed || isBad == true { throw ExitCode(1) }
    }

    private func subject(_ path: String, _ strides: StrideTable?, _ pictures: PictureSource?) throws -> Subject {
        try Interruption.check()
        let network = try ConvNetwork.open(path, strides: strides)
        let options = try conventions.options()
        let runnable: Result<RunnableNetwork, KernelVizError>
        do {
            runnable = .success(try RunnableNetwork(checkpoint: path, strides: strides, options: options))
        } catch let error as KernelVizError {
            runnable = .failure(error)
        }
        if pictures != nil, case .failure(let error) = runnable {
            Console.note("kernelviz: note: no pictures were run: \(error)")
        }
        let progress = ProgressLine("Running \(network.title)")
        defer { progress.finish() }
        return try Subject(network: network, runnable: runnable, pictures: pictures) { try progress.update($0, of: $1) }
    }

    /// One rule a line.
    private static var list: String {
        DiagnosisRules.all.map { rule in
            let needs = DiagnosisNeed.allCases.filter(rule.needs.contains).map(\.rawValue)
            return "\(rule.identifier): \(rule.title)."
                + (needs.isEmpty ? "" : " Needs \(needs.joined(separator: " and ")).") + "\n"
        }.joined()
    }
}

extension Finding.Severity: ExpressibleByArgument {}
