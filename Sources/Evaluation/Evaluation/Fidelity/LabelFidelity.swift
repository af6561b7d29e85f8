import Classification
import Numerics
import Statistics

/// What it costs a network when the kernels of a label are replaced by their templates, without any training.
///
/// Each template gets the gain, and its output the constant, that fit best on a few pictures; the others judge. A label
/// whose kernels can be replaced at little cost names what they do; beside it stands what the same number of kernels
/// drawn at random costs.
public struct LabelFidelity: Sendable, Equatable, Codable {
    /// What a network with replaced kernels still does.
    public struct Outcome: Sendable, Equatable, Codable {
        /// The share of pictures whose first class stays that of the whole network.
        public let agreement: ShareInterval
        /// The share of pictures told right; nil where the pictures have no classes.
        public let accuracy: ShareInterval?

        /// Joins both.
        package init(agreement: ShareInterval, accuracy: ShareInterval?) {
            (self.agreement, self.accuracy) = (agreement, accuracy)
        }
    }

    /// One choice of kernels, beside the same number chosen otherwise.
    public struct Row: Sendable, Equatable, Codable {
        /// What was chosen ("identity", "all named", "R² ≥ 0.95").
        public let name: String
        /// How many kernels were replaced.
        public let kernels: Int
        /// The choice itself: kernels of the label, or those that a template explains to so much of their output.
        public let chosen: Outcome
        /// As many kernels that the label's best template explains best of all by output; nil where `chosen` is that.
        public let functional: Outcome?
        /// As many that it explains best by their weights; nil for zero and for all labels together.
        public let weights: Outcome?
        /// As many drawn at random from the network: the mean of ``randomDraws`` draws.
        public let random: Outcome
    }

    /// The network's title.
    public let network: String
    /// The checkpoint's path.
    public let checkpointPath: String
    /// SHA-256 of the checkpoint.
    public let sha256: String
    /// The path of the pictures.
    public let imagesPath: String
    /// How many pictures the gains were fitted on.
    public let fittedImages: Int
    /// How many other pictures the outcomes rest on.
    public let judgedImages: Int
    /// How many of all these pictures their EXIF orientation turned.
    public let turnedImages: Int
    /// How many depthwise kernels could have been replaced.
    public let kernels: Int
    /// The share of the judged pictures that the whole network tells right; nil where they have no classes.
    public let accuracy: ShareInterval?
    /// Correlation of neighbouring input pixels in the prior of the fits.
    public let rho: Double
    /// The seed of the random draws.
    public let seed: UInt64
    /// One row a label that occurs, the identities a second time as single cells, then all named ones together.
    ///
    /// An identity's template is a cell on a constant in all cells as large as leaves it an identity, which fits two
    /// numbers; "identity, one cell" is the cell alone.
    public let labels: [Row]
    /// One row for each least R² of any template, by output.
    public let fits: [Row]
    /// One row for each shape of a named label ("blur: ring").
    public let shapes: [Row]
    /// The named kernels in ten equal parts by how probably a reader gives their label, the least probable first.
    public let tenths: [Row]

    /// How many random draws are averaged.
    public static let randomDraws = 3
}
