import Foundation
import TestSupport
import Testing

/// What a shell can do to a program: full disks, closed descriptors, few of them, readers that leave. Nothing is lost in
/// silence, nothing is half-written, nothing stays behind.
@Suite struct HardshipTests {
    /// Under whatever name: as it is, through a link, as a value behind "=", as a data set of a file.
    @Test(arguments: [
        ["slim", "net.h5", "-o", "net.h5"], ["slim", "net.h5", "--output=link.h5"],
        ["slim", "link.h5", "-o", "net.h5"],
        ["export", "net.h5", "--hdf5", "./net.h5"], ["weights", "convert", "net.h5", "net.h5"],
        ["weights", "convert", "--layout", "HWIO", "net.h5", "link.h5"], ["classify", "net.h5", "-o", "net.h5"],
        ["eval", "other.h5", "--tensor", "net.h5:/input", "--save-logits", "net.h5"],
        ["derive", "net.h5", "--init", "net.h5"], ["report", "net.h5", "-o", "net.h5"],
    ])
    func whatIsReadIsNeverReplaced(arguments: [String]) throws {
        try withTemporaryFolder { folder in
            let content = Data("not looked at".utf8)
            for name in ["net.h5", "other.h5"] { try content.write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/link.h5", withDestinationPath: "\(folder)/net.h5")
            let outcome = try CommandLine.run(arguments + ["--force"], in: folder)
            #expect(outcome.status == 64, "\(outcome.errors)")
            #expect(outcome.errors.contains("would be replaced, and the command reads it"), "\(outcome.errors)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/net.h5")) == content)
        }
    }

    private struct Outcome {
        let status: Int32
        let output: String
        let errors: String
        let files: [String]
    }

    /// Runs lines of bash in a fresh folder with `$K`, the program, and `$W`, a checkpoint; hidden files are listed too.
    private func bash(_ script: String) throws -> Outcome {
        try withTemporaryFolder { root in
            let folder = root + "/work"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.arguments = ["-c", script]
            process.environment = ProcessInfo.processInfo.environment.merging(
                ["K": CommandLine.binary, "W": VerbTests.ownCheckpoint]) { $1 }
            process.currentDirectoryURL = URL(fileURLWithPath: folder)
            let outcome = try CommandLine.outcome(of: process, through: root)
            return Outcome(
                status: outcome.status, output: outcome.output, errors: outcome.errors,
                files: try FileManager.default.contentsOfDirectory(atPath: folder).sorted())
        }
    }

    @Test(
        "A file that may not grow is an error of its own, and nothing of it stays",
        arguments: [
            "--trust report \"$W\" -o a.html", "--trust classify \"$W\" --kernels --format csv -o a.csv",
            "export vgnetg-1.0mp --onnx a.onnx", "export vgnetg-1.0mp --hdf5 a.h5",
            "--trust weights convert \"$W\" a.npz", "--trust weights convert \"$W\" a.safetensors",
            "render network vgnetg-1.0mp -o a.pdf",
        ])
    func limitsOfFileSizes(verb: String) throws {
        let outcome = try bash("ulimit -f 1; \"$K\" \(verb)")
        #expect(outcome.status == 1)
        #expect(outcome.errors.lowercased().contains("file too large"), "\(outcome.errors)")
        #expect(outcome.errors.contains("kernelviz: error: a."), "\(outcome.errors)")
        #expect(outcome.files.isEmpty, "\(outcome.files)")
    }

    @Test("Memory that the reader shares is under the limit on file sizes, and the message says so")
    func limitsOfFileSizesAndTheReader() throws {
        // Packed: what lies in a file as it is comes straight from there.
        let packed = SharedFiles.packageRoot + "/Tests/Checkpoints/CheckpointsTests/Fixtures/filters_gzip.h5"
        let outcome = try bash("ulimit -f 1; \"$K\" classify '\(packed)'")
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(outcome.errors.contains("(ulimit -f)"), "\(outcome.errors)")
    }

    @Test(
        "A result that cannot be written is an error",
        arguments: [
            (">/dev/full", "no space left on device"), (">&-", "bad file descriptor"),
            ("<&- >&-", "bad file descriptor"),
        ])
    func lostResults(redirection: String, reason: String) throws {
        for verb in ["classify \"$W\"", "--help", "--version", "weights inspect \"$W\" --format json"] {
            let outcome = try bash("\"$K\" \(verb) \(redirection)")
            #expect(outcome.status == 1)
            #expect(
                outcome.errors
                    == "kernelviz: error: standard output: cannot be written (\(reason)). The result is not complete.\n"
            )
            #expect(outcome.files.isEmpty)
        }
    }

