import Engine
import Tensors

extension RunnableNetwork {
    /// Channels, rows and columns of the map with which the network ends; nil where it ends with scores of classes.
    ///
    /// A backbone without a classifier ends with a map, or with the means of its channels (C×1×1). On an image so small that
    /// the map has one pixel, it still is one.
    public var outputMap: [Int]? {
        guard let output = graph.output, let shapes = try? graph.shapes(inputShape: inputShape()) else { return nil }
        let result = shapes[output.position]
        if result.rank == 4, result[2] * result[3] > 1 { return [result[1], result[2], result[3]] }
        return endsWithScores(shapes) ? nil : [classes, 1, 1]
    }

    /// A map in words: "a map of 1280×7×7", "1280 pooled features".
    package static func words(_ map: [Int]) -> String {
        map.dropFirst() == [1, 1]
            ? "\(map[0]) pooled features" : "a map of \(map.map(String.init).joined(separator: "×"))"
    }

    /// Whether the way back from the output leads to a classifier: a linear layer, a convolution of pooled features
    /// or of the whole map without a function behind it, or, before the mean, a convolution with a bias and at most a ReLU
    /// (SqueezeNet). As many class names in the file as outputs are scores in any case.
    private func endsWithScores(_ shapes: [Shape]) -> Bool {
        if let classNames, classNames.count == classes { return true }
        var (isNormalised, isActivated, isMean) = (false, false, false)
        var next = graph.output
        while let identifier = next {
            let node = graph[identifier]
            switch node.operation {
            case .linear: return true
            case .convolution(let convolution):
                let kernel = graph[convolution.weight].shape
                if isMean {
                    return kernel[2] == 1 && kernel[3] == 1 && convolution.bias != nil && !isNormalised && !isActivated
                }
                let input = shapes[node.inputs[0].position]
                let isWhole = kernel[2] == input[2] && kernel[3] == input[3]
                return isWhole && !isActivated && (input[2] * input[3] > 1 || isPooled(node.inputs[0]))
            case .globalAveragePool: isMean = true
            case .pool(let pool):
                guard case .average = pool.kind else { return false }
                isMean = true
            case .activation(let function):
                let isGate = function == .sigmoid || function == .hardSigmoid
                if !isGate, !isMean || function != .relu { isActivated = true }
            case .batchNormalization, .affine, .layerNormalization, .rmsNormalization, .responseNormalization:
                isNormalised = true
            case .dropout, .slice: break
            default: return false
            }
            next = node.inputs.first
        }
        return false
    }

    /// Whether the way to the input leads through a mean or another pool.
    private func isPooled(_ node: Graph.NodeID) -> Bool {
        var next: Graph.NodeID? = node
        while let identifier = next {
            switch graph[identifier].operation {
            case .globalAveragePool, .pool: return true
            default: break
            }
            next = graph[identifier].inputs.first
        }
        return false
    }
}
