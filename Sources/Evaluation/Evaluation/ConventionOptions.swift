import Diagnostics
import Engine
import Images
import Architectures
import Checkpoints

/// What a user says of a network where its file is silent or wrong; nil leaves it as it is.
public struct ConventionOptions: Sendable, Equatable {
    /// How convolutions and pools with more than one pixel that pad at all do so.
    public var padding: InputConvention.Padding?
    /// ε of every batch normalisation.
    public var epsilon: Float?
    /// What stands behind every layer that has an activation; gates of squeeze-and-excite are left alone. Where a file names
    /// functions that are not known here, of those alone.
    public var activation: ActivationFunction?
    /// The order of the planes and how they are normalised.
    public var preprocessing: InputConvention?

    /// Nothing said.
    public init() {}

    /// Reads the words for a normalisation: those of checkpoints' attributes ("RGB /255 ImageNet mean/std", "x/127.5-1",
    /// "BGR (x-[103.94,116.78,123.68])*0.017"), or "imagenet", "tf", "caffe", "unit", "none".
    ///
    /// Throws `eval.badPreprocessing`.
    public static func preprocessing(parsing text: String) throws -> InputConvention {
        let names = [
            "imagenet": "RGB /255 ImageNet mean/std", "torch": "RGB /255 ImageNet mean/std", "tf": "RGB x/127.5-1",
            "caffe": "BGR (x-[103.939,116.779,123.68])*1", "unit": "RGB /255", "none": "RGB x",
        ]
        let words = names[text.lowercased()] ?? text
        guard let convention = InputConvention(words: words), convention.mean != nil else {
            throw KernelVizError(
                code: "eval.badPreprocessing", subject: "--preprocessing", found: "'\(text)'",
                expected: "imagenet, tf, caffe, unit, none, or a formula for x in 0…255 such as 'RGB x/127.5-1' or "
                    + "'BGR (x-[103.9,116.8,123.7])*0.017'")
        }
        return convention
    }

    /// Throws `networks.noEffect` where an ε is given and no batch normalisation is left that it could belong to.
    func check(on graph: Graph) throws {
        guard let epsilon else { return }
        let isUsed = graph.nodes.contains { if case .batchNormalization = $0.operation { true } else { false } }
        guard !isUsed else { return }
        throw KernelVizError(
            code: "networks.noEffect", subject: "--bn-epsilon", found: "\(epsilon)",
            expected: "a network with batch normalisation; here it has none, or was folded into the convolutions",
            advice: "Leave it out")
    }

    /// The graph with what was said in force.
    package func applied(to graph: Graph) -> Graph {
        guard padding != nil || epsilon != nil || activation != nil else { return graph }
        return graph.mappingNodes { node in
            var operation = node.operation
            switch operation {
            case .convolution(var convolution):
                let shape = graph[convolution.weight].shape
                convolution.padding = padded(convolution.padding, shape[2], shape[3])
                operation = .convolution(convolution)
            case .sharedDepthwise(var shared):
                let shape = graph[shared.weight].shape
                shared.padding = padded(shared.padding, shape[2], shape[3])
                operation = .sharedDepthwise(shared)
            case .pool(var pool):
                pool.padding = padded(pool.padding, pool.size, pool.size)
                operation = .pool(pool)
            case .batchNormalization(var norm):
                norm.epsilon = epsilon ?? norm.epsilon
                operation = .batchNormalization(norm)
            case .activation(let function) where function != .sigmoid && function != .hardSigmoid:
                operation = .activation(activation ?? function)
            default: break
            }
            return (operation, node.inputs)
        }
    }

    private func padded(_ own: Padding, _ rows: Int, _ columns: Int) -> Padding {
        guard let padding, own != .symmetric(0), rows > 1 || columns > 1 else { return own }
        return switch padding {
        case .tensorFlowSame: .same
        case .torch:
            .explicit(top: rows / 2, left: columns / 2, bottom: rows / 2, right: columns / 2)
        }
    }

    /// The conventions of a network with what was said in force.
    func applied(to conventions: [Convention]) -> [Convention] {
        var result = conventions
        func set(_ name: String, _ value: String?) {
            guard let value else { return }
            let new = Convention(name, value, .option)
            if let place = result.firstIndex(where: { $0.name == name }) {
                result[place] = new
            } else {
                result.append(new)
            }
        }
        set("padding", padding.map { $0 == .tensorFlowSame ? "TensorFlow's SAME" : "symmetric" })
        set("batch-norm ε", epsilon.map { "\($0)" })
        set("activation", activation?.rawValue)
        set("preprocessing", preprocessing?.words)
        return result
    }
}