    @Test("Notes that are lost are told by the exit status; the file is whole", arguments: ["2>&-", "2>/dev/full"])
    func lostNotes(redirection: String) throws {
        let outcome = try bash("\"$K\" classify \"$W\" -o a.txt \(redirection); s=$?; head -c 10 a.txt; exit $s")
        #expect(outcome.status == 1)
        #expect(outcome.output.count == 10 && outcome.files == ["a.txt"])
    }

    @Test("With all descriptors closed no file gets the number of one of them")
    func closedDescriptors() throws {
        let whole = try bash("\"$K\" classify \"$W\" --format json")
        let outcome = try bash("\"$K\" classify \"$W\" --format json -o a.json <&- >&- 2>&-; cat a.json")
        #expect(outcome.output == whole.output)
        #expect(outcome.files == ["a.json"])
    }

    @Test("A reader that leaves ends the process as it does other tools'; where the signal is ignored it is said")
    func leavingReaders() throws {
        let verb = "\"$K\" classify \"$W\" --kernels --format csv"
        let quiet = try bash("\(verb) | head -n 1 >/dev/null; exit ${PIPESTATUS[0]}")
        #expect(quiet.status == 141)
        #expect(quiet.errors.isEmpty)
        let told = try bash("trap '' PIPE; \(verb) | head -n 1 >/dev/null; exit ${PIPESTATUS[0]}")
        #expect(told.status == 1)
        #expect(told.errors.contains("standard output: cannot be written (broken pipe)"), "\(told.errors)")
    }

