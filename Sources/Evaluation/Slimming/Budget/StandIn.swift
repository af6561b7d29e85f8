import Evaluation
import Glibc

/// What stands in for a depthwise kernel where a loss is allowed.
public enum StandIn: String, Sendable, Equatable, Hashable, Codable, CaseIterable {
    /// The pixel under the result, times a gain: for identities.
    case passThrough = "pass-through"
    /// A Gaussian that the layer's blurs share, times a gain.
    case gaussian = "shared Gaussian"
    /// The mean of the window, times a gain: for boxes.
    case box = "shared box"
    /// A ring that the layer's rings share, times a gain.
    case ring = "shared ring"
    /// Nothing but a constant: for dead and weak kernels.
    case nothing

    /// Whether the channels of a layer share one kernel.
    var isShared: Bool { self == .gaussian || self == .box || self == .ring }
}

/// A kernel that many channels of a layer share up to a gain.
struct SharedForm: Sendable, Equatable {
    /// σ in pixels; nil for a box.
    let sigma: Double?
    /// How deep the middle of a ring is, 1 to nothing; nil for the other forms.
    let depth: Double?
    /// The N·N weights, the largest 1.
    let weights: [Float]

    /// The form of a kind that explains most of the channels' outputs, all of them weighted alike.
    init(_ kind: StandIn, size: Int, responses: [KernelResponse]) {
        let forms = Self.forms(kind, size: size)
        func share(_ form: SharedForm) -> Double {
            responses.reduce(0) { $0 + $1.share(explainedBy: form.weights) }
        }
        var best = (form: forms[0], share: share(forms[0]))
        for form in forms.dropFirst() {
            let share = share(form)
            if share > best.share { best = (form, share) }
        }
        self = best.form
    }

    private init(sigma: Double?, depth: Double?, _ weights: [Double]) {
        self.sigma = sigma
        self.depth = depth
        let largest = weights.max() ?? 1
        self.weights = weights.map { Float($0 / largest) }
    }

    /// Forms to choose from: σ in steps of a twelfth from 0.3 pixels to half as much again as the kernel is wide.
    private static func forms(_ kind: StandIn, size: Int) -> [SharedForm] {
        var sigmas = [0.3]
        while let last = sigmas.last, last * 13 / 12 < 1.5 * Double(size) { sigmas.append(last * 13 / 12) }
        switch kind {
        case .gaussian: return sigmas.map { SharedForm(sigma: $0, depth: nil, bell(size, $0)) }
        case .ring:
            return sigmas.flatMap { sigma in
                [0.35, 0.5, 0.7, 0.85, 1].map { depth in
                    SharedForm(sigma: sigma, depth: depth, bell(size, sigma).map { 1 - depth * $0 })
                }
            }
        case .box, .passThrough, .nothing:
            return [SharedForm(sigma: nil, depth: nil, Array(repeating: 1, count: size * size))]
        }
    }

    /// exp(−r²/2σ²) around the centre.
    private static func bell(_ size: Int, _ sigma: Double) -> [Double] {
        let half = Double(size - 1) / 2
        return (0..<size * size).map { cell in
            let (y, x) = (Double(cell / size) - half, Double(cell % size) - half)
            return exp(-(x * x + y * y) / (2 * sigma * sigma))
        }
    }
}
