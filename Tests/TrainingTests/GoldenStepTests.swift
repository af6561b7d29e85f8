import Engine
import HDF5
import Tensors
import TestSupport
import Testing
import Training

/// Against PyTorch in 64-bit floats. The tolerance of 1e-4 of a tensor's maximum leaves room for 32-bit sums in another
/// order (PyTorch's own 32-bit gradients lie within 1.3e-5).
@Suite(.needsSharedFiles)
struct GoldenStepTests {
    /// Each step starts from PyTorch's weights: in tiny_g one number of the stem comes within 3e-7 of the ReLU's corner at
    /// step 3, and the rounding of two updates decides on which side it falls (see the test below).
    @Test(
        "Losses, gradients, updates and running statistics equal PyTorch's",
        arguments: ["tiny_g", "tiny_c_se_silu", "tiny_f2"], [1, 2])
    func equalsPyTorch(name: String, threads: Int) throws {
        let golden = try GoldenSteps(name)
        let shape = try #require(golden.shape("step1/input"))
        var network = try TrainingNetwork(
            golden.net.graph, inputShape: shape, labelSmoothing: golden.labelSmoothing, threads: threads)
        let optimizer = SGD(momentum: golden.momentum, weightDecay: golden.weightDecay)
        for step in 1...golden.steps {
            let images = try golden.floats("input", step: step)
            let labels = try golden.doubles("labels", step: step).map { Int($0) }
            let outcome = try images.withUnsafeBufferPointer {
                try network.forwardAndBackward(images: $0, labels: labels)
            }
            let loss = try golden.doubles("loss", step: step)[0]
            #expect(abs(outcome.loss - loss) < 1e-5 * abs(loss), "step \(step)")
            #expect(relativeError(network.logits.scalars, try golden.doubles("logits", step: step)) < 1e-4)
            let gradients = network.parameterGradients
            #expect(gradients.map(\.name).sorted() == golden.names(in: "grad"))
            for (parameter, gradient) in gradients {
                let error = relativeError(gradient.scalars, try golden.doubles("grad/\(parameter)", step: step))
                #expect(error < 1e-4, "step \(step), gradient of \(parameter)")
            }
            network.update(rate: golden.rate, optimizer: optimizer)
            let updated = network.graph
            for parameter in golden.names(in: "updated") {
                let identifier = try #require(updated.parameter(named: parameter), "\(parameter)")
                let shape = updated[identifier].shape
                let expected = try golden.doubles("updated/\(parameter)", step: step)
                let error = relativeError(updated[identifier].scalars, expected)
                #expect(error < 1e-4, "step \(step), \(parameter)")
                network.setParameter(parameter, to: Tensor(shape: shape, scalars: expected.map { Float($0) }))
            }
        }
    }

    @Test("Steps left to themselves stay with PyTorch's", arguments: ["tiny_g", "tiny_c_se_silu", "tiny_f2"])
    func staysWithPyTorch(name: String) throws {
        let golden = try GoldenSteps(name)
        let shape = try #require(golden.shape("step1/input"))
        var network = try TrainingNetwork(
            golden.net.graph, inputShape: shape, labelSmoothing: golden.labelSmoothing)
        let optimizer = SGD(momentum: golden.momentum, weightDecay: golden.weightDecay)
        for step in 1...golden.steps {
            let images = try golden.floats("input", step: step)
            let labels = try golden.doubles("labels", step: step).map { Int($0) }
            let outcome = try images.withUnsafeBufferPointer {
                try network.step(images: $0, labels: labels, rate: golden.rate, optimizer: optimizer)
            }
            #expect(abs(outcome.loss - (try golden.doubles("loss", step: step)[0])) < 1e-5)
        }
        let trained = network.graph
        for parameter in golden.names(in: "updated") {
            let identifier = try #require(trained.parameter(named: parameter), "\(parameter)")
            let expected = try golden.doubles("updated/\(parameter)", step: golden.steps)
            #expect(relativeError(trained[identifier].scalars, expected) < 3e-4, "\(parameter)")
        }
    }

    @Test("The learning rate follows the authors' schedule")
    func followsSchedule() throws {
        let file = try HDF5File(path: GoldenSteps.path)
        let expected = try file.doubles("lr_schedule")
        let schedule = LearningRateSchedule(base: 0.2, minimum: 1e-6, warmUpSteps: 50, totalSteps: 200)
        #expect(expected.count == 200)
        for (step, rate) in expected.enumerated() { #expect(abs(schedule.rate(at: step) - rate) < 1e-12, "\(step)") }
    }
}
