import Datasets
import Engine
import Images
import Parallel
import Tensors

/// Pictures on which a network is compared with changed ones: prepared once, run through any graph of its images.
package struct JudgedPictures: Sendable {
    private let network: RunnableNetwork
    private let pictures: [RGBImage]
    private let threads: Int
    /// How many of them were turned by their EXIF orientation.
    package let turned: Int

    /// Reads the pictures at `places` of a data set and prepares them for `network`; results do not depend on `threads`.
    ///
    /// Throws the errors of reading.
    package init(_ network: RunnableNetwork, _ images: ImageDataSet, _ places: [Int], threads: Int) throws {
        self.network = network
        self.threads = threads
        var turned = 0
        pictures = try places.map {
            let reading = try images.reading($0)
            if reading.turn != nil { turned += 1 }
            return network.preprocessing.prepared(reading.image)
        }
        self.turned = turned
    }

    /// How many they are.
    package var count: Int { pictures.count }

    /// The logits of every picture, or of those at `places` among them.
    ///
    /// Throws `eval.nonFinite` and the errors of planning.
    package func logits(of graph: Graph, at places: [Int]? = nil) throws -> [[Float]] {
        let plan = try ExecutionPlan(graph, inputShape: network.inputShape())
        let (network, pictures) = (network, places.map { places in places.map { self.pictures[$0] } } ?? self.pictures)
        return try Parallel(threads: threads).map(
            pieces: pictures.count, state: { plan.makeWorkspace() },
            { workspace, index in
                let input = network.input(of: [pictures[index]], filledTo: 1)
                let output = try plan.run(input, in: &workspace)
                if output.nonFiniteCount > 0 { try NonFiniteSearch(network, graph: graph).check(output, on: input) }
                return output.scalars
            })
    }

    /// The first class of every picture.
    ///
    /// Throws as ``logits(of:at:)`` does.
    package func answers(of graph: Graph) throws -> [Int] { try logits(of: graph).map(Self.answer) }

    /// The place of the largest logit, the first of equal ones.
    package static func answer(_ logits: [Float]) -> Int {
        logits.indices.max { (logits[$0], $1) < (logits[$1], $0) } ?? 0
    }
}
