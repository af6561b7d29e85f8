import Checkpoints
import Engine
import Evaluation
import Images
import Numerics
import Tensors

/// A network read in another way, run beside it.
struct ReadingTrial {
    private let kind: OtherReading.Kind
    private let plan: ExecutionPlan
    private var surer = 0
    private var changed = 0
    private var images = 0

    /// The ways that differ from how the network is read.
    static func all(_ network: RunnableNetwork, _ layers: [SubjectLayer]) throws -> [ReadingTrial] {
        var trials = [try ReadingTrial(.swappedPlanes, network, network.graph)]
        var options = ConventionOptions()
        options.padding = isSame(network.graph) ? .torch : .tensorFlowSame
        let padded = options.applied(to: network.graph)
        if padded != network.graph { trials.append(try ReadingTrial(.otherPadding, network, padded)) }
        let turned = changed(network.graph) { cells, width in
            cells.indices.map { cells[cells.startIndex + cells.count - 1 - ($0 - cells.startIndex)] }
        }
        trials.append(try ReadingTrial(.turnedKernels, network, turned))
        let transposed = changed(network.graph) { cells, width in
            guard cells.count == width * width else { return Array(cells) }
            return (0..<cells.count).map { cells[cells.startIndex + $0 % width * width + $0 / width] }
        }
        trials.append(try ReadingTrial(.transposedKernels, network, transposed))
        return trials
    }

    private init(_ kind: OtherReading.Kind, _ network: RunnableNetwork, _ graph: Graph) throws {
        self.kind = kind
        plan = try ExecutionPlan(graph, inputShape: network.inputShape())
    }

    /// Runs it on one picture, whose input in the network's own way is `input` and gives `own`.
    mutating func add(_ image: RGBImage, _ input: Tensor, _ own: Confidence) throws {
        let fed = kind == .swappedPlanes ? Self.swapped(input) : input
        let other = Confidence(try plan.run(fed).scalars)
        images += 1
        if other.logarithm > own.logarithm { surer += 1 }
        if other.best != own.best { changed += 1 }
    }

    /// What came of it.
    var result: OtherReading {
        let tries = Double(OtherReading.Kind.allCases.count)
        return OtherReading(
            kind: kind, surer: surer, images: images, changedAnswers: Double(changed) / Double(max(1, images)),
            probability: min(1, tries * Binomial.tail(atLeast: surer, of: images, rate: 0.5)))
    }

    /// Whether most convolutions with a stride pad as TensorFlow does.
    private static func isSame(_ graph: Graph) -> Bool {
        var (same, others) = (0, 0)
        for node in graph.nodes {
            guard case .convolution(let convolution) = node.operation, convolution.stride > 1,
                graph[convolution.weight].shape[2] > 1
            else { continue }
            switch convolution.padding {
            case .same: same += 1
            case .explicit(let top, _, let bottom, _): if top < bottom { same += 1 } else { others += 1 }
            }
        }
        return same > others
    }

    /// The graph with every N×N kernel changed.
    private static func changed(
        _ graph: Graph, _ change: (_ cells: ArraySlice<Float>, _ width: Int) -> [Float]
    ) -> Graph {
        var result = graph
        for node in graph.nodes {
            let weight: Graph.ParameterID
            switch node.operation {
            case .convolution(let convolution): weight = convolution.weight
            case .sharedDepthwise(let shared): weight = shared.weight
            default: continue
            }
            let tensor = graph[weight]
            let cells = tensor.shape[2] * tensor.shape[3]
            guard cells > 1 else { continue }
            var scalars: [Float] = []
            scalars.reserveCapacity(tensor.scalars.count)
            for start in stride(from: 0, to: tensor.scalars.count, by: cells) {
                scalars += change(tensor.scalars[start..<start + cells], tensor.shape[3])
            }
            result[weight] = Tensor(shape: tensor.shape, scalars: scalars)
        }
        return result
    }

    /// First and third plane exchanged, numbers as they are.
    private static func swapped(_ input: Tensor) -> Tensor {
        let plane = input.shape[2] * input.shape[3]
        guard input.shape[1] == 3 else { return input }
        let scalars = input.scalars
        return Tensor(
            shape: input.shape,
            scalars: Array(scalars[2 * plane..<3 * plane] + scalars[plane..<2 * plane] + scalars[0..<plane]))
    }
}
