import Numerics
import Tensors

/// What a step of a plan does, in the words of reports.
public enum StepKind: String, Sendable, Equatable, Codable {
    /// A standard or grouped convolution with a kernel above 1×1.
    case convolution
    /// A 1×1 convolution.
    case pointwise
    /// A depthwise convolution by itself.
    case depthwise
    /// A depthwise and a 1×1 convolution, one band of rows at a time.
    case depthwisePointwise
    /// A linear layer.
    case linear
    /// A step on each number by itself.
    case elementwise
    /// A mean or maximum.
    case pool
    /// Channels brought together where no view would do.
    case copy
}

/// How long one step of a plan takes for one image on one thread.
public struct StepProfile: Sendable, Equatable, Codable {
    /// The name of the node whose result the step computes; the nodes before it are fused with it.
    public let name: String
    /// What it does.
    public let kind: StepKind
    /// Multiply-accumulates.
    public let macs: Int
    /// What must be read and written at least: inputs, outputs and constants, each once.
    public let byteCount: Int
    /// The fastest of all rounds.
    public let minimumMilliseconds: Double
    /// The median of all rounds.
    public let medianMilliseconds: Double

    /// Billions of floating-point operations a second in the fastest round, two for each multiply-accumulate.
    public var gigaflops: Double { 2 * Double(macs) / (minimumMilliseconds * 1e6) }
    /// Billions of bytes a second in the fastest round.
    public var gigabytesPerSecond: Double { Double(byteCount) / (minimumMilliseconds * 1e6) }
}

extension StepProfile {
    /// Milliseconds of each step in each round, the steps one after the other.
    static func times<Step>(of steps: [Step], rounds: Int, run: (Step) -> Void) -> [[Double]] {
        var times = [[Double]](repeating: [], count: steps.count)
        let clock = ContinuousClock()
        for _ in 0..<rounds {
            for (index, step) in steps.enumerated() {
                times[index].append(clock.measure { run(step) } / .milliseconds(1))
            }
        }
        return times
    }

    fileprivate init(name: String, kind: StepKind, macs: Int, byteCount: Int, times: [Double]) {
        let sorted = times.sorted()
        self.init(
            name: name, kind: kind, macs: macs, byteCount: byteCount, minimumMilliseconds: sorted[0],
            medianMilliseconds: OrderStatistics.median(ofSorted: sorted))
    }
}

extension ExecutionPlan {
    /// Times each step of a run of the first image, on the caller's thread; empty for plain loops.
    ///
    /// Throws as ``run(_:)`` does.
    public func profile(_ input: Tensor, rounds: Int = 50) throws -> [StepProfile] {
        _ = try run(input)
        let (images, count) = (inputShape[0], max(1, rounds))
        if let plan = integer {
            return zip(plan.steps, plan.stepTimes(input, images: images, rounds: count)).map {
                StepProfile(name: $0.name, kind: $0.kind, macs: $0.macs, byteCount: $0.byteCount, times: $1)
            }
        }
        guard let plan = blocked else { return [] }
        return zip(plan.steps, plan.stepTimes(input, images: images, rounds: count)).map {
            StepProfile(name: $0.name, kind: $0.kind, macs: $0.macs, byteCount: $0.byteCount, times: $1)
        }
    }
}

extension BlockedPlan {
    /// Milliseconds of each step in each round.
    fileprivate func stepTimes(_ input: Tensor, images: Int, rounds: Int) -> [[Double]] {
        let workspace = Workspace(floatCount: workspaceCount(images: 1), threads: 1)
        return input.scalars.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return steps.map { _ in [] } }
            let context = context(
                image: 0, arena: 0, worker: 0, images: 1, input: start, imageCount: source.count / images,
                memory: workspace.base)
            return StepProfile.times(of: steps, rounds: rounds) { named in
                for part in 0..<named.step.partCount { named.step.run(part, context) }
            }
        }
    }
}
