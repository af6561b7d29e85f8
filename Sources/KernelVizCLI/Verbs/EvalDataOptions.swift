import ArgumentParser
import KernelViz

/// The part of `kernelviz eval` that measures accuracy on a data set.
struct EvalDataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Measure accuracy: IDX or CIFAR binary files, a folder of class folders, or a CSV.", valueName: "data"))
    var data: String?

    @Option(help: "Images of a batch, with --data.")
    var batch = 16

    @Option(help: "Threads, with --data; the result does not depend on it.")
    var threads = 1

    @Option(help: ArgumentHelp("Use at most so many images, evenly over the classes.", valueName: "images"))
    var limit: Int?

    @Flag(help: "Also measure shift-consistency: how often two random crops get the same class.")
    var shifts = false

    @Flag(help: "Stop at an image that cannot be read instead of leaving it out.")
    var strict = false

    func validate() throws {
        if batch < 1 || threads < 1 { throw ValidationError("--batch and --threads start at 1.") }
        if let limit, limit < 1 { throw ValidationError("--limit starts at 1.") }
    }

    /// The accuracy of `network` on the data set at `path`.
    func evaluate(_ network: RunnableNetwork, path: String, seed: UInt64) throws -> AccuracyEvaluation {
        var set = try ImageDataSet.open(path, split: .test, classes: nil)
        if set.form == "CSV", network.classes > set.classNames.count + 1, set.classNames.first == "class 0" {
            // A CSV of numbers need not name an image of every class.
            set = try ImageDataSet.open(path, split: .test, classes: network.classes)
        }
        if let limit { set = set.limited(to: limit) }
        let count = set.count
        let progress = SharedProgress("Evaluating \(network.name)", count)
        defer { progress.finish() }
        let result = try AccuracyEvaluation.evaluate(
            network, on: set, batch: batch, threads: threads, shifts: shifts, seed: seed, isStrict: strict
        ) { try progress.update($0) }
        for problem in result.unreadable.prefix(10) { Console.note("kernelviz: warning: left out \(problem)") }
        return result
    }
}
