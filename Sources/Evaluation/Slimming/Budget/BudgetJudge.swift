import Datasets
import Diagnostics
import Engine
import Evaluation
import Glibc
import Numerics

/// One half of the pictures, on which changed networks are compared with the whole one.
struct BudgetJudge {
    let pictures: JudgedPictures
    /// The right outputs of each picture; nil where they have no classes of the network.
    private let truths: [[Int]]?
    private let logits: [[Float]]
    private let answers: [Int]

    /// Runs the whole network; throws the errors of reading and planning, and `eval.nonFinite`.
    init(
        _ network: RunnableNetwork, _ images: ImageDataSet, _ places: [Int], _ matching: ClassMatching?, threads: Int
    ) throws {
        pictures = try JudgedPictures(network, images, places, threads: threads)
        truths = matching.map { matching in places.map { matching.outputs[images.labels[$0]] } }
        logits = try pictures.logits(of: network.graph)
        answers = logits.map(JudgedPictures.answer)
    }

    /// Which pictures a network tells as the whole one does, and which it tells right.
    struct Verdict {
        let agrees: [Bool]
        /// nil where the pictures have no classes.
        let isRight: [Bool]?
    }

    func verdict(on graph: Graph) throws -> Verdict { verdict(try pictures.answers(of: graph)) }

    /// The verdict on the whole network.
    var whole: Verdict { verdict(answers) }

    private func verdict(_ found: [Int]) -> Verdict {
        Verdict(
            agrees: zip(found, answers).map { $0 == $1 },
            isRight: truths.map { truths in zip(found, truths).map { $1.contains($0) } })
    }

    /// The loss by the measure, with its interval.
    func drop(of verdict: Verdict) -> PairedShares {
        guard let before = whole.isRight, let after = verdict.isRight else {
            return PairedShares(lost: ShareInterval(count: verdict.agrees.count { !$0 }, total: verdict.agrees.count))
        }
        return PairedShares(before, after)
    }

    /// The mean of Σ p·ln(p/q), p the whole network's probabilities and q the other's, over at most `limit` pictures,
    /// evenly spread: folders often come class by class.
    func divergence(of graph: Graph, limit: Int) throws -> Double {
        let places = logits.indices.evenSample(limit)
        let found = try pictures.logits(of: graph, at: places)
        let sum = zip(places, found).reduce(0) { $0 + Self.divergence(logits[$1.0], $1.1) }
        return sum / Double(max(1, found.count))
    }

    /// Σ p·ln(p/q) of two vectors of logits, in nats.
    static func divergence(_ whole: [Float], _ other: [Float]) -> Double {
        func logarithms(_ logits: [Float]) -> [Double] {
            let largest = Double(logits.max() ?? 0)
            let sum = logits.reduce(0) { $0 + exp(Double($1) - largest) }
            return logits.map { Double($0) - largest - log(sum) }
        }
        let (p, q) = (logarithms(whole), logarithms(other))
        return max(0, zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) })
    }

    /// The classes of the pictures, where they are the network's, and what the loss is of, in words.
    static func matching(
        _ network: RunnableNetwork, _ folder: ImageFolder
    ) throws -> (ClassMatching?, String) {
        guard folder.isLabelled else { return (nil, "the pictures have no classes") }
        do {
            let matching = try ClassMatching(network, try network.outputNames(), folder.images)
            return (matching, matching.sentence)
        } catch let error as KernelVizError where error.code == "data.classes" {
            return (nil, "the pictures' classes are not the network's (\(error.found))")
        }
    }
}
