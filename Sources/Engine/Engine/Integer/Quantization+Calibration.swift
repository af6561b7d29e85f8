import Diagnostics
import Tensors

extension Quantization {
    /// Finds the ranges of a graph's results on images: N×C×H×W in pieces, in single precision.
    ///
    /// The least and largest numbers in a first pass; for methods that need more, a second pass counts numbers between them.
    /// Throws `engine.quantization` where there are no images or a result is not finite, and the errors of planning.
    /// `source` says in words which images they are; `piece` gives the images of a number from 0 to `pieces` − 1, all of
    /// one shape.
    public static func calibrated(
        _ graph: Graph, pieces: Int, method: Method, source: String, threads: Int = 1,
        piece: (Int) throws -> Tensor
    ) throws -> Quantization {
        guard pieces > 0, let output = graph.output else {
            throw KernelVizError(
                code: "engine.quantization", subject: "calibration", found: "no images", expected: "one or more")
        }
        let first = try piece(0)
        let nodes = Self.measuredNodes(graph, output)
        let names = nodes.map { graph.nodes[$0].name }
        let plan = try ExecutionPlan(
            graph, inputShape: first.shape, taps: names, options: ExecutionOptions(threads: threads))
        var workspace = plan.makeWorkspace()
        let inputName = graph.nodes.first { $0.operation == .input }?.name
        func results(_ index: Int) throws -> [Tensor] {
            let images = index == 0 ? first : try piece(index)
            let taps = try plan.runWithTaps(images, in: &workspace).taps
            return inputName == nil ? taps : taps + [images]
        }
        let allNames = names + (inputName.map { [$0] } ?? [])
        var limits = [(lower: Float, upper: Float)](repeating: (0, 0), count: allNames.count)
        for index in 0..<pieces {
            for (place, tensor) in try results(index).enumerated() {
                for number in tensor.scalars {
                    guard number.isFinite else { throw Self.notFinite(allNames[place]) }
                    limits[place].lower = min(limits[place].lower, number)
                    limits[place].upper = max(limits[place].upper, number)
                }
            }
        }
        var histograms = limits.map { RangeHistogram(lower: $0.lower, upper: $0.upper) }
        if method != .minMax {
            for index in 0..<pieces {
                for (place, tensor) in try results(index).enumerated() { histograms[place].add(tensor.scalars) }
            }
        }
        return Quantization(
            method: method, images: pieces * first.shape[0], source: source,
            ranges: Dictionary(
                zip(allNames, histograms.map { $0.range(method) }), uniquingKeysWith: { first, _ in first }))
    }

    private static func notFinite(_ name: String) -> KernelVizError {
        KernelVizError(
            code: "engine.quantization", subject: "calibration", found: "'\(name)' gives NaN or infinity",
            expected: "finite numbers", advice: "Run it with --precision f32 first")
    }

    /// The nodes whose results a plan in bytes may keep: the last ones of what is computed together.
    private static func measuredNodes(_ graph: Graph, _ output: Graph.NodeID) -> [Int] {
        let isNeeded = graph.needed(by: [output])
        let fusion = FusionMap(graph, isNeeded: isNeeded, kept: [output.index])
        return graph.nodes.indices.filter {
            isNeeded[$0] && !fusion.isAbsorbed[$0] && graph.nodes[$0].operation != .input
        }
    }
}
