import Checkpoints
import Foundation
import Fuzzing

// Reads inputs that are nearly right: Fuzz ROOT FORMAT [COUNT [FIRST-SEED [KEEP]]]
// A worker reads them in its own process; when one ends it, its seed is a failure and another worker goes on behind it.
// Inputs that failed are kept in the folder KEEP, as FORMAT-SEED; with --inputs all are, and none is read.
IsolatedReader.runIfAsked()
let words = Array(CommandLine.arguments.dropFirst()).filter { !["--worker", "--inputs"].contains($0) }
let isWorker = CommandLine.arguments.contains("--worker")
guard words.count >= 2, let format = FuzzedFormat(rawValue: words[1]) else {
    print(
        "Fuzz ROOT FORMAT [COUNT [FIRST-SEED [KEEP]]]; formats: "
            + FuzzedFormat.allCases.map(\.rawValue).joined(separator: ", "))
    exit(64)
}
let root = words[0]
let count = words.count > 2 ? Int(words[2]) ?? 0 : 100_000
let first = words.count > 3 ? Int(words[3]) ?? 0 : 0
let keep = words.count > 4 ? words[4] : nil
let folder =
    FuzzFile.folder
    + "/kernelviz-fuzz-\(format.rawValue)-\(isWorker ? getppid() : getpid())"
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)

/// Prints a line at once.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

/// Reads on, telling in a file of a fixed form where it is.
func work() throws {
    let corpus = try FuzzCorpus(
        format, root: root, folder: folder, reader: ProcessInfo.processInfo.environment["FUZZ_READER"])
    let place = open(folder + "/place", O_WRONLY | O_CREAT, 0o600)
    var round = FuzzRound(isAlone: true)
    func tell(_ seed: Int, _ round: FuzzRound) {
        let numbers = [seed] + round.counts + [round.slowest.milliseconds, round.slowest.seed, FuzzFile.peakMegabytes]
        var line = numbers.map(String.init).joined(separator: " ")
        line += String(repeating: " ", count: max(0, 99 - line.utf8.count)) + "\n"
        _ = pwrite(place, line, line.utf8.count, 0)
    }
    var told = 0
    round.run(corpus, seeds: first..<first + count) { seed, round in
        tell(seed, round)
        for failure in round.failures[told...] { say("failure " + failure) }
        told = round.failures.count
        // Whatever takes longer than a minute of the processor ends this process.
        var minute = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: 60, tv_usec: 0))
        setitimer(__itimer_which_t(ITIMER_VIRTUAL.rawValue), &minute, nil)
    }
    for failure in round.failures[told...] { say("failure " + failure) }
    tell(first + count, round)
}

/// Starts workers until all seeds are read; returns how many failed.
func supervise() throws -> Int {
    var (seed, totals, slowest, peak) = (first, [0, 0, 0], (0, 0), 0)
    var failed: [Int] = []
    let start = Date()
    while seed < first + count {
        try? FileManager.default.removeItem(atPath: folder + "/place")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [root, format.rawValue, "\(first + count - seed)", "\(seed)", "--worker"]
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        for line in said.split(separator: "\n") where line.hasPrefix("failure ") {
            say("\(format.rawValue) \(line)")
            if let number = Int(line.dropFirst(8).prefix { $0.isNumber }) { failed.append(number) }
        }
        let numbers =
            (try? String(contentsOfFile: folder + "/place", encoding: .utf8))?
            .split(whereSeparator: \.isWhitespace).compactMap { Int($0) } ?? []
        guard numbers.count == 7 else { say("\(format.rawValue): the worker did not start: \(said)"); return 1 }
        totals = zip(totals, numbers[1...3]).map { $0 + $1 }
        if numbers[4] > slowest.0 { slowest = (numbers[4], numbers[5]) }
        peak = max(peak, numbers[6])
        seed = numbers[0]
        if seed < first + count {
            say(
                "\(format.rawValue) failure \(seed): ended by \(process.terminationReason == .exit ? "status" : "signal") \(process.terminationStatus)"
            )
            failed.append(seed)
            seed += 1
        }
    }
    if let keep { try writeInputs(Set(failed).sorted(), to: keep) }
    let seconds = max(0.001, -start.timeIntervalSinceNow)
    say(
        "| \(format.rawValue) | \(count) | \(first)..<\(first + count) | \(Int(Double(count) / seconds)) | \(totals[0]) | \(totals[1]) | \(failed.count) | \(slowest.0) ms (\(slowest.1)) | \(peak) MB |"
    )
    try? FileManager.default.removeItem(atPath: folder)
    return failed.count
}

/// Writes inputs for other programs.
func writeInputs(_ seeds: some Sequence<Int>, to keep: String) throws {
    let corpus = try FuzzCorpus(format, root: root, folder: folder)
    try FileManager.default.createDirectory(atPath: keep, withIntermediateDirectories: true)
    for seed in seeds { try FuzzFile.write(corpus.input(seed: seed), to: "\(keep)/\(format.rawValue)-\(seed)") }
}

if CommandLine.arguments.contains("--inputs") {
    try writeInputs(first..<first + count, to: keep ?? ".")
    try? FileManager.default.removeItem(atPath: folder)
    exit(0)
}
if isWorker { try work() } else { exit(try supervise() == 0 ? 0 : 1) }
