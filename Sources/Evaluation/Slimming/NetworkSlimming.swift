import Diagnostics
import Engine
import Evaluation
import Tensors
import VGNets

/// A network without what does nothing, and what became of it.
public struct NetworkSlimming: Sendable {
    /// The largest difference of logits that counts as the same function, as a part of the largest logit.
    public static let tolerance = 1e-5

    /// The network that is left; no config describes it unless nothing went.
    public let network: RunnableNetwork
    /// What went and what it saved.
    public let outcome: SlimmingOutcome

    /// Slims a network exactly and compares both on images of noise.
    ///
    /// Where weights that were taken for zeros, or folded normalisations, move the logits further than ``tolerance``, that
    /// is left out; where rounding alone moves those of an image as far, that is its measure. ``SlimmingOutcome/remarks``
    /// says both.
    ///
    /// - Parameters:
    ///   - network: The network, with its weights.
    ///   - keepsNorms: Whether normalisations stay apart from the convolutions before them, for training; depthwise layers
    ///     stay whole then.
    ///   - splitsShared: Whether channels of a depthwise layer that share a kernel share it in the result.
    ///
    /// Throws `slim.nonFinite` for a network with numbers that are not finite, `slim.notExact` where the logits differ
    /// whatever is left out, and the errors of planning.
    public init(_ network: RunnableNetwork, keepsNorms: Bool = false, splitsShared: Bool = false) throws {
        try Self.check(network)
        var probe = try NoiseProbe(network.graph, image: NetworkInput.random(seed: 1).tensor(for: network))
        guard probe.logits.nonFiniteCount == 0 else {
            throw Self.nonFinite(network, "its logits for noise are not finite")
        }
        var remarks: [String] = []
        var passes = GraphSlimming.Passes()
        passes.foldsNorms = !keepsNorms
        passes.splitsDepthwise = !keepsNorms
        passes.splitsShared = splitsShared
        while true {
            let slimming = try GraphSlimming(network.graph, inputShape: network.inputShape(), passes: passes)
            // A config holds as long as nothing went.
            let slim = slimming.isEmpty ? network : network.replacing(graph: slimming.graph)
            let comparison = try probe.comparison(with: slim.graph)
            let difference = comparison.difference
            if comparison.isSame {
                self.network = slim
                if let (rounding, difference) = comparison.unsteady {
                    remarks.append(
                        "one image of noise moves by \(Self.words(difference)) of its largest logit: rounding alone moves "
                            + "it by \(Self.words(rounding)), so that nothing finer can be seen there")
                }
                outcome = SlimmingOutcome(
                    before: try NetworkCost(network), after: try NetworkCost(slim), slimming, difference: difference,
                    network: network, remarks: remarks)
                return
            }
            let amount = "\(Self.words(comparison.unsteady?.difference ?? difference)) of the largest logit"
            if passes.clearsNegligible, slimming.negligible > 0 {
                passes.clearsNegligible = false
                remarks.append(
                    "weights too small for a float count as they are: as zeros they moved a logit by \(amount)")
            } else if passes.splitsDepthwise, !slimming.splits.isEmpty {
                passes.splitsDepthwise = false
                remarks.append("depthwise layers stay whole: taken apart they moved a logit by \(amount)")
            } else if passes.foldsNorms, slimming.foldedNorms > 0 {
                passes.foldsNorms = false
                remarks.append("normalisations stay: folded they moved a logit by \(amount)")
            } else {
                throw try Self.notExact(network, amount, rounding: probe.rounding().min() ?? .infinity)
            }
        }
    }

    private static func notExact(_ network: RunnableNetwork, _ amount: String, rounding: Double) -> KernelVizError {
        guard rounding <= NoiseProbe.steadiest else {
            return KernelVizError(
                code: "slim.notExact", subject: network.weightsPath ?? network.name,
                found: "logits for noise that move by \(words(rounding)) of the largest when weights change in their "
                    + "last bit",
                expected: "\(words(NoiseProbe.steadiest)) or less, so that two networks can be compared",
                advice: "Its numbers are too large for 32-bit floats; nothing was written")
        }
        return KernelVizError(
            code: "slim.notExact", subject: network.weightsPath ?? network.name,
            found: "logits that differ by \(amount) from the network's own", expected: "\(words(tolerance)) or less",
            advice: "Nothing was written; please report the network")
    }

    /// "3.2e-4".
    private static func words(_ share: Double) -> String { NumberFormat.scientific(share) }

    static func check(_ network: RunnableNetwork) throws {
        if let parameter = network.graph.nonFiniteParameter {
            throw nonFinite(network, "'\(network.graph.name(of: parameter))' holds NaN or infinity")
        }
        for node in network.graph.nodes {
            guard case .batchNormalization(let norm) = node.operation else { continue }
            let scale = ChannelScale(norm, in: network.graph)
            guard scale.scale.allSatisfy(\.isFinite), scale.shift.allSatisfy(\.isFinite) else {
                throw nonFinite(
                    network, "the normalisation '\(node.name)' has a variance below zero, or zero without an ε")
            }
        }
    }

    private static func nonFinite(_ network: RunnableNetwork, _ found: String) -> KernelVizError {
        KernelVizError(
            code: "slim.nonFinite", subject: network.weightsPath ?? network.name, found: found,
            expected: "finite numbers and variances of 0 or more",
            advice: "The training diverged or the file is damaged; use another one")
    }
}
