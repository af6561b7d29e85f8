import ArgumentParser
import KernelViz
import Sweeps

/// `kernelviz verdict CHECKS`.
struct VerdictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verdict",
        abstract: "Say which rules of 'derive' the trainings of sweeps support.",
        discussion: """
            CHECKS is YAML:

              checks:
                - rule: D1
                  claim: mixed downsampling is better than all fixed and all learned
                  results: runs/downsampling       # a sweep's folder, relative to this file
                  candidate: mixed
                  against: [fixed, learned]        # names; "sample-*" takes all that begin so
                  test: beats                      # or holds (with margin: 0.003), or rank
                  against_results: runs/sample     # where the rivals were trained, if elsewhere

            A gain is a difference of more than two standard errors (Welch); with 'rank' at most 1 in 20 random designs \
            may be as good.

            Examples:
              kernelviz verdict checks.yaml
              kernelviz verdict checks.yaml --format json -o verdict.json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, markdown, json
    }

    @Argument(help: ArgumentHelp("The checks, YAML or JSON.", valueName: "checks"), completion: .file())
    var checks: String

    @Option(help: "table, markdown or json.")
    var format = Format.table

    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.check()
        let report = VerdictReport(try RuleCheck.read(contentsOf: checks).map(RuleVerdict.init))
        try output.emit(report, as: format)
    }
}
