import Files
import Foundation
import TestSupport
import Testing

/// What `serve` answers, asked through sockets.
@Suite struct ServeVerbTests {
    /// A server of a folder that runs until it is stopped.
    private struct Server {
        let process = Process()
        let port: UInt16
        private let errors: String

        init(_ folder: String, _ more: [String] = [], logs: String) throws {
            let output = logs + "/out"
            errors = logs + "/err"
            for file in [output, errors] { try Data().write(to: URL(fileURLWithPath: file)) }
            process.executableURL = URL(fileURLWithPath: CommandLine.binary)
            process.arguments = ["serve", folder, "--port", "0"] + more
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
            process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
            process.standardInput = FileHandle.nullDevice
            try process.run()
            var address = ""
            for _ in 0..<1200 where process.isRunning && !address.hasSuffix("/\n") {
                Thread.sleep(forTimeInterval: 0.05)
                address = try String(contentsOfFile: output, encoding: .utf8)
            }
            let match = try #require(address.wholeMatch(of: /http:\/\/127\.0\.0\.1:(\d+)\/\n/), "\(address)")
            port = try #require(UInt16(match.1))
        }

        func ask(_ path: String) throws -> RawHTTP { try RawHTTP.ask(path, port: port) }

        func networks() throws -> [[String: Any]] {
            let object = try JSONSerialization.jsonObject(with: Data(ask("/networks.json").body))
            return try #require((object as? [String: Any])?["networks"] as? [[String: Any]])
        }

        /// Sends a signal; what was said, and the exit status.
        func stop(_ number: Int32 = SIGINT) throws -> (status: Int32, said: String) {
            Foundation.kill(process.processIdentifier, number)
            process.waitUntilExit()
            return (process.terminationStatus, try String(contentsOfFile: errors, encoding: .utf8))
        }
    }

    /// A folder with the checkpoint in `run/a.h5`, beside one for what the server says.
    private func withFolder(_ body: (_ folder: String, _ logs: String) throws -> Void) throws {
        try withTemporaryFolder { root in
            let (folder, logs) = (FilePaths.place(root) + "/served", FilePaths.place(root) + "/logs")
            for path in [folder + "/run", logs] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            try FileManager.default.copyItem(atPath: VerbTests.ownCheckpoint, toPath: folder + "/run/a.h5")
            try body(folder, logs)
        }
    }

    @Test func pagesAndFiguresAreThoseOfTheVerbs() throws {
        try withFolder { folder, logs in
            let server = try Server(folder, logs: logs)
            let net = folder + "/run/a.h5"
            for (address, verb) in [
                ("/report?network=run%2Fa.h5", ["report", net]),
                ("/figure.svg?network=run/a.h5&kind=kernels&layer=3", ["render", "kernels", net, "--layer", "3"]),
                ("/figure.svg?network=run/a.h5&kind=histogram&layer=3", ["render", "histogram", net, "--layer", "3"]),
                ("/figure.svg?network=run/a.h5&kind=shares", ["render", "statistics", net]),
                ("/figure.svg?network=run/a.h5&kind=ridges", ["render", "histogram", net]),
            ] {
                let file = logs + (verb[0] == "report" ? "/a.html" : "/a.svg")
                let outcome = try CommandLine.run(verb + ["--force", "-o", file])
                #expect(outcome.status == 0, "\(outcome.errors)")
                // Twice: made, and kept.
                for _ in 0..<2 {
                    let reply = try server.ask(address)
                    #expect(reply.status == 200, "\(address): \(reply.text.prefix(300))")
                    #expect(Data(reply.body) == (try Data(contentsOf: URL(fileURLWithPath: file))), "\(address)")
                }
            }
            let layers = try server.ask("/layers.json?network=run%2Fa.h5")
            #expect(layers.text.contains("\"number\" : 14") && !layers.text.contains("\"number\" : 15"))
            let stopped = try server.stop()
            #expect(stopped.status == 130 && stopped.said.hasSuffix("kernelviz: stopped.\n"), "\(stopped)")
        }
    }

