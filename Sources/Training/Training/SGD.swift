/// Stochastic gradient descent with momentum, as PyTorch's `SGD`: g ← g + decay·w, v ← momentum·v + g, w ← w − rate·v.
///
/// Biases and batch normalisation's parameters (one axis) are not decayed. Source: VGNet paper, section 5.1.
public struct SGD: Sendable, Equatable, Codable {
    /// The share of the last velocity that stays, in [0, 1).
    public var momentum: Double
    /// The weight decay of tensors with two or more axes.
    public var weightDecay: Double

    /// The paper's ImageNet recipe by default.
    public init(momentum: Double = 0.9, weightDecay: Double = 1e-4) {
        self.momentum = momentum
        self.weightDecay = weightDecay
    }
}
