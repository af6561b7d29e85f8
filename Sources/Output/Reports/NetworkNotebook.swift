import Classification
import Derivation
import Diagnostics
import Statistics

/// One analysed network as a notebook: its labels, figures, tables as pandas frames, and the derived design.
///
/// The cells call the Python module `kernelviz`; their outputs are what these calls give, so that running the notebook
/// changes nothing but what the network's file changed.
public struct NetworkNotebook: Sendable {
    /// A figure that a cell draws.
    public struct Picture: Sendable {
        /// What stands above it.
        public let heading: String
        /// The call's arguments behind the checkpoint: `layer=3`.
        public let arguments: String
        /// The file.
        public let svg: String

        /// A figure with its heading and call.
        public init(heading: String, arguments: String, svg: String) {
            (self.heading, self.arguments, self.svg) = (heading, arguments, svg)
        }
    }

    private let statistics: NetworkStatistics
    private let derivation: Derivation?
    private let budget: String
    private let pictures: [Picture]
    private let checkpoint: String
    private let version: String

    /// A notebook on a network.
    ///
    /// - Parameters:
    ///   - statistics: What was measured.
    ///   - pictures: Its figures, in the order of the page.
    ///   - derivation: The design that was derived, untimed; nil leaves it out.
    ///   - budget: Its budget in the words of `derive --budget`.
    ///   - checkpoint: The path of the network's file, from the notebook's folder.
    ///   - version: Named at the top.
    public init(
        _ statistics: NetworkStatistics, pictures: [Picture], derivation: Derivation?, budget: String,
        checkpoint: String, version: String
    ) {
        (self.statistics, self.derivation, self.pictures) = (statistics, derivation, pictures)
        (self.budget, self.checkpoint, self.version) = (budget, checkpoint, version)
    }

    /// The notebook.
    public var notebook: Notebook {
        let start = """
            # \(statistics.network.title): what its kernels show

            Written by \(version). The cells were written with their outputs; to run them, install the Python module \
            `kernelviz` and pandas, and start Jupyter in this folder.
            """
        var cells: [Notebook.Cell] = [
            .markdown(start),
            .code("import kernelviz\n\ncheckpoint = \(Self.literal(checkpoint))", outputs: []),
            .markdown("## Labels by layer"),
            .code(
                "print(kernelviz.run(\"classify\", checkpoint).decode(), end=\"\")",
                outputs: [.printed(labels)]),
            .markdown("The same as a frame of pandas, one row a layer; `kernels=True` gives one row a kernel."),
            .code(
                """
                layers = kernelviz.classify(checkpoint)
                kernels = kernelviz.classify(checkpoint, kernels=True)
                print(len(layers), "layers,", len(kernels), "kernels")
                for label, count in kernels.label.value_counts().sort_index().items():
                    print(label, count)
                """, outputs: [.printed(counts)]),
        ]
        for picture in pictures {
            cells.append(.markdown("## \(picture.heading)"))
            cells.append(
                .code(
                    "kernelviz.figure(checkpoint, \(picture.arguments))",
                    outputs: [.svg(picture.svg, text: Self.representation(of: picture.svg))]))
        }
        if let derivation {
            cells.append(.markdown("## The derived network"))
            cells.append(
                .code(
                    """
                    design = kernelviz.derive(checkpoint, budget=\(Self.literal(budget)), no_latency=True)
                    print(design["config"]["name"], design["parameters"], "parameters", design["macs"], "MACs")
                    for reason in design["reasons"]:
                        print(reason["field"], reason["value"], "paper" if reason["isDefault"] else "derived", sep=" | ")
                    """, outputs: [.printed(design(derivation))]))
        }
        return Notebook(cells)
    }

    /// What `classify` prints of the checkpoint under the name that the notebook gives it.
    private var labels: String {
        let table = ClassificationReport(statistics).table()
        let own = statistics.network.checkpoint.path.printable + ": "
        return table.hasPrefix(own) ? checkpoint.printable + ": " + table.dropFirst(own.count) : table
    }

    private var counts: String {
        let counts = statistics.counts
        let named = KernelLabel.allCases.sorted { $0.rawValue < $1.rawValue }.filter { counts[$0] > 0 }
        return "\(statistics.layers.count) layers, \(counts.total) kernels\n"
            + named.map { "\($0.rawValue) \(counts[$0])\n" }.joined()
    }

    private func design(_ derivation: Derivation) -> String {
        "\(derivation.config.name) \(derivation.cost.parameters) parameters \(derivation.cost.macs) MACs\n"
            + derivation.reasons.map {
                "\($0.field) | \($0.value) | \($0.isDefault ? "paper" : "derived")\n"
            }.joined()
    }

    /// What the module's figures print of themselves where no picture can be shown.
    private static func representation(of svg: String) -> String {
        "<kernelviz figure, svg, \(NumberFormat.grouped(svg.utf8.count)) bytes>"
    }

    /// A string of Python.
    private static func literal(_ text: String) -> String { JSONText.quoted(text) }
}
