import Datasets
import Models
import Training

/// How a net is trained; the defaults are the paper's ImageNet recipe.
///
/// Source: VGNet paper, section 5.1: SGD with momentum 0.9, batch 512, weight decay 1e-4 (not on biases and batch
/// normalisation), learning rate 0.2 with 5 warm-up epochs and cosine decay, 300 epochs, label smoothing 0.1.
public struct TrainingRecipe: Sendable, Equatable, Codable {
    /// Passes over the training images.
    public var epochs = 300
    /// Images of a step.
    public var batch = 512
    /// The learning rate at the end of the warm-up.
    public var rate = 0.2
    /// Epochs during which the learning rate rises.
    public var warmUpEpochs = 5
    /// Momentum and weight decay.
    public var optimizer = SGD()
    /// The share of the target spread over all classes.
    public var labelSmoothing = 0.1
    /// What happens to training images.
    public var augmentation: Augmentation
    /// Names the initial weights, the order of images and every other random choice.
    public var seed: UInt64 = 1
    /// How the weights of a VGNet start; nil for the default, as checkpoints of earlier versions have it.
    public var start: WeightStart?
    /// SHA-256 of the checkpoint that the weights start from; nil for none.
    public var initialSHA256: String?
    /// Training images that are held out to measure on; nil for none, as checkpoints of earlier versions have it.
    public var validation: Int?
    /// Which ones; nil where none are.
    public var validationSeed: Int?

    /// The paper's recipe for images of this size.
    public init(inputSize: Int) { augmentation = .standard(inputSize: inputSize) }

    /// Where two recipes differ, by the names of the options: "epochs 10, lr 0.1" of this one and of the other.
    func differences(from other: TrainingRecipe) -> (own: String, others: String) {
        func rows(_ recipe: TrainingRecipe) -> [(name: String, value: String)] {
            TrainingOption.all.compactMap { option in
                option.recorded.map { (option.name, $0(recipe) ?? "none") }
            } + [("seed", "\(recipe.seed)")]
        }
        let pairs = zip(rows(self), rows(other)).filter { $0.value != $1.value }
        func text(_ rows: [(name: String, value: String)]) -> String {
            rows.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        }
        return (text(pairs.map(\.0)), text(pairs.map(\.1)))
    }

    /// The learning rate over a training with so many steps an epoch.
    public func schedule(stepsPerEpoch: Int) -> LearningRateSchedule {
        LearningRateSchedule(
            base: rate, warmUpSteps: warmUpEpochs * stepsPerEpoch, totalSteps: epochs * stepsPerEpoch)
    }
}
