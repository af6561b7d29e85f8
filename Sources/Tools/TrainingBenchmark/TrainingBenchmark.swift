import Evaluation
import Glibc
import Tensors
import Training
import TrainingRuns

/// Times training steps and prints one line of JSON: `TrainingBenchmark [NET] [BATCH] [THREADS] [STEPS] [SIZE]`.
@main
enum TrainingBenchmark {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let name = arguments.first ?? "vgnetg-1.0mp-thumbnail"
        let numbers = arguments.dropFirst().compactMap { Int($0) }
        let batch = numbers.first ?? 128
        let threads = numbers.count > 1 ? numbers[1] : 1
        let steps = numbers.count > 2 ? numbers[2] : 10
        let size = numbers.count > 3 ? numbers[3] : nil
        let net = try TrainableNetwork(named: name, seed: 1, classes: 10, inputSize: size)
        let shape: Shape = [batch, net.inputChannels, net.inputSize, net.inputSize]
        var network = try TrainingNetwork(net.graph, inputShape: shape, threads: threads)
        var generator = SeededGenerator(seed: 2)
        let images = (0..<shape.elementCount).map { _ in Float(generator.normal()) }
        let labels = (0..<batch).map { _ in Int(generator.next() % 10) }
        var loss = 0.0
        var processorTimes: [Double] = []
        let latency = try Latency.measure(runs: steps) {
            let start = processorMilliseconds()
            defer { processorTimes.append(processorMilliseconds() - start) }
            try images.withUnsafeBufferPointer {
                loss = try network.step(images: $0, labels: labels, rate: 0.05, optimizer: SGD()).loss
            }
        }
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        print(
            """
            {"net": "\(net.name)", "batch": \(batch), "threads": \(threads), "median_ms": \(latency.median), \
            "min_ms": \(latency.minimum), "cpu_ms": \(Latency(milliseconds: processorTimes).median), \
            "images_per_s": \(1000 * Double(batch) / latency.median), \
            "planned_mb": \(network.memoryBytes >> 20), "rss_mb": \(usage.ru_maxrss >> 10), "loss": \(loss)}
            """)
    }

    /// What all threads of this process have used so far; unlike wall-clock time it says something on a shared machine.
    private static func processorMilliseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
    }
}
