import ArgumentParser
import KernelViz

/// What a user says of a checkpoint where it is silent or wrong, for the verbs that run networks.
struct ConventionArguments: ParsableArguments {
    enum PaddingName: String, ExpressibleByArgument, CaseIterable {
        case torch
        case tensorFlowSame = "tf-same"
    }

    @Option(help: "How convolutions pad: torch (symmetric) or tf-same (TensorFlow's SAME).")
    var padding: PaddingName?

    @Option(help: "ε of every batch normalisation (PyTorch 1e-5, TensorFlow 1e-3).")
    var bnEpsilon: Float?

    @Option(
        help: """
            What stands behind every layer that has an activation, gates of squeeze-and-excite left alone; where the file \
            names functions that are not known, what those compute.
            """)
    var activation: ActivationFunction?

    @Option(
        help: ArgumentHelp(
            """
            How pixels are normalised: imagenet, tf, caffe, unit, none, or a formula for x in 0…255 such as \
            'RGB x/127.5-1' or 'BGR (x-[103.9,116.8,123.7])*0.017'.
            """, valueName: "words"))
    var preprocessing: String?

    func validate() throws {
        if let bnEpsilon, !(bnEpsilon >= 0 && bnEpsilon <= 1) {
            throw ValidationError("--bn-epsilon must lie in 0…1.")
        }
    }

    /// Throws `eval.badPreprocessing`.
    func options() throws -> ConventionOptions {
        var options = ConventionOptions()
        options.padding = padding.map { $0 == .torch ? .torch : .tensorFlowSame }
        options.epsilon = bnEpsilon
        options.activation = activation
        options.preprocessing = try preprocessing.map { try ConventionOptions.preprocessing(parsing: $0) }
        return options
    }
}

extension ActivationFunction: ExpressibleByArgument {}
