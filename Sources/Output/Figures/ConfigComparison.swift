import Diagnostics
import VGNets

/// A design beside the published VGNetG nearest in parameters.
struct ConfigComparison {
    /// One choice.
    struct Row {
        let name: String
        let value: String
        let baseline: String
        var isChanged: Bool { value != baseline }
    }

    let baseline: VGNetConfig
    /// Indices 0 (stem) … 4 of widths that differ.
    let changedWidths: Set<Int>
    /// Stages 1…4 whose number of blocks differs.
    let changedDepths: Set<Int>
    let rows: [Row]

    /// Whether any choice differs.
    var isDifferent: Bool { rows.contains(where: \.isChanged) }

    init(_ config: VGNetConfig) {
        let form = config.isThumbnail ? "-thumbnail" : ""
        let published = ["1.0mp", "1.5mp", "2.0mp", "2.5mp", "5.0mp"].compactMap {
            try? VGNetConfig.published("vgnetg-\($0)\(form)")
        }
        let wanted = config.parameters.learnable
        let nearest = published.min { abs($0.parameters.learnable - wanted) < abs($1.parameters.learnable - wanted) }
        let baseline = nearest ?? config
        self.baseline = baseline
        changedWidths = Set((0..<5).filter { config.channels[$0] != baseline.channels[$0] })
        changedDepths = Set((1...4).filter { config.blocks[$0 - 1] != baseline.blocks[$0 - 1] })
        func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ", ") }
        let describe: [(String, (VGNetConfig) -> String)] = [
            ("widths", { list($0.channels) }), ("blocks", { list($0.blocks) }),
            ("downsampling", { Self.text($0.downsampling, Self.text) }),
            ("Gaussian σ", { Self.gaussian($0) { "\(NumberText.fixed($0.sigmaPixels, decimals: 2)) px" } }),
            ("Gaussian signs", { Self.gaussian($0, \.signs.rawValue) }),
            ("Gaussian weights", { Self.gaussian($0) { $0.decimals.map { "\($0) decimals" } ?? "exact" } }),
            ("passing share", { Self.text($0.identity) { NumberText.short($0.ratio) } }),
            ("half identity", { $0.half.text }), ("last unit", { $0.last.text }),
            ("activation", { $0.activation.title }),
            (
                "squeeze-excite",
                {
                    $0.squeezeExcite.map { "ratio \(NumberText.short($0.ratio)), inner \($0.activation.title)" }
                        ?? "none"
                }
            ),
            ("dropout", { NumberText.short($0.dropout) }),
        ]
        rows = describe.map { Row(name: $0.0, value: $0.1(config), baseline: $0.1(baseline)) }
            .filter { $0.value != Self.none || $0.isChanged }
    }

    private static let none = "–"

    /// What holds in all stages, or each stage's.
    private static func text<Value>(_ values: PerStage<Value>, _ text: (Value) -> String) -> String {
        values.map(text).uniform ?? values.map(text).values.joined(separator: ", ")
    }

    private static func gaussian(_ config: VGNetConfig, _ text: (FixedGaussian) -> String) -> String {
        Self.text(config.downsampling) { $0.gaussian.map(text) ?? none }
    }

    private static func text(_ kernels: DownsamplingKernels) -> String {
        switch kernels {
        case .learnable: "learnable"
        case .gaussian: "fixed Gaussian"
        case .hybrid(let share, _): "fixed Gaussian for \(NumberFormat.share(share)) of the channels"
        }
    }
}

extension Activation {
    /// As the field writes it.
    var title: String {
        switch self {
        case .relu: "ReLU"
        case .silu: "SiLU"
        }
    }
}
