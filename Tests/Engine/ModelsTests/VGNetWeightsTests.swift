import Diagnostics
import Engine
import Models
import Tensors
import Testing
import VGNets

@Suite struct VGNetWeightsTests {
    static func config(_ last: LastKernels = .shared(groups: 8)) throws -> VGNetConfig {
        try VGNetConfig(
            name: "tiny", channels: [8, 16, 40, 24, 32], blocks: [1, 2, 2, 1], last: last, classes: 3, inputSize: 32)
    }

    /// What a file of this net would hold, under names made by `rename`.
    static func tensors(_ net: VGNet, _ rename: (String) -> String = { $0 }) -> [(name: String, tensor: Tensor)] {
        net.graph.parameters.map { (rename($0.name), $0.tensor) }
    }

    @Test(arguments: ["", "weights/", "module/", "model/net/"]) func prefixesAndDotsAreUnderstood(prefix: String) throws
    {
        let net = try VGNet(Self.config(), seed: 1)
        let slashed = TensorLookup(subject: "net.h5", tensors: Self.tensors(net) { prefix + $0 })
        #expect(try VGNet(Self.config(), weights: slashed).graph == net.graph)
        let dotted = TensorLookup(
            subject: "net.h5", tensors: Self.tensors(net) { (prefix + $0).replacing("/", with: ".") })
        #expect(try VGNet(Self.config(), weights: dotted).graph == net.graph)
    }

    @Test func fixedKernelsNeedNotBeInTheFile() throws {
        let net = try VGNet(Self.config(), seed: 1)
        let learned = Self.tensors(net).filter { !$0.name.hasSuffix("downsample/weight") }
        #expect(try VGNet(Self.config(), weights: TensorLookup(subject: "net.h5", tensors: learned)).graph == net.graph)
    }

