import Engine
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import Training
import VGNets

/// Ratios other than ½, mixed downsampling, given and random banks, one shared kernel, forms around the kernels: against PyTorch in 64-bit floats.
@Suite struct GeneralisedFormTests {
    @Test func theFixtureIsThere() { #expect(GeneralisedForm.all.count == 13) }

    @Test(arguments: GeneralisedForm.all)
    func closedFormGraphAndPyTorchCountTheSame(form: GeneralisedForm) throws {
        let config = try form.config()
        let counts = config.parameters
        #expect(counts.learnable == form.counts.learnable)
        #expect(counts.fixed == form.counts.fixed)
        #expect(counts.batchNormRunning == form.counts.running)
        let (height, width) = (config.inputSize, config.inputSize - 5)
        #expect(config.macs(inputHeight: height, inputWidth: width) == form.counts.macs)
        let graph = try form.graph()
        #expect(graph.parameterCount(.learnable) == form.counts.learnable)
        #expect(graph.parameterCount(.fixed) == form.counts.fixed)
        #expect(graph.parameterCount(.runningStatistic) == form.counts.running)
        #expect(try ExecutionPlan(graph, inputShape: [1, 3, height, width]).macs == form.counts.macs)
        let shapes = graph.parameters.filter { $0.kind == .learnable }.map { ($0.name, $0.tensor.shape) }
        #expect(Dictionary(uniqueKeysWithValues: shapes) == form.shapes.mapValues { Shape($0) })
    }

    @Test(arguments: GeneralisedForm.all, ExecutionOptions.available)
    func everyPathGivesPyTorchsLogits(form: GeneralisedForm, operators: ExecutionOptions.Operators) throws {
        let graph = try form.graph()
        let images = form.images(size: try form.config().inputSize)
        for threads in operators == .reference ? [1] : [1, 2] {
            let plan = try ExecutionPlan(
                graph, inputShape: images.shape, options: ExecutionOptions(operators: operators, threads: threads))
            #expect(relativeError(try plan.run(images).scalars, form.logits) <= 1e-4)
        }
    }

    /// Training's forms and what they fold into are one function, at the borders too: the images are far from zero there.
    @Test(arguments: GeneralisedForm.all)
    func theFoldedNetGivesPyTorchsLogits(form: GeneralisedForm) throws {
        let config = try form.config()
        let lookup = TensorLookup(
            subject: form.name, tensors: try form.graph().parameters.map { ($0.name, $0.tensor) })
        let folded = try VGNet(config, weights: lookup).folded()
        #expect(folded.config == config.folded)
        #expect(folded.graph.parameterCount(.learnable) == config.folded.parameters.learnable)
        #expect(folded.config.depthwise == (config.depthwise == .plain ? .plain : .biased))
        let images = form.images(size: config.inputSize)
        let plan = try ExecutionPlan(folded.graph, inputShape: images.shape)
        #expect(relativeError(try plan.run(images).scalars, form.logits) <= 1e-4)
    }

    @Test(arguments: GeneralisedForm.all)
    func lossAndGradientsArePyTorchs(form: GeneralisedForm) throws {
        let images = form.images(size: try form.config().inputSize)
        var network = try TrainingNetwork(
            form.graph(), inputShape: images.shape, labelSmoothing: 0.1, threads: 2)
        let outcome = try images.scalars.withUnsafeBufferPointer {
            try network.forwardAndBackward(images: $0, labels: [0, 3, 1, 4])
        }
        #expect(abs(outcome.loss - form.loss) < 1e-5 * form.loss)
        let gradients = network.parameterGradients
        #expect(Set(gradients.map(\.name)) == Set(form.gradients.keys))
        for (name, gradient) in gradients {
            let expected = try #require(form.gradients[name])
            let scalars = gradient.scalars.map(Double.init)
            let direction = GeneralisedForm.drawn("\(name) direction", gradient.shape, -1, 1).scalars.map(Double.init)
            let found = [
                scalars.map(abs).max() ?? 0, scalars.reduce(0) { $0 + $1 * $1 }.squareRoot(),
                zip(scalars, direction).reduce(0) { $0 + $1.0 * $1.1 },
            ]
            // Float sums over some thousand products; the norm is the scale of all three. What cancels to nothing, a
            // shift before a normalisation, keeps the rounding of its terms.
            for (found, expected) in zip(found, expected) {
                #expect(
                    abs(found - expected) <= 1e-4 * max(abs(expected), form.gradients[name]?[1] ?? 0) + 1e-7, "\(name)")
            }
        }
    }

    @Test(arguments: GeneralisedForm.all)
    func everyFormSurvivesYAMLAndJSON(form: GeneralisedForm) throws {
        let config = try form.config()
        #expect(try VGNetConfig(yaml: config.yaml(), subject: "net.yaml") == config)
        let comments = Dictionary(uniqueKeysWithValues: config.fields.map { ($0.rawValue, "why") })
        #expect(try VGNetConfig(yaml: config.yaml(comments: comments), subject: "net.yaml") == config)
        let json = try JSONEncoder().encode(config)
        #expect(try JSONDecoder().decode(VGNetConfig.self, from: json) == config)
        #expect(try VGNetConfig(yaml: String(decoding: json, as: UTF8.self), subject: "net.json") == config)
    }
}
