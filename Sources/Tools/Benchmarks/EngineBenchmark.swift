import ArgumentParser
import KernelViz

/// Forward passes of networks with random images; one after another in turns, so that two builds or settings can be
/// compared on a machine that does other things too. `kernelviz bench` adds the machine's limit and single steps.
struct EngineBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine", abstract: "Forward passes; the networks take turns.")

    @Argument(
        help: ArgumentHelp("Config files, published nets' names or checkpoints.", valueName: "network"))
    var networks = ["vgnetg-1.0mp", "vgnetg-2.5mp"]

    @Option(parsing: .upToNextOption, help: "Images of a run; several may be named.")
    var batch = [1]

    @Option(parsing: .upToNextOption, help: "Threads of a run; several may be named.")
    var threads = [1]

    @OptionGroup var options: RunOptions

    func validate() throws {
        if batch.contains(where: { !(1...4096).contains($0) }) { throw ValidationError("--batch must lie in 1…4096.") }
    }

    func run() throws {
        let passes = try networks.flatMap { name in
            let network = try RunnableNetwork(named: name, inputSize: nil)
            return try batch.flatMap { batch in
                try threads.map { try Self.pass(network, batch: batch, threads: $0) }
            }
        }
        print(BenchmarkReport(try options.runner.together(passes)).json)
    }

    private static func pass(
        _ network: RunnableNetwork, batch: Int, threads: Int
    ) throws -> (name: String, body: () throws -> Void) {
        let shape: Shape = [batch, network.inputChannels, network.inputSize, network.inputSize]
        let plan = try ExecutionPlan(
            network.graph, inputShape: shape, options: ExecutionOptions(threads: threads))
        var generator = SeededGenerator(seed: 1)
        let input = Tensor(
            shape: shape, scalars: (0..<shape.elementCount).map { _ in Float(generator.uniform() * 2 - 1) })
        let memory = PassMemory(plan)
        return (
            "engine/\(network.name), batch \(batch), \(threads) thread\(threads == 1 ? "" : "s")",
            { _ = try memory.run(plan, input) }
        )
    }

    /// A workspace that a closure can hold.
    private final class PassMemory {
        private var workspace: Workspace

        init(_ plan: ExecutionPlan) { workspace = plan.makeWorkspace() }

        func run(_ plan: ExecutionPlan, _ input: Tensor) throws -> Tensor { try plan.run(input, in: &workspace) }
    }
}
