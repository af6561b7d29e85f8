import Diagnostics
import Engine
import Parallel
import Synchronization
import Tensors

/// A network in training: its parameters, their velocities and the memory of one step, all allocated once.
///
/// Steps are deterministic: the same parameters, batch and seed give the same bits, whatever the number of threads and
/// whichever vector instructions the processor has.
public struct TrainingNetwork: ~Copyable, Sendable {
    /// What a forward pass over a batch showed.
    public struct Outcome: Sendable, Equatable {
        /// The mean loss of the batch.
        public let loss: Double
        /// How many images had their class first.
        public let correct: Int
    }

    /// Images of one step × channels × rows × columns.
    public let inputShape: Shape
    /// The number of classes.
    public let classes: Int
    /// The most threads that a step uses.
    public let threads: Int
    /// The memory of the step in bytes: activations, gradients, parameters, scratch.
    public var memoryBytes: Int { memory.byteCount }

    let graphTemplate: Graph
    let plan: TrainingPlan
    let loss: CrossEntropy
    let workers: Parallel
    let operators = OperatorSets.best
    let memory: TrainingMemory

    /// Prepares `graph` for training on batches of `inputShape`.
    ///
    /// - Parameters:
    ///   - graph: The network with its initial parameters.
    ///   - inputShape: N×C×H×W of every batch.
    ///   - labelSmoothing: ε of the loss, 0…1.
    ///   - batchNormMomentum: The share of a batch in the new running statistics (PyTorch's convention).
    ///   - threads: How many threads may share a step.
    /// Throws `engine.shape`, `training.unsupported`, or `training.memory`.
    public init(
        _ graph: Graph, inputShape: Shape, labelSmoothing: Double = 0.1, batchNormMomentum: Double = 0.1,
        threads: Int = 1
    ) throws {
        let plan = try TrainingPlan(graph, inputShape: inputShape, batchNormMomentum: batchNormMomentum)
        let memory = try TrainingMemory(plan: plan, threads: min(max(1, threads), plan.shards))
        self.plan = plan
        self.memory = memory
        self.inputShape = inputShape
        classes = plan.logits.count
        self.threads = max(1, threads)
        graphTemplate = graph
        loss = CrossEntropy(smoothing: labelSmoothing)
        workers = Parallel(threads: threads)
        for (index, parameter) in graph.parameters.enumerated() { write(parameter.tensor, index, memory.parameters) }
    }

    func write(_ tensor: Tensor, _ index: Int, _ block: UnsafeMutablePointer<Float>) {
        tensor.scalars.withUnsafeBufferPointer { source in
            if let start = source.baseAddress {
                (block + plan.parameterPlaces[index]).update(from: start, count: source.count)
            }
        }
    }

    func read(_ index: Int, _ block: UnsafePointer<Float>) -> Tensor {
        let shape = graphTemplate.parameters[index].tensor.shape
        let start = block + plan.parameterPlaces[index]
        return Tensor(
            shape: shape, scalars: Array(UnsafeBufferPointer(start: start, count: shape.elementCount)))
    }

    /// The network with its present parameters.
    public var graph: Graph {
        var graph = graphTemplate
        for parameter in graph.parameters.map(\.name) {
            guard let identifier = graph.parameter(named: parameter) else { continue }
            graph[identifier] = read(identifier.position, memory.parameters)
        }
        return graph
    }

    /// The velocities of the learnable parameters, by name, in the graph's order.
    public var optimizerState: [(name: String, tensor: Tensor)] {
        learnable.map { ($0.name, read($0.index, memory.velocities)) }
    }

    /// The gradients of the last ``forwardAndBackward(images:labels:seed:)``, by name, in the graph's order.
    public var parameterGradients: [(name: String, tensor: Tensor)] {
        learnable.map { ($0.name, read($0.index, memory.gradients)) }
    }

    var learnable: [(name: String, index: Int)] {
        graphTemplate.parameters.enumerated().filter { $1.kind == .learnable }.map { ($1.name, $0) }
    }

    /// Replaces a parameter by name; its shape must be the same.
    public mutating func setParameter(_ name: String, to tensor: Tensor) {
        set(name, tensor, memory.parameters)
    }

    /// Replaces a velocity by name; its shape must be the parameter's.
    public mutating func setVelocity(_ name: String, to tensor: Tensor) {
        set(name, tensor, memory.velocities)
    }

    func set(_ name: String, _ tensor: Tensor, _ block: UnsafeMutablePointer<Float>) {
        guard let identifier = graphTemplate.parameter(named: name) else {
            preconditionFailure("no parameter called \(name)")
        }
        precondition(graphTemplate[identifier].shape == tensor.shape)
        write(tensor, identifier.position, block)
    }
}
