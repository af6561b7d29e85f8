import ArgumentParser
import KernelViz

/// The part of `kernelviz eval` that measures accuracy on a data set.
struct EvalDataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Measure accuracy: IDX or CIFAR binary files, a folder of class folders, or a CSV.", valueName: "data"))
    var data: String?

    @Option(help: ArgumentHelp("Use at most so many images, evenly over the classes.", valueName: "images"))
    var limit: Int?

    @Flag(help: "Also measure shift-consistency: how often two random crops get the same class.")
    var shifts = false

    @Flag(help: "Stop at an image that cannot be read instead of leaving it out.")
    var strict = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit starts at 1.") }
        if data == nil && (shifts || limit != nil || strict) {
            throw ValidationError("--shifts, --limit and --strict go with --data.")
        }
    }

    /// The images at --data for `network`; nil without --data.
    func images(for network: RunnableNetwork) throws -> ImageDataSet? {
        guard let data else { return nil }
        let set = try ImageDataSet.open(data, testing: network)
        return limit.map { set.limited(to: $0) } ?? set
    }

    /// The accuracy of `network` on `set`.
    func evaluate(
        _ network: RunnableNetwork, on set: ImageDataSet, batch: Int, threads: Int,
        precision: ExecutionOptions.Precision, seed: UInt64, classNames: [String]?, labelsPath: String?
    ) throws -> AccuracyEvaluation {
        let progress = SharedProgress("Evaluating \(network.name)", set.count)
        defer { progress.finish() }
        var options = AccuracyEvaluation.Options()
        (options.batch, options.threads, options.precision) = (batch, threads, precision)
        (options.measuresShifts, options.seed, options.isStrict) = (shifts, seed, strict)
        (options.classNames, options.labelsPath) = (classNames, labelsPath)
        let result = try AccuracyEvaluation.evaluate(network, on: set, options: options) { try progress.update($0) }
        for problem in result.unreadable.prefix(10) { Console.note("kernelviz: warning: left out \(problem)") }
        return result
    }
}
