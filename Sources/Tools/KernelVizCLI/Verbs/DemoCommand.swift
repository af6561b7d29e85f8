import ArgumentParser
import Files
import KernelViz

/// `kernelviz demo`: the whole river on the checkpoint in Weights/.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Classify, draw, derive and evaluate in one go.",
        discussion: """
            Works on the checkpoint in Weights/ unless another one is named, and writes figures and reports into \
            Notebooks-out/.

            Examples:
              kernelviz demo
              kernelviz demo --output results
            """)

    @Argument(help: "A checkpoint.", completion: .file())
    var checkpoint = "Weights/mobilenetv1_0.5_cifar10.h5"

    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("The folder for the results.", valueName: "folder"))
    var output = "Notebooks-out"

    @Option(help: ArgumentHelp("A picture to classify.", valueName: "image"))
    var input: String?

    @Option(help: "Learnable parameters of the derived net.")
    var budget = "1.0MP"

    func run() throws {
        try Demo(
            checkpoint: checkpoint, folder: output, picture: input ?? Self.defaultPicture(beside: checkpoint),
            budgetText: budget, budget: ParameterBudget(parsing: budget)
        ).run()
    }

    /// The picture that lies beside the default checkpoint, if it does.
    private static func defaultPicture(beside checkpoint: String) -> String? {
        let path = FilePaths.folder(of: checkpoint) + "/cat.jpg"
        return (try? InputFile.check(path)) == nil ? nil : path
    }
}
