import ONNXSchema
import Tensors

/// Places n·step + inner in a flat result, n below a length that is known only when the network runs: what PyTorch's newer
/// exporter writes for `as_strided` where the batch is free.
struct ONNXPlaces: Equatable {
    /// How many n there are; they lie along the first axis.
    var length: GraphLength
    /// Between the places of one n and the next.
    var step = 1
    /// The other axes.
    var shape: [Int] = []
    /// What is added at each place of the other axes.
    var inner = [0]

    /// Whether these are all places of a flat result in their order.
    var isEverything: Bool { inner.count == step && inner == Array(0..<step) }
}

extension ONNXGraphReader {
    /// The most places along the axes behind the first.
    private static let maximumPlaces = 1 << 20

    /// Reads a node that computes places of a flat result; false for others.
    mutating func readPlaces(_ node: ONNXNodeProto) throws -> Bool {
        guard let output = node.output.first, !output.isEmpty, let result = try places(node) else { return false }
        flatPlaces[output] = result
        return true
    }

    private mutating func places(_ node: ONNXNodeProto) throws -> ONNXPlaces? {
        if node.opType == "Range" {
            guard node.input.count == 3, try integers(node.input[0])?.numbers == [0],
                try integers(node.input[2])?.numbers == [1], let limit = try integers(node.input[1]),
                limit.denominator == 1, limit.items.count == 1, let length = limit.items[0], length.number == nil
            else { return nil }
            return ONNXPlaces(length: length)
        }
        guard let name = node.input.first(where: { flatPlaces[$0] != nil }), var result = flatPlaces[name] else {
            return nil
        }
        switch node.opType {
        case "Unsqueeze":
            guard result.shape.isEmpty, let axes = try numbers(node, "axes", input: 1), axes.count <= 8,
                axes == Array(1..<1 + axes.count)
            else { return nil }
            result.shape = axes.map { _ in 1 }
        case "Mul":
            guard result.inner == [0], let factor = try summand(node, beside: name), factor.numbers.count == 1,
                (1...Self.maximumPlaces).contains(factor.numbers[0]), result.step == 1
            else { return nil }
            result.step = factor.numbers[0]
        case "Add":
            guard let other = try summand(node, beside: name) else { return nil }
            if other.numbers.count == 1 {
                guard let sums = Self.sums(result.inner, other.numbers[0]) else { return nil }
                result.inner = sums
            } else {
                // One axis of length 1 for n, the others as long as the places'.
                guard result.inner.count == 1, other.shape.count == result.shape.count + 1, other.shape.first == 1,
                    let sums = Self.sums(other.numbers, result.inner[0])
                else { return nil }
                (result.shape, result.inner) = (Array(other.shape.dropFirst()), sums)
            }
        default: return nil
        }
        return result
    }

    /// The constant whole numbers that stand beside places.
    private func summand(
        _ node: ONNXNodeProto, beside name: String
    ) throws -> (numbers: [Int], shape: [Int])? {
        guard node.input.count == 2, let other = node.input.first(where: { $0 != name }),
            let tensor = constants.tensors[other],
            let numbers = try constants.data.integers(tensor, limit: Self.maximumPlaces), !numbers.isEmpty
        else { return nil }
        return (numbers, tensor.shape.dimensions)
    }

    private static func sums(_ numbers: [Int], _ summand: Int) -> [Int]? {
        let bound = 1 << 40
        guard abs(Double(summand)) < Double(bound), numbers.allSatisfy({ abs(Double($0)) < Double(bound) }) else {
            return nil
        }
        return numbers.map { $0 + summand }
    }
}
