import Evaluation
import Numerics

/// What slimming within a budget replaced, what that saved and what it cost.
public struct BudgetOutcome: Sendable, Equatable, Codable {
    /// What the budget is a loss of.
    public enum Measure: String, Sendable, Equatable, Codable {
        /// Pictures told right.
        case accuracy
        /// Pictures whose first class is that of the network as it was.
        case agreement
    }

    /// Kernels of one layer that are replaced together.
    public struct Unit: Sendable, Equatable, Codable {
        /// The layer, by the name of its weight in the file.
        public let layer: String
        /// What replaces them.
        public let standIn: StandIn
        /// How many they are.
        public let kernels: Int
        /// σ of the shared kernel in pixels; nil where there is none.
        public let sigma: Double?
        /// How deep the shared ring's middle is; nil for the others.
        public let depth: Double?
        /// The mean divergence of the classes' probabilities that it brings alone, in nats.
        public let damage: Double
        /// Multiply-accumulates for an image that it saves alone, counted in the network as it is written.
        public let savedMACs: Int
        /// Stored numbers that it saves alone, counted so too.
        public let savedNumbers: Int
        /// Whether it was replaced.
        public let isChosen: Bool
    }

    /// A depthwise layer whose kernels stay because they cannot be taken apart.
    public struct Excluded: Sendable, Equatable, Codable {
        /// Why they cannot.
        public enum Reason: String, Sendable, Equatable, Codable, CaseIterable {
            /// Each channel has several kernels.
            case severalKernels
            /// The kernels have gaps between their weights.
            case dilated
            /// Other layers have the same weights.
            case sharedWeights
        }

        /// The layer, by the name of its weight in the file.
        public let layer: String
        /// How many kernels it has.
        public let kernels: Int
        /// Why they stay.
        public let reason: Reason
    }

    /// As many kernels of the same layers drawn at random, with the same stand-ins and fits.
    public struct Control: Sendable, Equatable, Codable {
        /// The share of pictures whose first class stays.
        public let agreement: DrawnShare
        /// The share told right; nil where the pictures have no classes.
        public let accuracy: DrawnShare?
        /// By how much more answers the units keep, pictures and draws both taken as drawn.
        public let advantage: DifferenceFromDraws
    }

    /// The network with the first so many units replaced.
    public struct Point: Sendable, Equatable, Codable {
        /// How many units, in the order of damage for what is saved.
        public let units: Int
        /// How many kernels.
        public let kernels: Int
        /// What is left of the network.
        public let cost: NetworkCost
        /// The loss on the half that chooses, 0…1.
        public let choosingDrop: Double
        /// The other half's agreement and accuracy.
        public let reported: LabelFidelity.Outcome
        /// The other half's loss with its interval: of accuracy pair by pair, or 1 less the agreement.
        public let drop: PairedShares
        /// As many kernels drawn at random; nil where nothing was replaced.
        public let random: Control?
    }

    /// What the budget is a loss of.
    public let measure: Measure
    /// Why so.
    public let reason: String
    /// The allowed loss in percentage points.
    public let maxDrop: Double
    /// The path of the pictures.
    public let imagesPath: String
    /// On how many pictures of the first half gains and constants were fitted.
    public let fittedImages: Int
    /// The pictures of the half that chose.
    public let choosingImages: Int
    /// The pictures of the half that tells the loss.
    public let reportingImages: Int
    /// How many of all these their EXIF orientation turned.
    public let turnedImages: Int
    /// Depthwise kernels of the network.
    public let kernels: Int
    /// Draws of the random control.
    public let draws: Int
    /// The seed of the random draws.
    public let seed: UInt64
    /// All that could be replaced, in the order of damage for what is saved.
    public let units: [Unit]
    /// Layers whose kernels cannot be replaced, in network order.
    public let excluded: [Excluded]
    /// Kernels that have a stand-in and stay because the written network would not be smaller without them.
    public let withoutSaving: Int
    /// The whole network's accuracy on the half that tells the loss; nil where the pictures have no classes.
    public let accuracy: ShareInterval?
    /// What was chosen.
    public let chosen: Point
    /// What more and more units cost and save, from none to all; empty where it was not asked for.
    public let curve: [Point]
}