    /// ONNX models hold one shared kernel for each channel.
    @Test func sharedKernelsMayBeRepeated() throws {
        let net = try VGNet(Self.config(), seed: 1)
        func repeated(_ change: Float) -> [(name: String, tensor: Tensor)] {
            Self.tensors(net).map { name, tensor in
                guard name.hasSuffix("/mux/weight") else { return (name, tensor) }
                var scalars = Array(repeatElement(tensor.scalars, count: 8).joined())
                scalars[scalars.count - 1] += change
                return (name, Tensor(shape: [32, 1, 3, 3], scalars: scalars))
            }
        }
        let lookup = TensorLookup(subject: "net.onnx", tensors: repeated(0))
        #expect(try VGNet(Self.config(), weights: lookup).graph == net.graph)
        let error = #expect(throws: KernelVizError.self) {
            try VGNet(Self.config(), weights: TensorLookup(subject: "net.onnx", tensors: repeated(1)))
        }
        #expect(
            error?.description == "net.onnx: features/stage4/2/0/mux/weight: 32 kernels that are not 4 repeated; "
                + "expected 4×1×3×3 for tiny. Check that the weights belong to this net.")
    }

    private func failure(
        _ config: VGNetConfig? = nil, _ change: (inout [(name: String, tensor: Tensor)]) -> Void
    ) throws -> String? {
        var tensors = Self.tensors(try VGNet(config ?? Self.config(), seed: 1))
        change(&tensors)
        let lookup = TensorLookup(subject: "net.h5", tensors: tensors)
        return #expect(throws: KernelVizError.self) { try VGNet(config ?? Self.config(), weights: lookup) }?.description
    }

    @Test func aMissingTensorIsNamedWithItsNearestNeighbour() throws {
        let sentence = try failure { tensors in
            tensors = tensors.map { ($0.name.replacing("stage2/1/half3x3", with: "stage2/1/half_3x3"), $0.tensor) }
        }
        #expect(
            sentence == "net.h5: no tensor 'features/stage2/1/half3x3/weight'; expected the weights of tiny. "
                + "The nearest name is 'features/stage2/1/half_3x3/weight'.")
    }

    @Test func aTensorOfAnotherShapeIsNamed() throws {
        let sentence = try failure { tensors in
            tensors = tensors.map { $0.name == "classifier/weight" ? ($0.name, Tensor(shape: [10, 32])) : $0 }
        }
        #expect(
            sentence == "net.h5: classifier/weight: shape 10×32; expected 3×32 for tiny. "
                + "Check that the weights belong to this net.")
    }

    @Test func aTensorWithoutAPlaceIsNamed() throws {
        let one = try failure { $0.append(("features/stage1/1/half3x3/weight", Tensor(shape: [8, 1, 3, 3]))) }
        #expect(
            one
                == "net.h5: tensor 'features/stage1/1/half3x3/weight' has no place in tiny; expected the weights of tiny "
                + "alone. Choose the config that the weights belong to.")
    }

    @Test func countersOfTheFrameworkAreNoTensorsOfTheNet() throws {
        let net = try VGNet(Self.config(), seed: 1)
        let tensors =
            Self.tensors(net) + [
                ("features/stem/2/num_batches_tracked", Tensor(shape: [])), ("optimizer/state", Tensor(shape: [1])),
            ]
        #expect(try VGNet(Self.config(), weights: TensorLookup(subject: "n", tensors: tensors)).graph == net.graph)
    }

    @Test func notANumberIsRefused() throws {
        let sentence = try failure { tensors in
            tensors = tensors.map { name, tensor in
                var tensor = tensor
                if name == "features/stem/2/bias" { tensor.scalars[3] = .nan }
                return (name, tensor)
            }
        }
        #expect(
            sentence == "net.h5: features/stem/2/bias: 1 of 8 numbers are NaN or infinite; expected finite weights.")
    }

    @Test func otherFixedKernelsAreRefused() throws {
        let sentence = try failure { tensors in
            tensors = tensors.map { name, tensor in
                guard name == "features/stage2/0/downsample/weight" else { return (name, tensor) }
                return (name, Tensor(shape: tensor.shape, scalars: tensor.scalars.map(abs)))
            }
        }
        #expect(
            sentence
                == "net.h5: features/stage2/0/downsample/weight: fixed kernels differ from those of tiny by 0.3706; "
                + "expected the built-in kernels to 1e-6. The weights were trained with other fixed kernels (early commits "
                + "of the authors' code had other Laplacians, the re-release another Gaussian); choose the config that "
                + "they belong to.")
    }

    @Test func theSameSeedGivesTheSameNet() throws {
        #expect(try VGNet(Self.config(), seed: 7).graph == (try VGNet(Self.config(), seed: 7).graph))
        #expect(try VGNet(Self.config(), seed: 7).graph != (try VGNet(Self.config(), seed: 8).graph))
    }

    @Test func anUntrainedNetStartsAsPyTorchsDo() throws {
        let graph = try VGNet(VGNetConfig.published("vgnetg-1.0mp-se"), seed: 3).graph
        for parameter in graph.parameters {
            let (name, shape, scalars) = (parameter.name, parameter.tensor.shape, parameter.tensor.scalars)
            switch parameter.kind {
            case .fixed: #expect(name.hasSuffix("downsample/weight"))
            case .runningStatistic: #expect(scalars.allSatisfy { $0 == (name.hasSuffix("running_mean") ? 0 : 1) })
            case .learnable where name.hasSuffix("weight") && shape.rank > 1:
                // Uniform in ±1/√fanIn: within the bound, and over a thousand draws close to it.
                let bound = 1 / Float(shape.dimensions.dropFirst().reduce(1, *)).squareRoot()
                let largest = scalars.reduce(0) { max($0, abs($1)) }
                #expect(largest <= bound, "\(name)")
                if scalars.count >= 1000 { #expect(largest > 0.98 * bound, "\(name)") }
            case .learnable:
                let isNorm = graph.parameter(named: name.replacing("bias", with: "running_mean")) != nil
                if name.hasSuffix("/bias") && !isNorm { #expect(scalars.contains { $0 != 0 }) }
                if isNorm && name.hasSuffix("/bias") { #expect(scalars.allSatisfy { $0 == 0 }) }
            }
        }
    }

    @Test func everyFormOfTheDesignRuns() throws {
        for last in [LastKernels.shared(groups: 4), .learnable, .bank(.fourEdge), .bank(.sixEdgeTwoGaussian)] {
            let config = try Self.config(last).replacing(half: .bank(.fourEdge), dropout: 0.3, inputChannels: 1)
            let net = try VGNet(config, seed: 1)
            let input = OperatorPattern.image([2, 1, 17, 33])
            let output = try net.plan(batch: 2, inputHeight: 17, inputWidth: 33).run(input)
            #expect(output.shape == [2, 3] && output.nonFiniteCount == 0)
            #expect(net.graph.parameterCount(.learnable) == config.parameters.learnable)
            #expect(net.graph.parameterCount(.fixed) == config.parameters.fixed)
            #expect(net.graph.parameters.contains { $0.name == "classifier/1/weight" })
        }
    }

    @Test func aDroppedClassifierKeyIsReadBothWays() throws {
        let config = try Self.config().replacing(dropout: 0.2)
        let net = try VGNet(config, seed: 1)
        let tensors = Self.tensors(net) { $0.replacing("classifier/1/", with: "classifier/") }
        let read = try VGNet(config, weights: TensorLookup(subject: "net.h5", tensors: tensors))
        let input = OperatorPattern.image([1, 3, 32, 32])
        #expect(try read.plan().run(input) == (try net.plan().run(input)))
    }
}

/// A fixed input without structure.
enum OperatorPattern {
    static func image(_ shape: Shape) -> Tensor {
        Tensor(shape: shape, scalars: (0..<shape.elementCount).map { Float(($0 * 7 + 3) % 11 - 5) / 4 })
    }
}
