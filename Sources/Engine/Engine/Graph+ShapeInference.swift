import Diagnostics
import OperatorDispatch
import OperatorInterface
import Tensors

extension Graph {
    /// The shape of every node's result for an input of N×C×H×W.
    ///
    /// Throws `engine.shape`, its subject the node.
    public func shapes(inputShape: Shape) throws -> [Shape] {
        guard inputShape.rank == 4, inputShape.dimensions.allSatisfy({ $0 > 0 }) else {
            throw ShapeProblem("input", "shape \(inputShape)", "N×C×H×W, all positive").error
        }
        var shapes: [Shape] = []
        shapes.reserveCapacity(nodes.count)
        for node in nodes {
            let shape = try shape(of: node, inputs: node.inputs.map { shapes[$0.index] }, inputShape: inputShape)
            guard Shape.checked(shape.dimensions, limit: 1 << 40) != nil else {
                throw ShapeProblem(node.name, "shape \(shape)", "fewer than 2^40 elements").error
            }
            shapes.append(shape)
        }
        return shapes
    }

    private func shape(of node: Node, inputs: [Shape], inputShape: Shape) throws -> Shape {
        try checkCount(of: inputs, node)
        guard let first = inputs.first else { return inputShape }
        if case .linear(let weight, let bias) = node.operation {
            return try linearShape(node.name, first, weight: weight, bias: bias)
        }
        guard first.rank == 4 else {
            switch node.operation {
            case .activation, .dropout: return first
            default: throw ShapeProblem(node.name, "input \(first)", "N×C×H×W").error
            }
        }
        switch node.operation {
        case .input, .linear: return inputShape
        case .activation, .dropout: return first
        case .convolution, .sharedDepthwise, .pool:
            let geometry = try convolutionGeometry(node, input: first)
            return [first[0], geometry.outputChannels, geometry.outputHeight, geometry.outputWidth]
        case .batchNormalization(let norm):
            return try perChannel([norm.weight, norm.bias, norm.runningMean, norm.runningVariance], first, node)
        case .layerNormalization(let norm), .rmsNormalization(let norm), .responseNormalization(let norm):
            return try perChannel([norm.weight, norm.bias], first, node)
        case .affine(let scale, let shift): return try perChannel([scale, shift], first, node)
        case .add, .multiply, .concatenate: return try combinedShape(node, inputs)
        case .slice(let range):
            guard range.lowerBound >= 0, range.upperBound <= first[1], !range.isEmpty else {
                throw ShapeProblem(
                    node.name, "channels \(range.lowerBound)..<\(range.upperBound)", "a part of 0..<\(first[1])"
                ).error
            }
            return [first[0], range.count, first[2], first[3]]
        case .globalAveragePool: return [first[0], first[1], 1, 1]
        case .channelShuffle(let groups):
            guard groups > 0, first[1] % groups == 0 else {
                throw ShapeProblem(node.name, "\(groups) groups of \(first[1]) channels", "equal groups").error
            }
            return first
        }
    }

    private func checkCount(of inputs: [Shape], _ node: Node) throws {
        let expected =
            switch node.operation {
            case .input: 0
            case .add, .multiply: 2
            case .concatenate: max(1, inputs.count)
            default: 1
            }
        guard inputs.count == expected else {
            throw ShapeProblem(node.name, "\(inputs.count) inputs", "\(expected)").error
        }
    }

    /// The input's shape, if each parameter has one number a channel.
    private func perChannel(_ parameters: [ParameterID], _ input: Shape, _ node: Node) throws -> Shape {
        for parameter in parameters { try expect(parameter, [input[1]], node.name) }
        return input
    }

    /// The shape of a sum, a product or a join of results of which the first is N×C×H×W.
    private func combinedShape(_ node: Node, _ inputs: [Shape]) throws -> Shape {
        let first = inputs[0]
        switch node.operation {
        case .concatenate:
            for other in inputs where other.rank != 4 || [0, 2, 3].contains(where: { other[$0] != first[$0] }) {
                throw ShapeProblem(
                    node.name, "inputs \(first) and \(other)", "the same images, rows and columns"
                ).error
            }
            return [first[0], inputs.reduce(0) { $0 + $1[1] }, first[2], first[3]]
        case .multiply where inputs[1] == [first[0], first[1], 1, 1]: return first
        default:
            guard inputs[1] == first else {
                let isProduct = node.operation == .multiply
                throw ShapeProblem(
                    node.name, "inputs \(first) and \(inputs[1])",
                    isProduct ? "equal shapes, or the second N×C×1×1" : "equal shapes"
                ).error
            }
            return first
        }
    }

