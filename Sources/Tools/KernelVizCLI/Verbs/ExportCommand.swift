import ArgumentParser
import Files
import KernelViz

/// `kernelviz export NETWORK --onnx FILE | --safetensors FILE | --hdf5 FILE | --pytorch DIR`.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Hand a network to other tools: ONNX, safetensors, HDF5, or a PyTorch project.",
        discussion: """
            NETWORK is a config (YAML or JSON), the name of a published net, or a checkpoint that 'eval' runs. Without \
            weights they are random, the same for the same seed. Several targets may be named at once.

            Examples:
              kernelviz export net.h5 --onnx net.onnx --safetensors net.safetensors
              kernelviz export vgnetg-1.0mp --pytorch project/
            """)

    @Argument(
        help: ArgumentHelp("A config file, a published net's name, or a checkpoint.", valueName: "network"),
        completion: NetworkCompletion.kind)
    var network: String

    @Option(help: ArgumentHelp("A checkpoint with the net's weights.", valueName: "file"))
    var weights: String?

    @Option(help: ArgumentHelp("Write an ONNX model, opset 17.", valueName: "file.onnx"))
    var onnx: String?

    @Option(help: ArgumentHelp("Write the state dict as safetensors.", valueName: "file.safetensors"))
    var safetensors: String?

    @Option(help: ArgumentHelp("Write the state dict as HDF5.", valueName: "file.h5"))
    var hdf5: String?

    @Option(help: ArgumentHelp("Write a PyTorch project that trains a VGNet with torchrun.", valueName: "folder"))
    var pytorch: String?

    @Option(help: "Images of the ONNX model's input: a number, or 'dynamic'.")
    var batch = "1"

    @Option(help: "Rows and columns of the ONNX model's input; the network's own by default.")
    var inputSize: Int?

    @Option(help: "Seed of random weights.")
    var seed: UInt64 = 1

    @OptionGroup var strides: StrideOptions

    @OptionGroup(title: "Conventions") var conventions: ConventionArguments

    @Flag(help: "Fold what a config puts around its depthwise kernels for training into kernels and biases.")
    var folded = false

    @Flag(help: "Replace existing files.")
    var force = false

    func validate() throws {
        if [onnx, safetensors, hdf5, pytorch].allSatisfy({ $0 == nil }) {
            throw ValidationError("Name a target: --onnx, --safetensors, --hdf5 or --pytorch.")
        }
        try checkTargetsDiffer()
        try Bounds.check("--input-size", inputSize, in: Bounds.inputSize)
        if batch != "dynamic", !(1...65_536).contains(Int(batch) ?? 0) {
            throw ValidationError("--batch must be 'dynamic' or lie in 1…65536.")
        }
    }

    /// Two formats at one path would overwrite each other; so would a file inside the project and the project's own.
    private func checkTargetsDiffer() throws {
        var targets = [("--onnx", onnx), ("--safetensors", safetensors), ("--hdf5", hdf5), ("--pytorch", pytorch)]
            .compactMap { option, path in path.map { (option: option, path: $0) } }
        if let pytorch { targets += PyTorchProject.names.map { ("--pytorch", "\(pytorch)/\($0)") } }
        let places = targets.map { FilePaths.place($0.path) }
        for (index, target) in targets.enumerated() {
            guard let first = places[..<index].firstIndex(of: places[index]) else { continue }
            throw ValidationError(
                "\(targets[first].option) and \(target.option) both write '\(targets[first].path)': give each its own name."
            )
        }
    }

    func run() throws {
        let overwriting: AtomicFile.Overwriting = force ? .replace : .refuse
        for path in [onnx, safetensors, hdf5].compactMap({ $0 }) {
            try AtomicFile.checkWritable(path, overwriting: overwriting)
        }
        var runnable = try RunnableNetwork(
            named: network, weights: weights, seed: seed, inputSize: inputSize, strides: strides.table(for: network),
            options: conventions.options())
        if runnable.weightsPath != nil, let line = runnable.conventions.assumptions { Console.note(line) }
        if let line = runnable.conventions.settings { Console.note(line) }
        for remark in runnable.remarks { Console.note(remark) }
        if folded {
            if let net = try runnable.folded() { runnable = net } else { Console.note("Nothing to fold.") }
        }
        let metadata = ModelMetadata(runnable.description, config: runnable.config)
        let state = StateDict(graph: runnable.graph)
        // What cannot be written is said before anything is.
        let project = pytorch == nil ? nil : try self.project(of: runnable, state)
        if let project, let pytorch { try project.check(pytorch, overwriting: overwriting) }
        if let onnx {
            let exporter = ONNXExporter(
                imageShape: [runnable.inputChannels, runnable.inputSize, runnable.inputSize],
                batch: batch == "dynamic" ? .dynamic : .fixed(Int(batch) ?? 1))
            try exporter.write(runnable.graph, metadata: metadata, to: onnx, overwriting: overwriting)
            Console.note("Wrote \(onnx)")
        }
        if let safetensors {
            try SafetensorsWriter.write(state, metadata: metadata, to: safetensors, overwriting: overwriting)
            Console.note("Wrote \(safetensors)")
        }
        if let hdf5 {
            try StateDictHDF5Writer.write(state, metadata: metadata, to: hdf5, overwriting: overwriting)
            Console.note("Wrote \(hdf5)")
        }
        if let project, let pytorch {
            try project.write(to: pytorch, overwriting: overwriting)
            Console.note("Wrote \(pytorch)/, start with \(pytorch)/README.md")
        }
    }

    private func project(of runnable: RunnableNetwork, _ state: StateDict) throws -> PyTorchProject {
        guard let config = runnable.config else {
            throw KernelVizError(
                code: "export.notAVGNet", subject: runnable.name, found: "is no VGNet",
                expected:
                    "a VGNet config, a checkpoint that holds its design, or the name of a published net beside --pytorch",
                advice: "Export it with --onnx, --safetensors or --hdf5")
        }
        return try PyTorchProject(
            config: config, weights: runnable.weightsPath == nil ? nil : state, classNames: runnable.classNames ?? [])
    }
}
