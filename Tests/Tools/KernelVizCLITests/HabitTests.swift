import Foundation
import TestSupport
import Testing

/// What people expect of any command: names forgiven, endings understood, streams, colours, silence on request.
@Suite struct HabitTests {
    private static let net = VerbTests.ownCheckpoint

    @Test(arguments: [
        (["clasify", "net.h5"], "There is no verb 'clasify'. Did you mean 'classify'?"),
        (["--quiet", "exprot"], "There is no verb 'exprot'. Did you mean 'export'?"),
        (["render", "kernells", "net.h5"], "There is no verb 'render kernells'. Did you mean 'kernels'?"),
        (["weights", "x"], "There is no verb 'weights x'. There are inspect, convert, diff."),
        (["classify", "--formt", "json", "net.h5"], "Unknown option '--formt'. Did you mean '--format'?"),
        (["classify", "--color", "sometimes", "net.h5"], "--color: 'sometimes'; expected auto, always or never."),
        (
            ["weights", "inspect", "net.h5", "-o", "a.csv"],
            "a.csv: 'weights inspect' writes table, json, not csv. Choose another ending, or say --format."
        ),
        (["train"], "Missing expected argument '<network>'"),
    ])
    func aWrongCommandLineIs64(arguments: [String], sentence: String) throws {
        let outcome = try CommandLine.run(arguments)
        #expect(outcome.status == 64)
        #expect(outcome.errors.hasPrefix("Error: \(sentence)\n"), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test func layersHaveNumbersAndNames() throws {
        try withTemporaryFolder { folder in
            for (layer, file) in [("5", "a.svg"), ("#5", "b.svg"), ("conv_dw_4", "c.svg"), ("CONV_DW_4", "d.svg")] {
                let outcome = try CommandLine.run(
                    ["render", "histogram", Self.net, "--layer", layer, "-o", folder + "/" + file])
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            let files = try ["a", "b", "c", "d"].map {
                try String(contentsOfFile: "\(folder)/\($0).svg", encoding: .utf8)
            }
            #expect(files.allSatisfy { $0 == files[0] })
            let wrong = try CommandLine.run(
                ["render", "kernels", Self.net, "--layer", "conv_dw_44", "-o", folder + "/e.png"])
            #expect(wrong.status == 1)
            #expect(
                wrong.errors == "kernelviz: error: \(Self.net): no layer 'conv_dw_44' with N×N kernels; "
                    + "expected a name, or a number from 1 to 14. The nearest name is 'conv_dw_4'.\n")
        }
    }

    @Test func theEndingOfAFileChoosesTheForm() throws {
        try withTemporaryFolder { folder in
            for (ending, format) in [("csv", "csv"), ("json", "json"), ("md", "markdown"), ("txt", "table")] {
                let file = "\(folder)/a.\(ending)"
                #expect(try CommandLine.run(["classify", Self.net, "-o", file]).status == 0)
                let told = try CommandLine.run(["classify", Self.net, "--format", format])
                #expect(try String(contentsOfFile: file, encoding: .utf8) == told.output, "\(ending)")
            }
            // What is asked holds.
            let asked = folder + "/b.csv"
            #expect(try CommandLine.run(["classify", Self.net, "--format", "json", "-o", asked]).status == 0)
            #expect(try String(contentsOfFile: asked, encoding: .utf8).hasPrefix("{"))
        }
    }

    @Test func quietIsSilentAndColoursAreChosen() throws {
        try withTemporaryFolder { folder in
            let loud = try CommandLine.run(["classify", Self.net, "-o", folder + "/a.txt"])
            #expect(loud.errors.contains("Wrote \(folder)/a.txt"))
            let quiet = try CommandLine.run(["classify", Self.net, "-o", folder + "/b.txt", "--quiet"])
            #expect(quiet.status == 0)
            #expect(quiet.errors.isEmpty)
            #expect(FileManager.default.contentsEqual(atPath: folder + "/a.txt", andPath: folder + "/b.txt"))
            let failed = try CommandLine.run(["--quiet", "classify", "no.h5"])
            #expect(failed.errors == "kernelviz: error: no.h5: no such file or directory. Check the path.\n")
        }
        let escape = "\u{1B}["
        #expect(try CommandLine.run(["classify", Self.net, "--color", "always"]).output.contains(escape))
        for colours in [[], ["--color", "auto"], ["--color=never"]] {
            #expect(try !CommandLine.run(["classify", Self.net] + colours).output.contains(escape))
        }
    }

    @Test func aConfigComesFromAPipe() throws {
        try withTemporaryFolder { folder in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = [
                "-c", "\"$0\" derive \"$1\" --budget 0.3MP --no-latency --name piped | \"$0\" eval - --runs 0",
                CommandLine.binary, Self.net,
            ]
            let outcome = try CommandLine.outcome(of: process, through: folder)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.hasPrefix("network     piped\n"), "\(outcome.output)")
        }
        // Nothing comes: standard input is /dev/null here.
        let empty = try CommandLine.run(["eval", "-"])
        #expect(empty.status == 1)
        #expect(
            empty.errors == "kernelviz: error: standard input: is empty; expected a VGNet config in YAML or JSON.\n")
    }

    @Test func listsAreSpeltWithCommas() throws {
        let arguments = ["vgnetg-1.0mp-thumbnail", "--threads", "1,2", "--runs", "1", "--format", "json"]
        for verb in ["eval", "bench"] {
            let outcome = try CommandLine.run([verb] + arguments)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("\"threads\" : 2"), "\(verb)")
        }
    }

    /// Each verb's help ends with two examples or more, of options that it has.
    @Test func everyVerbHasExamples() throws {
        struct Told: Decodable {
            let command: Verb
        }
        struct Verb: Decodable {
            struct Argument: Decodable {
                struct Name: Decodable { let name: String }
                let names: [Name]?
            }
            let commandName: String
            let discussion: String?
            let arguments: [Argument]?
            let subcommands: [Verb]?
        }
        let text = try CommandLine.run(["--experimental-dump-help"]).output
        let root = try JSONDecoder().decode(Told.self, from: Data(text.utf8)).command
        func options(_ verb: Verb) -> [String] { (verb.arguments ?? []).flatMap { ($0.names ?? []).map(\.name) } }
        func check(_ verb: Verb, _ path: String) {
            let parts = (verb.discussion ?? "").components(separatedBy: "Examples:\n")
            let examples = parts.count == 2 ? parts[1].split(separator: "\n").map { $0.split(separator: " ") } : []
            #expect(examples.count >= 2, "\(path)")
            for words in examples where verb.subcommands == nil {
                #expect(words.joined(separator: " ").hasPrefix("kernelviz \(path)"))
                for word in words.prefix(while: { $0 != "|" }) where word.hasPrefix("--") {
                    #expect(options(verb).contains(String(word.dropFirst(2))), "\(path): \(word)")
                }
            }
            for child in verb.subcommands ?? [] { check(child, "\(path) \(child.commandName)") }
        }
        for verb in root.subcommands ?? [] where verb.commandName != "help" { check(verb, verb.commandName) }
    }

    @Test func shellsCompletePublishedNamesAndColourMaps() throws {
        let bash = try CommandLine.run(["--generate-completion-script", "bash"]).output
        #expect(bash.contains("PuOr"))
        // Names of networks are asked of the program when the key is pressed.
        #expect(bash.contains("---completion"))
    }
}
