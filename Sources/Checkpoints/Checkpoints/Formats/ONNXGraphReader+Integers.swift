import ONNXSchema
import Tensors

/// Models whose weights are whole numbers and whose results are quantised when they run.
extension ONNXGraphReader {
    /// Quantising when the network runs, and the products of scales; false for other nodes.
    mutating func readDynamicScales(_ node: ONNXNodeProto) throws -> Bool {
        if node.opType == "DynamicQuantizeLinear", node.output.count == 3, let input = node.input.first,
            let value = values[input]
        {
            leaveOutRounding()
            set(node.output[0], value)
            dynamic.formUnion(node.output)
            return true
        }
        guard node.opType == "Mul", node.input.count == 2, let output = node.output.first,
            let scale = node.input.first(where: dynamic.contains), values[scale] == nil,
            let other = node.input.first(where: { $0 != scale }), constants.contains(other)
        else { return false }
        dynamicScales[output] = other
        return true
    }

    /// A convolution or matrix product of whole numbers; its weight without the scale that a product behind it tells.
    mutating func integerLayer(_ node: ONNXNodeProto) throws -> GraphValue? {
        guard node.input.count > 1, let stored = constants.tensors[node.input[1]] else { return nil }
        let module = module(node, weight: node.input[1])
        let isMatrix = node.opType == "MatMulInteger"
        let axis = isMatrix ? 1 : 0
        var zeros: [Float] = [0]
        var sources = stored.sources
        if node.input.count > 3, !node.input[3].isEmpty {
            guard let zero = constants.tensors[node.input[3]], let numbers = try constants.data.floats(zero) else {
                return nil
            }
            zeros = numbers
            sources += zero.sources
        }
        let plain = TensorRecipe.Scales(scales: zeros.map { _ in 1 }, zeros: zeros, axis: axis)
        guard var weight = stored.adding(.dequantise(plain)), stored.shape.rank == (isMatrix ? 2 : 4) else {
            return nil
        }
        weight.sources = sources
        let input = values[node.input[0]]
        let isKnown = dynamic.contains(node.input[0])
        let result: GraphValue?
        if isMatrix {
            result = try linear(
                node, isKnown ? input : nil, weight, isOutputFirst: false, bias: nil, module, isPlain: true)
        } else {
            let name = parameter(weight, named: node.input[1], "weight", of: module)
            let place = isKnown ? input : builder.unsupported(node.opType, label(node), input.map { [$0] } ?? [])
            result = place.map { self.place(node, $0, stored.shape.dimensions, name, nil, module) }
        }
        guard let result, isKnown else { return result }
        if let entry = builder[result.node]?.weight, uses[entry]?.tensor.recipe == weight.recipe {
            unscaled[result.node] = (entry, stored, zeros, axis)
        } else {
            // A weight whose rows are put into another order takes no scale any more.
            builder.change(result.node) {
                $0.kind = .unsupported
                $0.function = node.opType
            }
        }
        return result
    }

    /// A product with a scale of the weight, which belongs to the layer before it; nil for other products.
    mutating func scaled(_ node: ONNXNodeProto) throws -> GraphValue? {
        guard let value = node.input.compactMap({ values[$0] }).first,
            let scale = node.input.compactMap({ dynamicScales[$0] }).first, let layer = unscaled[value.node],
            isOwn(value.node), let numbers = try floats(scale)?.numbers,
            numbers.count == 1 || layer.zeros.count == 1 || numbers.count == layer.zeros.count
        else { return nil }
        let count = max(numbers.count, layer.zeros.count)
        func spread(_ values: [Float]) -> [Float] {
            values.count == count ? values : Array(repeating: values[0], count: count)
        }
        guard
            var weight = layer.stored.adding(
                .dequantise(.init(scales: spread(numbers), zeros: spread(layer.zeros), axis: layer.axis)))
        else { return nil }
        weight.sources = uses[layer.entry]?.tensor.sources ?? []
        weight.sources += constants.tensors[scale]?.sources ?? []
        change(layer.entry, to: weight)
        unscaled[value.node] = nil
        return value
    }
}
