import Engine
import Tensors

/// Small graphs with every operation of the engine, weights from a seed.
enum OperationGraphs {
    /// 1×6×9×7 in, every operation on the way, 1×5 out.
    static func everything() -> Graph {
        var graph = Graph()
        var generator = SeededGenerator(seed: 7)
        func random(_ shape: Shape, from low: Float = -1, to high: Float = 1) -> Tensor {
            Tensor(
                shape: shape,
                scalars: (0..<shape.elementCount).map { _ in low + (high - low) * Float(generator.uniform()) })
        }
        let input = graph.add(.input, name: "input")
        // 6×9×7 → 8×5×4: an even length is padded on one side only.
        let standard = graph.add(
            .convolution(
                Convolution(
                    weight: graph.addParameter("standard/weight", random([8, 6, 3, 3])),
                    bias: graph.addParameter("standard/bias", random([8])), stride: 2, padding: .same)),
            input, name: "standard")
        let relu6 = graph.add(.activation(.relu6), standard, name: "relu6")
        let norm = graph.add(
            .batchNormalization(
                BatchNormalization(
                    weight: graph.addParameter("norm/weight", random([8])),
                    bias: graph.addParameter("norm/bias", random([8])),
                    runningMean: graph.addParameter("norm/running_mean", random([8]), kind: .runningStatistic),
                    runningVariance: graph.addParameter(
                        "norm/running_var", random([8], from: 0.5, to: 2), kind: .runningStatistic), epsilon: 1e-3)),
            relu6, name: "norm")
        // Padded by other numbers on every side: 8×5×4 → 8×6×5.
        let grouped = graph.add(
            .convolution(
                Convolution(
                    weight: graph.addParameter("grouped/weight", random([8, 4, 3, 3])),
                    padding: .explicit(top: 1, left: 2, bottom: 2, right: 1), groups: 2)),
            norm, name: "grouped")
        let swish = graph.add(.activation(.hardSwish), grouped, name: "swish")
        let shuffled = graph.add(.channelShuffle(groups: 4), swish, name: "shuffled")
        let left = graph.add(.slice(0..<3), shuffled, name: "left")
        let right = graph.add(.slice(3..<8), shuffled, name: "right")
        let turned = graph.add(.concatenate, right, left, name: "turned")
        let shared = graph.add(
            .sharedDepthwise(SharedDepthwise(weight: graph.addParameter("shared/weight", random([2, 1, 3, 3])))),
            turned, name: "shared")
        let affine = graph.add(
            .affine(
                scale: graph.addParameter("affine/scale", random([8])),
                shift: graph.addParameter("affine/shift", random([8]))),
            shared, name: "affine")
        let sum = graph.add(.add, affine, swish, name: "sum")
        let silu = graph.add(.activation(.silu), sum, name: "silu")
        let pooled = graph.add(
            .pool(Pool(kind: .average(countsPadding: false), size: 3, stride: 1, padding: .symmetric(1))), silu,
            name: "pooled")
        let counted = graph.add(
            .pool(Pool(kind: .average(countsPadding: true), size: 3, stride: 1, padding: .symmetric(1))), pooled,
            name: "counted")
        let squeezed = graph.add(.globalAveragePool, counted, name: "squeezed")
        let gate = graph.add(.activation(.hardSigmoid), squeezed, name: "gate")
        let scaled = graph.add(.multiply, counted, gate, name: "scaled")
        let sigmoid = graph.add(.activation(.sigmoid), scaled, name: "sigmoid")
        let largest = graph.add(
            .pool(Pool(kind: .maximum, size: 3, stride: 2, padding: .same)), sigmoid, name: "largest")
        let part = graph.add(.slice(2..<8), largest, name: "part")
        graph.add(.activation(.relu), part, name: "nobody reads this")
        let dropped = graph.add(.dropout(rate: 0.5), part, name: "dropped")
        let relu = graph.add(.activation(.relu), dropped, name: "relu")
        let logits = graph.add(
            .linear(
                weight: graph.addParameter("head/weight", random([5, 6 * 3 * 3])),
                bias: graph.addParameter("head/bias", random([5]))),
            relu, name: "head")
        graph.setOutput(logits)
        return graph
    }

    /// The ONNX operators of ``everything()`` in order, written down by hand from the ONNX operator list.
    static let everythingOperators = [
        "Conv", "Constant", "Constant", "Clip", "BatchNormalization", "Conv", "HardSwish",
        // Channel shuffle: two shapes, cut, transpose, join.
        "Constant", "Constant", "Reshape", "Transpose", "Reshape",
        "Constant", "Split", "Concat", "Conv",
        // The affine as a batch normalisation of mean 0 and variance 1.
        "Constant", "Constant", "BatchNormalization",
        "Add", "Sigmoid", "Mul", "AveragePool", "AveragePool", "GlobalAveragePool", "HardSigmoid", "Mul", "Sigmoid",
        "MaxPool",
        // The bounds and the axis of the slice.
        "Constant", "Constant", "Constant", "Slice",
        "Relu", "Flatten", "Gemm",
    ]

