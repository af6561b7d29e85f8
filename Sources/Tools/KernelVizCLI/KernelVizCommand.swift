import ArgumentParser
import KernelViz

/// The root command: `kernelviz VERB …`.
public struct KernelVizCommand: ParsableCommand {
    /// Name, summary and verbs, as `--help`, the manual page and the completion scripts show them.
    public static let configuration = CommandConfiguration(
        commandName: "kernelviz",
        abstract: "Looks inside convolutional networks and designs better ones from what it sees.",
        discussion: """
            Weights → N×N kernels → labels (identity, blur, edge, zero, other) → statistics → figures, reports, \
            a derived VGNet, and an engine that runs it (arXiv 2207.10318).
            """,
        version: KernelVizVersion.summary,
        subcommands: [
            ClassifyCommand.self,
            RenderCommand.self,
            ReportCommand.self,
            DeriveCommand.self,
            TrainCommand.self,
            EvalCommand.self,
            SweepCommand.self,
            VerdictCommand.self,
            BenchCommand.self,
            ExportCommand.self,
            WeightsCommand.self,
            DemoCommand.self,
        ])

    @Flag(
        name: .customLong("trust"),
        help: "Read files of weights in this process: quicker, but a damaged file can crash it. For every verb.")
    var trust = false

    @Option(
        name: .customLong("copy"),
        help: ArgumentHelp(
            "Of a file with several copies of its weights the one to read: model, ema, or its name in the file. For every verb.",
            valueName: "name"))
    var copy: String?

    /// For the parser.
    public init() {}
}

extension KernelVizCommand {
    /// Parses the process's arguments, runs the verb and exits: 0 done, 1 the work failed, 64 the command line was
    /// wrong, 130 stopped by Ctrl-C.
    public static func runAndExit() -> Never {
        IsolatedReader.runIfAsked()
        Interruption.install()
        do {
            let (arguments, reading, copy) = ReadingChoice.arguments(Array(CommandLine.arguments.dropFirst()))
            var command = try parseAsRoot(arguments)
            try Checkpoint.Reading.$current.withValue(reading) {
                try Checkpoint.Reading.$copy.withValue(copy) { try command.run() }
            }
        } catch let error as KernelVizError {
            Console.error("kernelviz: error: \(error)")
            exit(withError: ExitCode(1))
        } catch is Interruption.Stopped {
            Console.error("kernelviz: stopped.")
            exit(withError: ExitCode(130))
        } catch {
            exit(withError: error)
        }
        exit(withError: ExitCode.success)
    }
}
