import Architectures
import Checkpoints
import Engine
import Numerics
import Statistics
import Tensors

/// Whether a training moved the depthwise kernels: a comparison of kernels says nothing of nets whose kernels stayed where
/// they started.
public struct KernelProgress: Sendable, Equatable {
    /// The median over the learned depthwise kernels of the cosine between start and end, −1…1.
    public let medianCosine: Double
    /// The share of the live learned kernels that the classifier names, 0…1.
    public let namedShare: Double
    /// What the classifier says of the kernels ("learned", "random", "too few kernels to tell").
    public let verdict: RandomnessVerdict.Verdict

    /// Groups the values.
    public init(medianCosine: Double, namedShare: Double, verdict: RandomnessVerdict.Verdict) {
        self.medianCosine = medianCosine
        self.namedShare = namedShare
        self.verdict = verdict
    }

    /// Compares a trained checkpoint with the network as it started; nil for a network without learned depthwise kernels,
    /// or a checkpoint that cannot be read as one.
    init?(from start: Graph, to path: String) {
        guard let checkpoint = try? Checkpoint.open(path) else { return nil }
        var cosines: [Double] = []
        for parameter in start.parameters where parameter.kind == .learnable {
            let shape = parameter.tensor.shape
            guard shape.rank == 4, shape[1] == 1, shape[2] * shape[3] > 1,
                let end = Self.tensor(parameter.name, of: checkpoint), end.shape == shape
            else { continue }
            let size = shape[2] * shape[3]
            for first in stride(from: 0, to: end.scalars.count, by: size) {
                cosines.append(
                    Self.cosine(parameter.tensor.scalars[first..<first + size], end.scalars[first..<first + size]))
            }
        }
        guard let median = cosines.median,
            let statistics = try? NetworkStatistics.analyse(ConvNetwork.open(path))
        else { return nil }
        medianCosine = median
        namedShare = statistics.randomness.namedShare
        verdict = statistics.randomness.verdict
    }

    /// A tensor under its path or, as PyTorch joins the parts, with dots.
    private static func tensor(_ name: String, of checkpoint: Checkpoint) -> Tensor? {
        (try? checkpoint.tensor(named: name)) ?? (try? checkpoint.tensor(named: name.replacing("/", with: ".")))
    }

    private static func cosine(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
        var (dot, aa, bb) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            dot += Double(x) * Double(y)
            aa += Double(x) * Double(x)
            bb += Double(y) * Double(y)
        }
        return aa > 0 && bb > 0 ? dot / (aa * bb).squareRoot() : 0
    }
}
