import ArgumentParser
import Glibc
import KernelViz
import Training

/// Steps of a training on random images: forward, backward, SGD. Prints one line of JSON.
struct TrainingBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training", abstract: "Steps of a training; one line of JSON.")

    @Argument(help: "A config file or a published net's name.")
    var network = "vgnetg-1.0mp-thumbnail"

    @Option(help: "Images of a step.")
    var batch = 128

    @Option(help: "Threads of a step.")
    var threads = 1

    @Option(help: "Timed steps.")
    var steps = 10

    @Option(help: "Rows and columns of the images; the network's own by default.")
    var inputSize: Int?

    func validate() throws {
        if !(1...4096).contains(batch) { throw ValidationError("--batch must lie in 1…4096.") }
        if steps < 1 { throw ValidationError("--steps must be at least 1.") }
    }

    func run() throws {
        let net = try TrainableNetwork(named: network, seed: 1, classes: 10, inputSize: inputSize)
        let shape: Shape = [batch, net.inputChannels, net.inputSize, net.inputSize]
        var trained = try TrainingNetwork(net.graph, inputShape: shape, threads: threads)
        var generator = SeededGenerator(seed: 2)
        let images = (0..<shape.elementCount).map { _ in Float(generator.normal()) }
        let labels = (0..<batch).map { _ in Int(generator.next() % 10) }
        var loss = 0.0
        var processorTimes: [Double] = []
        let latency = try Latency.measure(runs: steps) {
            let start = Self.processorMilliseconds()
            defer { processorTimes.append(Self.processorMilliseconds() - start) }
            try images.withUnsafeBufferPointer {
                loss = try trained.step(images: $0, labels: labels, rate: 0.05, optimizer: SGD()).loss
            }
        }
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        print(
            """
            {"net": "\(net.name)", "batch": \(batch), "threads": \(threads), "median_ms": \(latency.median), \
            "min_ms": \(latency.minimum), "cpu_ms": \(Latency(milliseconds: processorTimes).median), \
            "images_per_s": \(1000 * Double(batch) / latency.median), \
            "planned_mb": \(trained.memoryBytes >> 20), "rss_mb": \(usage.ru_maxrss >> 10), "loss": \(loss)}
            """)
    }

    /// What all threads of this process have used so far; unlike wall-clock time it says something on a shared machine.
    private static func processorMilliseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
    }
}
