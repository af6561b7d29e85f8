import Datasets
import Diagnostics
import Evaluation
import Numerics

/// How many pictures a slimmed network tells as the whole one does.
public struct KeptAnswers: Sendable, Equatable, Codable {
    /// The path of the pictures.
    public let imagesPath: String
    /// How many pictures.
    public let images: Int
    /// Why the answers are or are not compared with the pictures' classes.
    public let reason: String
    /// The share whose first class stays.
    public let agreement: ShareInterval
    /// The share that the whole network tells right; nil where the pictures have no classes of the network.
    public let before: ShareInterval?
    /// The same of the slimmed one.
    public let after: ShareInterval?
    /// The loss of accuracy picture by picture, or of agreement.
    public let drop: PairedShares

    /// Runs both networks on all pictures; the result does not depend on `threads`.
    ///
    /// Throws `eval.noClassifier`, `eval.nonFinite` and the errors of reading and planning.
    public init(
        _ network: RunnableNetwork, _ slim: RunnableNetwork, on folder: ImageFolder, threads: Int = 1
    ) throws {
        try network.checkClassifier(for: "the share of answers that stay")
        let (matching, reason) = try BudgetJudge.matching(network, folder)
        let judge = try BudgetJudge(
            network, folder.images, Array(0..<folder.images.count), matching, threads: threads)
        let verdict = try judge.verdict(on: slim.graph)
        func share(_ values: [Bool]) -> ShareInterval {
            ShareInterval(count: values.count { $0 }, total: values.count)
        }
        imagesPath = folder.images.path
        images = folder.images.count
        self.reason = reason
        agreement = share(verdict.agrees)
        before = judge.whole.isRight.map(share)
        after = verdict.isRight.map(share)
        drop = judge.drop(of: verdict)
    }
}