    @Test("Eight descriptors are enough to read; fewer are named")
    func fewDescriptors() throws {
        #expect(try bash("ulimit -n 8; \"$K\" weights inspect \"$W\" >/dev/null").status == 0)
        let outcome = try bash("ulimit -n 5; \"$K\" weights inspect \"$W\"")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("too many open files"), "\(outcome.errors)")
    }

    @Test("Where the system grants no thread, one does the work and nothing waits")
    func withoutThreads() throws {
        // Root has no such limit: nobody then, with this one process and its reader.
        let whole = try bash("\"$K\" --trust classify \"$W\" --format json")
        let outcome = try bash(
            """
            [ "$(id -u)" = 0 ] && run="setpriv --reuid 65534 --clear-groups" || run=""
            [ -z "$run" ] || $run test -r "$W" -a -x "$K" || exit 77
            timeout 120 $run bash -c 'ulimit -u 1; exec "$K" --trust classify "$W" --format json'
            """)
        guard outcome.status != 77 else { return }
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == whole.output)
    }

    @Test("Streams are written into, never replaced")
    func streams() throws {
        let whole = try bash("\"$K\" classify \"$W\"")
        for place in ["-", "/dev/stdout", "/dev/fd/1"] {
            let outcome = try bash("\"$K\" classify \"$W\" -o \(place) | cat")
            #expect(outcome.output == whole.output && outcome.errors.isEmpty && outcome.files.isEmpty)
        }
        let pipe = try bash("mkfifo p; cat p & \"$K\" classify \"$W\" -o p; s=$?; wait; test -p p && exit $s")
        #expect(pipe.status == 0 && pipe.output == whole.output)
        let refused = try bash(
            "mkfifo a.onnx; \"$K\" export vgnetg-1.0mp --force --onnx a.onnx; s=$?; test -p a.onnx && exit $s")
        #expect(refused.status == 1)
        #expect(
            refused.errors
                == "kernelviz: error: a.onnx: is a pipe, which is never replaced; expected a file name. Name a file.\n")
        let dash = try bash("\"$K\" export vgnetg-1.0mp --onnx -")
        #expect(dash.status == 1 && dash.files.isEmpty)
        #expect(dash.errors.contains("-: is standard output, where no file can be"), "\(dash.errors)")
    }

    @Test("Who is asked to stop while the last file is written writes it, and tells that it was asked")
    func stopsAfterTheWork() throws {
        let outcome = try bash(
            """
            for try in $(seq 20); do
                rm -f a.onnx; "$K" export vgnetg-2.5mp --onnx a.onnx 2>said & pid=$!
                for i in $(seq 400); do ls .kernelviz-* >/dev/null 2>&1 && kill -STOP $pid && break; sleep 0.002; done
                ls .kernelviz-* >/dev/null 2>&1 && stopped=yes || stopped=no
                kill -TERM $pid 2>/dev/null; kill -CONT $pid 2>/dev/null; wait $pid; status=$?
                [ $stopped = no ] || { cat said >&2; test -s a.onnx && exit $status; }
            done
            """)
        #expect(outcome.status == 143)
        #expect(outcome.errors.contains("kernelviz: asked to stop when the work was done."), "\(outcome.errors)")
        #expect(outcome.files == ["a.onnx", "said"])
    }

    @Test("--force follows a link and keeps the permissions of what it replaces")
    func linksAndPermissions() throws {
        let outcome = try bash(
            """
            echo old >real; chmod 640 real; ln -s real link; "$K" classify "$W" --force -o link 2>/dev/null || exit 1
            test -L link && stat -c %a real && head -c 3 real | tr -d '\\n' | wc -c
            """)
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("640\n"))
        #expect(outcome.files == ["link", "real"])
    }

    @Test("The reader ends with the process that started it, however busy it is")
    func readersEndWithTheirParent() throws {
        // Nobody writes into the pipe, so the reader waits in open() for ever.
        let outcome = try bash(
            """
            mkfifo p; "$K" weights inspect p & parent=$!
            for i in $(seq 200); do reader=$(pgrep -P $parent) && break; sleep 0.05; done
            test -n "$reader" || exit 3
            kill -9 $parent; wait $parent 2>/dev/null
            for i in $(seq 100); do kill -0 $reader 2>/dev/null || exit 0; sleep 0.05; done
            exit 4
            """)
        #expect(outcome.status == 0)
    }

    @Test("A signal to the whole group is not blamed on the file", arguments: ["INT", "TERM"])
    func signalsToTheGroup(name: String) throws {
        let outcome = try bash(
            """
            mkfifo p; set -m; "$K" weights inspect p & parent=$!
            for i in $(seq 200); do pgrep -P $parent >/dev/null && break; sleep 0.05; done
            sleep 0.2; kill -\(name) -$parent; wait $parent
            """)
        #expect(outcome.status == (name == "INT" ? 130 : 143))
        #expect(
            outcome.errors.contains("kernelviz: stopped.\n") && !outcome.errors.contains("damaged"),
            "\(outcome.errors)")
    }

    @Test("A terminal gets no control characters of a name, and lines of boxes only where its locale has them")
    func terminals() throws {
        func shown(_ locale: String) throws -> String {
            try bash(
                """
                cp "$W" $'a\\e[31mb.h5'; echo '"$K" eval a*.h5 --runs 0; "$K" classify a*.h5' >run.sh
                unset LANG LC_CTYPE; export NO_COLOR=1; LC_ALL=\(locale) script -qec 'bash run.sh' /dev/null
                """
            ).output
        }
        let plain = try shown("C")
        #expect(plain.contains("a\\u{1B}[31mb.h5") && !plain.contains("\u{1B}[31m"), "\(plain)")
        #expect(plain.contains("| layer") && !plain.contains("│"), "\(plain)")
        #expect(try shown("C.UTF-8").contains("│ layer"))
    }

    @Test("A name that is no text is refused as it is")
    func namesThatAreNoText() throws {
        let outcome = try bash("\"$K\" weights inspect $'caf\\xe9.h5'")
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("Argument 3 is not UTF-8 ('caf\\xE9.h5')"), "\(outcome.errors)")
    }
}
