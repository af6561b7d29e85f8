import Diagnostics
import Engine
import Tensors

/// Finds the layer that makes a network's answers NaN or infinite.
struct NonFiniteSearch {
    /// Results that one run keeps.
    private static let tapsOfARun = 16

    private let network: RunnableNetwork
    private let graph: Graph

    /// A search in `network`, or in the same network with other numbers.
    init(_ network: RunnableNetwork, graph: Graph? = nil) {
        self.network = network
        self.graph = graph ?? network.graph
    }

    /// Throws `eval.nonFinite` where a parameter is NaN or infinite, or a batch normalisation divides by nothing that has a
    /// root: also where a function behind it would swallow the NaN.
    func checkParameters() throws {
        if let parameter = graph.nonFiniteParameter {
            let values = graph[parameter]
            throw KernelVizError(
                code: "eval.nonFinite", subject: network.weightsPath ?? network.name,
                found:
                    "\(values.nonFiniteCount) of \(values.scalars.count) numbers of '\(graph.name(of: parameter))' are "
                    + "NaN or infinite",
                expected: "finite numbers", advice: Self.advice)
        }
        for node in graph.nodes {
            guard case .batchNormalization(let norm) = node.operation, let problem = problem(of: norm, node.name) else {
                continue
            }
            throw KernelVizError(
                code: "eval.nonFinite", subject: network.weightsPath ?? network.name, found: problem,
                expected: "variances of 0 or more", advice: Self.advice)
        }
    }

    /// Throws `eval.nonFinite`, naming the first layer that makes them so, unless all of `outputs` are finite.
    ///
    /// - Parameters:
    ///   - outputs: one row an image.
    ///   - input: what gave them, as many images or more.
    ///   - image: how the image of a row is named; nil names the network alone.
    func check(_ outputs: Tensor, on input: Tensor, image: (_ row: Int) -> String? = { _ in nil }) throws {
        let rows = outputs.shape.dimensions.first ?? 1
        let width = outputs.scalars.count / max(1, rows)
        for row in 0..<rows {
            let bad = outputs.scalars[row * width..<(row + 1) * width].count { !$0.isFinite }
            guard bad > 0 else { continue }
            let values = input.scalars.count / max(1, input.shape[0])
            let single = Tensor(
                shape: Shape([1] + input.shape.dimensions.dropFirst()),
                scalars: Array(input.scalars[row * values..<(row + 1) * values]))
            throw error(bad: bad, of: width, cause: try cause(on: single), image: image(row))
        }
    }

    private func error(bad: Int, of width: Int, cause: String?, image: String?) -> KernelVizError {
        let subject = network.weightsPath ?? network.name
        return KernelVizError(
            code: "eval.nonFinite", subject: image.map { "\(subject) on \($0)" } ?? subject,
            found: "\(bad) of \(width) outputs are NaN or infinite"
                + (cause.map { ": \($0)" } ?? ", in this precision alone"),
            expected: "finite numbers", advice: cause == nil ? "Run it in f32" : Self.advice)
    }

    private static let advice = "The training diverged or the file is damaged; use another one"

    /// What makes the first numbers that are not finite, in words; nil where a run in f32 has none.
    private func cause(on input: Tensor) throws -> String? {
        let needed = graph.neededNodes
        let places = graph.nodes.indices.filter { needed.indices.contains($0) && needed[$0] }
        for start in stride(from: 0, to: places.count, by: Self.tapsOfARun) {
            let part = places[start..<min(places.count, start + Self.tapsOfARun)]
            // With the results before them: they tell how large the numbers were that came in.
            let sources = part.flatMap { graph.nodes[$0].inputs.map(\.position) }
            let taps = Array(Set(sources + part)).sorted()
            let names = taps.map { graph.nodes[$0].name }
            let outcome = try ExecutionPlan(graph, inputShape: input.shape, taps: names).runWithTaps(input)
            let results = Dictionary(zip(taps, outcome.taps), uniquingKeysWith: { first, _ in first })
            for place in part where (results[place]?.nonFiniteCount ?? 0) > 0 {
                let node = graph.nodes[place]
                let largest = node.inputs.compactMap { results[$0.position] }.flatMap(\.scalars)
                    .reduce(Float(0)) { max($0, abs($1)) }
                return words(node, largestInput: largest)
            }
        }
        return nil
    }

    /// "'block3.norm' (batch normalisation) makes the first: …".
    private func words(_ node: Graph.Node, largestInput: Float) -> String {
        var parameters: [Graph.ParameterID] = []
        var kind = "operation"
        switch node.operation {
        case .batchNormalization(let norm):
            if let problem = problem(of: norm, node.name) { return problem }
            kind = "batch normalisation"
            parameters = [norm.weight, norm.bias, norm.runningMean, norm.runningVariance]
        case .convolution(let convolution):
            kind = "convolution"
            parameters = [convolution.weight] + (convolution.bias.map { [$0] } ?? [])
        case .linear(let weight, let bias):
            kind = "linear layer"
            parameters = [weight] + (bias.map { [$0] } ?? [])
        case .affine(let scale, let shift):
            kind = "scale and shift"
            parameters = [scale, shift]
        case .sharedDepthwise(let convolution):
            kind = "convolution"
            parameters = [convolution.weight]
        case .activation(let function): kind = function.rawValue
        default: break
        }
        let head = "the first come from '\(node.name)' (\(kind))"
        for parameter in parameters {
            let count = graph[parameter].nonFiniteCount
            guard count > 0 else { continue }
            return head + ", whose parameter '\(graph.name(of: parameter))' has \(count) of them"
        }
        return head + ", from finite numbers up to \(largestInput)"
    }

    /// What is wrong with the variances of a batch normalisation, in words.
    private func problem(of norm: BatchNormalization, _ name: String) -> String? {
        let variances = graph[norm.runningVariance].scalars
        guard let channel = variances.firstIndex(where: { !($0 + norm.epsilon > 0) }) else { return nil }
        let value = variances[channel]
        let kind = value.isNaN ? "variance NaN" : value < 0 ? "a negative variance (\(value))" : "variance 0 and no ε"
        let others = variances.count { !($0 + norm.epsilon > 0) } - 1
        return "batch normalisation '\(name)' has \(kind) in channel \(channel)"
            + (others > 0 ? " and \(others) more" : "")
            + ", parameter '\(graph.name(of: norm.runningVariance))'"
    }
}
