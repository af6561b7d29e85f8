import Datasets
import Numerics
import Tensors

/// Runs a network with replaced kernels on the judging pictures.
struct FidelityTrial {
    private let pictures: JudgedPictures
    /// The right outputs of each picture.
    private let truths: [[Int]]?
    let substitution: KernelSubstitution
    private let progress: (Int, Int) throws -> Void
    private var generator: SeededGenerator
    private var whole: [Int] = []
    private var done = 0
    /// How many networks there are to run.
    var total = 0

    /// Prepares the pictures and runs the network as it is.
    init(
        _ network: RunnableNetwork, _ folder: ImageFolder, _ judging: [Int], _ substitution: KernelSubstitution,
        threads: Int, seed: UInt64, progress: @escaping (Int, Int) throws -> Void
    ) throws {
        self.substitution = substitution
        self.progress = progress
        generator = SeededGenerator(seed: seed)
        pictures = try JudgedPictures(network, folder.images, judging, threads: threads)
        let matching =
            folder.isLabelled ? try ClassMatching(network, try network.outputNames(), folder.images) : nil
        truths = matching.map { matching in judging.map { matching.outputs[folder.images.labels[$0]] } }
        whole = try pictures.answers(of: network.graph)
    }

    /// How many of the pictures their EXIF orientation turned.
    var turned: Int { pictures.turned }

    /// The share that the whole network tells right.
    var wholeAccuracy: ShareInterval? {
        truths.map { truths in ShareInterval(count: zip(whole, truths).count { $1.contains($0) }, total: truths.count) }
    }

    /// Kernels drawn at random, ``LabelFidelity/randomDraws`` times.
    mutating func draws(_ count: Int) -> [[Int]] {
        (0..<LabelFidelity.randomDraws).map { _ in
            Array(substitution.candidates.indices.shuffled(using: &generator).prefix(count))
        }
    }

    /// What stays over all networks together.
    mutating func outcome(_ variants: [[KernelSubstitution.Choice]]) throws -> LabelFidelity.Outcome {
        var (agreeing, right) = (0, 0)
        for choices in variants {
            let found = try pictures.answers(of: substitution.graph(replacing: choices))
            agreeing += zip(found, whole).count { $0 == $1 }
            right += truths.map { truths in zip(found, truths).count { $1.contains($0) } } ?? 0
            done += 1
            try progress(done, total)
        }
        let count = pictures.count * variants.count
        return LabelFidelity.Outcome(
            agreement: ShareInterval(count: agreeing, total: count),
            accuracy: truths == nil ? nil : ShareInterval(count: right, total: count))
    }
}
