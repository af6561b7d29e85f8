import Engine
import Tensors

/// A network's answers to images of noise of several contrasts, against which what is left of it is held.
///
/// Some networks are unsteady on some images: a change of their weights in the last bit moves their logits further than
/// ``NetworkSlimming/tolerance``. There a difference counts from that on.
struct NoiseProbe {
    /// What became of the answers.
    struct Comparison: Sendable {
        /// The largest difference of a logit, as a part of the largest logit of its image, over the images on which the
        /// network is steady; over all where it is on none.
        let difference: Double
        /// How far rounding alone moves the logits, and how far they moved, where that decided; nil where it did not.
        let unsteady: (rounding: Double, difference: Double)?
        /// Whether the differences are those of rounding.
        let isSame: Bool
    }

    /// Contrasts of the image: as networks get them, turned in sign, faint, glaring.
    static let contrasts: [Float] = [1, -1, 0.25, 3]
    /// Differences up to so many times those of a change in the last bit count as rounding: folding a normalisation rounds
    /// each weight once, as that change does, and sums of fewer channels go in another order. Of five networks on which
    /// rounding moves a glaring image by 7e-5 to 0.3, exact slimming moves it by 0.5 to 5 times as much.
    private static let roundings = 10.0
    /// Networks tried whose weights differ in the last bit.
    private static let draws = 3
    /// The most that rounding may do to the steadiest image; beyond it nothing can be told apart.
    static let steadiest = 1e-4

    private let graph: Graph
    private let images: Tensor
    /// What the network answers.
    let logits: Tensor
    /// ``rounding()`` once it was asked for.
    private var knownRounding: [Double]?

    /// Runs the network on variations of an image.
    init(_ graph: Graph, image: Tensor) throws {
        self.graph = graph
        images = Tensor(
            shape: Shape([Self.contrasts.count] + image.shape.dimensions.dropFirst()),
            scalars: Self.contrasts.flatMap { contrast in image.scalars.map { $0 * contrast } })
        logits = try Self.answers(graph, images)
    }

    /// Holds the answers of another network against those of this one.
    mutating func comparison(with other: Graph) throws -> Comparison {
        let differences = try Self.answers(other, images).differences(from: logits)
        let tolerance = NetworkSlimming.tolerance
        let largest = differences.max() ?? .infinity
        guard largest > tolerance, largest.isFinite else {
            return Comparison(difference: largest, unsteady: nil, isSame: largest <= tolerance)
        }
        let rounding = try self.rounding()
        let steady = differences.indices.filter { 2 * rounding[$0] <= tolerance }
        let isSame =
            (rounding.min() ?? .infinity) <= Self.steadiest
            && differences.indices.allSatisfy {
                differences[$0] <= (steady.contains($0) ? tolerance : Self.roundings * rounding[$0])
            }
        let worst = differences.indices.max { differences[$0] < differences[$1] } ?? 0
        return Comparison(
            difference: steady.map { differences[$0] }.max() ?? largest,
            unsteady: steady.contains(worst) ? nil : (rounding[worst], differences[worst]), isSame: isSame)
    }

    /// For each image how far logits move when weights change in their last bit.
    mutating func rounding() throws -> [Double] {
        if let knownRounding { return knownRounding }
        var largest = [Double](repeating: 0, count: Self.contrasts.count)
        for draw in 0..<Self.draws {
            let moved = try Self.answers(graph.withOtherLastBits(seed: UInt64(draw + 1)), images)
            largest = zip(largest, moved.differences(from: logits)).map { max($0, $1) }
        }
        knownRounding = largest
        return largest
    }

    private static func answers(_ graph: Graph, _ images: Tensor) throws -> Tensor {
        try ExecutionPlan(graph, inputShape: images.shape).run(images)
    }
}

extension Graph {
    /// The network with every weight one unit in the last place lower, higher, or the same.
    fileprivate func withOtherLastBits(seed: UInt64) -> Graph {
        var graph = self
        var generator = SeededGenerator(seed: seed)
        for parameter in parameters {
            guard let place = graph.parameter(named: parameter.name) else { continue }
            let scalars = parameter.tensor.scalars.map { weight in
                // A zero is exact.
                switch weight == 0 ? 2 : generator.next() % 3 {
                case 0: weight.nextDown
                case 1: weight.nextUp
                default: weight
                }
            }
            graph[place] = Tensor(shape: parameter.tensor.shape, scalars: scalars)
        }
        return graph
    }
}

extension Tensor {
    /// The largest difference of each image from that of another tensor, as a part of the other's largest number there.
    func differences(from other: Tensor) -> [Double] {
        let count = max(1, other.shape.dimensions.first ?? 1)
        let length = other.scalars.count / count
        return (0..<count).map { image in
            let part = image * length..<(image + 1) * length
            guard scalars.count == other.scalars.count else { return .infinity }
            return Tensor(shape: [length], scalars: Array(scalars[part]))
                .largestDifference(from: Tensor(shape: [length], scalars: Array(other.scalars[part])))
        }
    }

    /// The largest difference from another tensor of as many numbers, as a part of the other's largest number.
    func largestDifference(from other: Tensor) -> Double {
        guard scalars.count == other.scalars.count, nonFiniteCount == 0 else { return .infinity }
        let largest = other.scalars.reduce(Float(0)) { max($0, abs($1)) }
        let difference = zip(scalars, other.scalars).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        return difference == 0 ? 0 : Double(difference) / Double(max(largest, .leastNormalMagnitude))
    }
}
