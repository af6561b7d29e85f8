import ArgumentParser
import Files
import KernelViz
import Sandbox

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
        version: "\(KernelVizVersion.summary)\n\(ReaderConfinement.sentence)",
        subcommands: [
            ClassifyCommand.self,
            DiagnoseCommand.self,
            RenderCommand.self,
            ReportCommand.self,
            ServeCommand.self,
            DeriveCommand.self,
            TrainCommand.self,
            EvalCommand.self,
            SweepCommand.self,
            VerdictCommand.self,
            BenchCommand.self,
            SlimCommand.self,
            ExportCommand.self,
            WeightsCommand.self,
            DemoCommand.self,
            SchemaCommand.self,
            DoctorCommand.self,
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

    @Option(
        name: .customLong("max-memory"),
        help: ArgumentHelp(
            "The most memory that the content of one file may take, such as 8G or 500M: what is read, unpacked and held at once. What needs more is refused. For every verb. (default: 2G)",
            valueName: "bytes"))
    var maxMemory: String?

    @Flag(name: .customLong("quiet"), help: "Say nothing but results, warnings and errors. For every verb.")
    var quiet = false

    @Option(
        name: .customLong("color"),
        help: ArgumentHelp("Colours of tables: auto, always or never. For every verb.", valueName: "when"),
        completion: .list(ColourChoice.allCases.map(\.rawValue)))
    var color: String?

    /// For the parser.
    public init() {}
}

extension KernelVizCommand {
    /// Parses the process's arguments, runs the verb and exits: 0 done, 1 the work failed or what it said was lost, 64
    /// the command line was wrong, 128 and the signal's number where one stopped it (Ctrl-C 130, SIGTERM 143).
    public static func runAndExit() -> Never {
        IsolatedReader.runIfAsked()
        Console.fillClosedDescriptors()
        Interruption.install()
        do {
            try runVerb()
        } catch let error as KernelVizError {
            Console.error("kernelviz: error: \(error)")
            end(1)
        } catch is Interruption.Stopped {
            Console.error("kernelviz: stopped.")
            end(Interruption.status)
        } catch {
            say(error)
            end(exitCode(for: error).rawValue)
        }
        // Loops and scripts that stopped this program are told so, though the work was done before it could stop.
        guard !Interruption.isAsked else {
            Console.error("kernelviz: asked to stop when the work was done.")
            end(Interruption.status)
        }
        end(0)
    }

    private static func runVerb() throws {
        if let (number, shown) = unreadableArgument() {
            throw ValidationError(
                "Argument \(number) is not UTF-8 ('\(shown)'). Names are never changed: rename the file.")
        }
        let choice = ReadingChoice.arguments(Array(ProcessArguments.all.dropFirst()))
        guard let colours = ColourChoice(rawValue: choice.colours ?? "auto") else {
            throw ValidationError("--color: '\(choice.colours ?? "")'; expected auto, always or never.")
        }
        Console.configure(isQuiet: choice.isQuiet, colours: colours)
        if let sentence = VerbNames.correction(of: choice.arguments) { throw ValidationError(sentence) }
        var command = try parseAsRoot(choice.arguments + OutputEnding.format(for: choice.arguments))
        if let sentence = OverwrittenInput.sentence(choice.arguments) { throw ValidationError(sentence) }
        let memory = try choice.memory.map { text in
            guard let bytes = ReadingChoice.bytes(text) else {
                throw ValidationError("--max-memory: '\(text)'; expected bytes from 1K to 1000T, such as 2G or 500M.")
            }
            return bytes
        }
        try Checkpoint.Reading.$current.withValue(choice.reading) {
            try Checkpoint.Reading.$copy.withValue(choice.copy) {
                try MemoryLimit.$bytes.withValue(memory ?? MemoryLimit.standardBytes) { try command.run() }
            }
        }
    }

    /// The first argument that is no text: Swift would hand it over with other letters in place of what it is.
    private static func unreadableArgument() -> (number: Int, shown: String)? {
        for (number, argument) in ProcessArguments.raw.enumerated().dropFirst()
        where unsafe FileNameBytes.name(argument) == nil {
            return (number, unsafe FileNameBytes.shown(argument))
        }
        return nil
    }

    /// What the parser has to say: help and versions are results, everything else is an error.
    private static func say(_ error: any Error) {
        let text = fullMessage(for: error)
        guard !text.isEmpty else { return }
        guard exitCode(for: error) == .success else { return Console.error(text) }
        do {
            try Console.result(text + "\n")
        } catch {
            Console.error("kernelviz: error: \(error)")
            end(1)
        }
    }

    /// Ends the process; words that were lost are a failure, though the work may be done.
    private static func end(_ status: Int32) -> Never {
        exit(withError: ExitCode(status == 0 && Console.hasLostNotes ? 1 : status))
    }
}
