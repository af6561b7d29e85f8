import ArgumentParser
import Files
import Glibc
import KernelViz
import Serving
import Synchronization

/// `kernelviz serve FOLDER`.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Show the networks of a folder in a browser, as they are written.",
        discussion: """
            The page lists the checkpoints below the folder and looks for new ones every 2 seconds: those of a training \
            appear as they are written. Of each there are its report and the figures of the verbs, by layer and picture. \
            Nothing is written, and nothing outside the folder is read; other machines cannot reach it unless --host says \
            so. Ctrl-C ends it.

            Examples:
              kernelviz serve run/
              kernelviz serve Weights --images photographs --port 0
            """)

    @Argument(
        help: ArgumentHelp("The folder of checkpoints, those in folders below it too.", valueName: "folder"),
        completion: .directory)
    var folder: String

    @Option(
        help: ArgumentHelp("Pictures for feature maps; those below the folder by default.", valueName: "folder"),
        completion: .directory)
    var images: String?

    @Option(help: "The port; 0 takes any free one.")
    var port = 8765

    @Option(
        help: ArgumentHelp(
            "The address to listen on; another than this machine's own lets others in.", valueName: "address"))
    var host = "127.0.0.1"

    func validate() throws {
        try Bounds.check("--port", port, in: 0...65_535)
        guard IPAddress(host) != nil else {
            throw ValidationError(
                "--host: '\(host)'; expected localhost or an address such as 127.0.0.1, ::1 or 0.0.0.0.")
        }
    }

    /// What the server tells the thread that waits for it.
    private final class Progress: Sendable {
        struct State {
            var port: UInt16?
            var failure: (any Error)?
            var hasEnded = false
        }

        let state = Mutex(State())
    }

    func run() throws {
        guard let address = IPAddress(host), let wanted = UInt16(exactly: port) else { return }
        let pages = ServedPages(folder: try ServedFolder(folder, pictures: images), title: title)
        if !address.isLoopback {
            Console.note(
                "kernelviz: warning: --host \(host): whoever reaches this machine can see the networks below \(folder); "
                    + "there is no password.")
        }
        let server = try PageServer(address: address, host: host, port: wanted) { await pages.answer($0) }
        let progress = Progress()
        Task {
            do {
                try await server.run(port: wanted) { port in progress.state.withLock { $0.port = port } }
                progress.state.withLock { $0.hasEnded = true }
            } catch {
                progress.state.withLock { ($0.failure, $0.hasEnded) = (error, true) }
            }
        }
        try wait(for: progress, at: address)
        Task { await server.stop() }
        // Connections get the time of a blink; none has anything to lose.
        for _ in 0..<10 where !progress.state.withLock({ $0.hasEnded }) { usleep(20_000) }
        throw Interruption.Stopped()
    }

    /// The folder as the page names it: "." and the like by their own names.
    private var title: String {
        let isNamed = !folder.split(separator: "/").allSatisfy { $0 == "." || $0 == ".." }
        let name = FilePaths.name(of: FilePaths.place(folder))
        return isNamed || name.isEmpty ? folder : name
    }

    /// Says where the server is once it listens, and returns when it is asked to stop.
    private func wait(for progress: Progress, at address: IPAddress) throws {
        var isTold = false
        while !Interruption.isAsked {
            let (port, failure, hasEnded) = progress.state.withLock { ($0.port, $0.failure, $0.hasEnded) }
            if let failure { throw failure as? KernelVizError ?? Self.ended("\(failure)") }
            if hasEnded { throw Self.ended("it stopped listening") }
            if let port, !isTold {
                isTold = true
                try Console.result("http://\(address.inURL):\(port)/\n")
                Console.note("Serving \(folder); Ctrl-C ends it.")
            }
            usleep(50_000)
        }
    }

    private static func ended(_ reason: String) -> KernelVizError {
        KernelVizError(code: "serve.ended", subject: "the server", found: "ended (\(reason))", advice: "Start it again")
    }
}