    @Test func featureMapsAreOfListedPictures() throws {
        try withFolder { folder, logs in
            try TinyImages.write(folder + "/photos", training: 1, test: 1)
            let server = try Server(folder, ["--images", folder + "/photos/test"], logs: logs)
            #expect(try server.ask("/networks.json").text.contains("class0/0.png"))
            let address = "/figure.svg?network=run/a.h5&kind=features&layer=2&picture=class0%2F0.png"
            let picture = folder + "/photos/test/class0/0.png"
            let outcome = try CommandLine.run([
                "render", "features", folder + "/run/a.h5", "--input", picture, "--layer", "2", "-o", logs + "/f.svg",
            ])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                Data(try server.ask(address).body) == (try Data(contentsOf: URL(fileURLWithPath: logs + "/f.svg"))))
            // Of the training pictures none is offered.
            #expect(try server.ask(address.replacing("class0", with: "..%2Ftrain%2Fclass0")).status == 404)
            _ = try server.stop()
        }
    }

    @Test func checkpointsAppearAsTheyAreWritten() throws {
        try withFolder { folder, logs in
            try FileManager.default.removeItem(atPath: folder + "/run/a.h5")
            let server = try Server(folder, logs: logs)
            #expect(try server.networks().isEmpty)
            try Data("no checkpoint".utf8).write(to: URL(fileURLWithPath: folder + "/run/b.h5"))
            #expect(try server.networks().map { $0["name"] as? String } == ["run/b.h5"])
            let broken = try server.ask("/layers.json?network=run/b.h5")
            #expect(broken.status == 422 && broken.text.contains("this is a text file"), "\(broken.text)")
            // A failure is not kept: the same name with another content is read again.
            try FileManager.default.removeItem(atPath: folder + "/run/b.h5")
            try FileManager.default.copyItem(atPath: VerbTests.ownCheckpoint, toPath: folder + "/run/b.h5")
            #expect(try server.ask("/layers.json?network=run/b.h5").status == 200)
            #expect(try server.networks().first?["bytes"] as? Int == InputFile.sizeBytes(VerbTests.ownCheckpoint))
            #expect(try server.stop(SIGTERM).status == 143)
        }
    }

    @Test func nothingOutsideTheFolderIsRead() throws {
        try withFolder { folder, logs in
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/link.h5", withDestinationPath: VerbTests.ownCheckpoint)
            try FileManager.default.createSymbolicLink(atPath: folder + "/out", withDestinationPath: "/")
            try FileManager.default.createSymbolicLink(atPath: folder + "/last.h5", withDestinationPath: "run/a.h5")
            let server = try Server(folder + "/run/..", logs: logs)
            #expect(try server.networks().map { $0["name"] as? String } == ["last.h5", "run/a.h5"])
            #expect(try server.ask("/networks.json").text.contains("2 links that lead elsewhere"))
            for name in ["link.h5", "..%2Fserved%2Frun%2Fa.h5", "%2Fetc%2Fpasswd", "run/../run/a.h5", "", "run%00"] {
                #expect(try server.ask("/layers.json?network=\(name)").status == 404, "\(name)")
                #expect(try server.ask("/report?network=\(name)").status == 404, "\(name)")
            }
            for path in ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/run/a.h5", "//etc/passwd", "/report/../x"]
            {
                let reply = try server.ask(path)
                #expect(reply.status == 404 && !reply.text.contains("root:"), "\(path): \(reply.status)")
            }
            _ = try server.stop()
        }
    }

    @Test func strangersAreTurnedAway() throws {
        try withFolder { folder, logs in
            let server = try Server(folder, logs: logs)
            func status(host: String? = "127.0.0.1", method: String = "GET", _ headers: [String] = []) throws -> Int {
                try RawHTTP.ask("/networks.json", port: server.port, host: host, method: method, headers: headers)
                    .status
            }
            #expect(try status() == 200 && status(host: "localhost:\(server.port)") == 200)
            #expect(try status(host: "evil.example") == 421 && status(host: nil) == 421)
            #expect(try status(method: "POST") == 405 && status(method: "DELETE") == 405)
            #expect(try status(method: "HEAD") == 200)
            #expect(try status(["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"]) == 403)
            #expect(try status(["Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors"]) == 200)
            let page = try server.ask("/")
            #expect(
                page.status == 200
                    && page.head.contains("Content-Security-Policy: default-src 'none'; script-src 'sha256-"))
            #expect(
                page.head.contains("X-Content-Type-Options: nosniff")
                    && !page.head.contains("'unsafe-inline'; img-src *"))
            _ = try server.stop()
        }
    }

    @Test func whatCannotBeServedIsOneSentence() throws {
        try withFolder { folder, logs in
            let missing = try CommandLine.run(["serve", "no-folder"])
            #expect(missing.status == 1)
            #expect(missing.errors == "kernelviz: error: no-folder: no such file or directory. Check the path.\n")
            let file = try CommandLine.run(["serve", folder + "/run/a.h5"])
            #expect(file.status == 1 && file.errors.contains("is a file; expected a folder"), "\(file.errors)")
            let server = try Server(folder, logs: logs)
            let taken = try CommandLine.run(["serve", folder, "--port", "\(server.port)"])
            #expect(taken.status == 1 && taken.output.isEmpty)
            #expect(
                taken.errors == "kernelviz: error: port \(server.port): is in use; expected a free port. "
                    + "Name another one with --port; 0 takes any.\n")
            _ = try server.stop()
            let name = try CommandLine.run(["serve", folder, "--host", "machine.example"])
            #expect(name.status == 64 && name.errors.contains("--host: 'machine.example'"), "\(name.errors)")
            #expect(try CommandLine.run(["serve", folder, "--port", "70000"]).status == 64)
        }
    }
}