    /// The same input to six classes by what came later: layer, RMS and response normalisation and GELU.
    static func normalisations() -> Graph {
        var graph = Graph()
        var generator = SeededGenerator(seed: 9)
        func parameter(_ name: String, _ shape: Shape) -> Graph.ParameterID {
            graph.addParameter(
                name,
                Tensor(
                    shape: shape, scalars: (0..<shape.elementCount).map { _ in Float(generator.uniform() * 2 - 1) }))
        }
        func norm(_ name: String, _ channels: Int) -> ChannelNormalization {
            ChannelNormalization(
                weight: parameter("\(name)/weight", [channels]), bias: parameter("\(name)/bias", [channels]),
                epsilon: 1e-6)
        }
        let input = graph.add(.input, name: "input")
        // A border of zeros that takes part in what follows.
        let border = graph.add(
            .pool(
                Pool(
                    kind: .average(countsPadding: true), size: 1, stride: 1,
                    padding: .explicit(top: 1, left: 0, bottom: 0, right: 2))), input, name: "border")
        let pooled = graph.add(.pool(Pool(kind: .maximum, size: 2, stride: 1)), border, name: "pooled")
        let first = graph.add(.layerNormalization(norm("first", 6)), pooled, name: "first")
        let wide = graph.add(
            .convolution(Convolution(weight: parameter("wide/weight", [24, 6, 1, 1]))), first, name: "wide")
        let gelu = graph.add(.activation(.gelu), wide, name: "act")
        let elu = graph.add(.activation(.elu), gelu, name: "elu")
        let soft = graph.add(.activation(.softplus), elu, name: "soft")
        let mish = graph.add(.activation(.mish), soft, name: "mish")
        let root = graph.add(.activation(.squareRoot), soft, name: "root")
        let turned = graph.add(
            .affine(
                scale: graph.addParameter("turned/scale", Tensor(shape: [24], repeating: -1)),
                shift: graph.addParameter("turned/shift", Tensor(shape: [24], repeating: 0.25))), root, name: "turned")
        let power = graph.add(.activation(.exponential), turned, name: "power")
        let act = graph.add(.multiply, mish, power, name: "product")
        let response = graph.add(.responseNormalization(norm("response", 24)), act, name: "response")
        let narrow = graph.add(
            .convolution(Convolution(weight: parameter("narrow/weight", [6, 24, 1, 1]))), response, name: "narrow")
        let sum = graph.add(.add, pooled, narrow, name: "sum")
        let rms = graph.add(.rmsNormalization(norm("rms", 6)), sum, name: "rms")
        let mean = graph.add(.globalAveragePool, rms, name: "mean")
        let head = graph.add(.layerNormalization(norm("head", 6)), mean, name: "head")
        graph.add(.linear(weight: parameter("logits/weight", [6, 6]), bias: nil), head, name: "logits")
        return graph
    }

    /// The same input to six channels through kernels that the engine holds with zeros for a dilation between their weights.
    static func dilated() -> Graph {
        var graph = Graph()
        var generator = SeededGenerator(seed: 10)
        /// O×I×2×2 of weights two rows and three columns apart: O×I×3×4.
        func kernels(_ name: String, _ count: Int, _ channels: Int) -> Graph.ParameterID {
            let scalars = (0..<count * channels * 12).map { place -> Float in
                let isWeight = [0, 3, 8, 11].contains(place % 12)
                return isWeight ? Float(generator.uniform() * 2 - 1) : 0
            }
            return graph.addParameter(
                name, Tensor(shape: [count, channels, 3, 4], scalars: scalars), form: StoredForm(dilations: [2, 3]))
        }
        let input = graph.add(.input, name: "input")
        let same = graph.add(
            .convolution(Convolution(weight: kernels("same/weight", 8, 6), stride: 2, padding: .same)), input,
            name: "same")
        graph.add(
            .convolution(
                Convolution(
                    weight: kernels("grouped/weight", 6, 4),
                    padding: .explicit(top: 1, left: 0, bottom: 2, right: 3), groups: 2)), same, name: "grouped")
        return graph
    }

    /// An input for ``everything()``, ``dilated()`` and ``normalisations()``.
    static func image(batch: Int = 1) -> Tensor {
        var generator = SeededGenerator(seed: 8)
        let shape: Shape = [batch, 6, 9, 7]
        return Tensor(shape: shape, scalars: (0..<shape.elementCount).map { _ in Float(generator.uniform() * 4 - 2) })
    }
}