    /// The lengths of a convolution, shared depthwise convolution or pool on an input of this shape.
    func convolutionGeometry(_ node: Node, input: Shape) throws -> ConvolutionGeometry {
        let (kernel, stride, padding, groups): (Shape, Int, Padding, Int)
        switch node.operation {
        case .convolution(let convolution):
            kernel = self[convolution.weight].shape
            (stride, padding, groups) = (convolution.stride, convolution.padding, convolution.groups)
            guard kernel.rank == 4, groups > 0, kernel[0] % groups == 0, kernel[1] * groups == input[1] else {
                throw ShapeProblem(
                    node.name, "weight \(kernel) in \(groups) groups on \(input[1]) channels",
                    "O×(channels/groups)×kH×kW"
                ).error
            }
            if let bias = convolution.bias { try expect(bias, [kernel[0]], node.name) }
        case .sharedDepthwise(let shared):
            let weight = self[shared.weight].shape
            guard weight.rank == 4, weight[1] == 1, weight[0] > 0, input[1] % weight[0] == 0 else {
                throw ShapeProblem(
                    node.name, "weight \(weight) on \(input[1]) channels", "K×1×kH×kW, K a divisor of the channels"
                ).error
            }
            kernel = [input[1], 1, weight[2], weight[3]]
            (stride, padding, groups) = (shared.stride, shared.padding, input[1])
        case .pool(let pool):
            kernel = [input[1], 1, pool.size, pool.size]
            (stride, padding, groups) = (pool.stride, pool.padding, input[1])
        default: preconditionFailure("\(node.name) has no window")
        }
        guard stride > 0, kernel[2] > 0, kernel[3] > 0 else {
            throw ShapeProblem(node.name, "kernel \(kernel[2])×\(kernel[3]), stride \(stride)", "positive lengths")
                .error
        }
        let rows = try Self.outputLength(node.name, input[2], kernel[2], stride, padding.vertical)
        let columns = try Self.outputLength(node.name, input[3], kernel[3], stride, padding.horizontal)
        return ConvolutionGeometry(
            input: (input[1], input[2], input[3]), output: (kernel[0], rows.length, columns.length),
            window: Window(
                height: kernel[2], width: kernel[3], stride: stride, paddingTop: rows.before,
                paddingLeft: columns.before), groups: groups)
    }

    /// floor((length + before + after − kernel) / stride) + 1, and the padding before.
    private static func outputLength(
        _ name: String, _ length: Int, _ kernel: Int, _ stride: Int, _ padding: (before: Int, after: Int)?
    ) throws -> (length: Int, before: Int) {
        guard let padding else {
            let output = (length + stride - 1) / stride
            return (output, max(0, (output - 1) * stride + kernel - length) / 2)
        }
        let span = length + padding.before + padding.after - kernel
        guard padding.before >= 0, padding.after >= 0, span >= 0 else {
            throw ShapeProblem(
                name, "a window of \(kernel) on \(length) pixels padded by \(padding.before) and \(padding.after)",
                "a window that fits"
            ).error
        }
        return (span / stride + 1, padding.before)
    }

    private func linearShape(
        _ name: String, _ input: Shape, weight: ParameterID, bias: ParameterID?
    ) throws -> Shape {
        let features = input.dimensions.dropFirst().reduce(1, *)
        let shape = self[weight].shape
        guard shape.rank == 2, shape[1] == features else {
            throw ShapeProblem(name, "weight \(shape) on \(features) features", "K×\(features)").error
        }
        if let bias { try expect(bias, [shape[0]], name) }
        return [input[0], shape[0]]
    }

    private func expect(_ parameter: ParameterID, _ shape: Shape, _ name: String) throws {
        let found = parameters[parameter.index]
        guard found.tensor.shape == shape else {
            throw ShapeProblem(name, "'\(found.name)' of shape \(found.tensor.shape)", "\(shape)").error
        }
    }
}

extension Padding {
    var vertical: (before: Int, after: Int)? {
        if case .explicit(let top, _, let bottom, _) = self { (top, bottom) } else { nil }
    }

    var horizontal: (before: Int, after: Int)? {
        if case .explicit(_, let left, _, let right) = self { (left, right) } else { nil }
    }
}

/// A node whose inputs or parameters do not fit.
private struct ShapeProblem {
    let error: KernelVizError

    init(_ node: String, _ found: String, _ expected: String) {
        error = KernelVizError(code: "engine.shape", subject: "graph: \(node)", found: found, expected: expected)
    }
}
