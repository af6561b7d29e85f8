import Classification
import Statistics

extension ClassificationReport {
    /// One line a layer, then one a tensor that was left out, with a header; names fit for data frames, fields quoted where they must be (RFC 4180).
    public var csv: String {
        let labels = KernelLabel.allCases
        var header = [
            "checkpoint", "sha256", "family", "layer_number", "layer_name", "size", "stride", "role", "connectivity",
            "kernels",
        ]
        header += labels.map { "\($0.rawValue)_count" } + labels.map { "\($0.rawValue)_share" }
        header += labels.flatMap { ["\($0.rawValue)_low", "\($0.rawValue)_high"] }
        header += ["dc_gain", "sigma_pixels", "uncertain_count", "non_finite_count", "structure_score"]
        header += ["sigma_p5", "sigma_p25", "sigma_p75", "sigma_p95"]
        header += SpectralClass.allCases.map {
            $0.rawValue.split(separator: "-").joined(separator: "_") + "_count"
        }
        header += [
            "sparsity", "variance_entropy", "normalised_entropy", "zero_gap_decades", "mixture_components",
            "blueprint_explained_variance", "blueprint_explained_above_chance", "salience", "salient_above_chance",
        ]
        var text = CSVText.line(header)
        for layer in statistics.layers {
            var fields = identity(layer) + ["\(layer.counts.total)"]
            fields += labels.map { "\(layer.counts[$0])" } + labels.map { "\(layer.counts.share($0))" }
            fields += labels.flatMap { ["\(layer.interval($0).low)", "\(layer.interval($0).high)"] }
            fields += [
                "\(layer.medianDCGain)", CSVText.field(layer.medianSigmaPixels), "\(layer.uncertainCount)",
                "\(layer.nonFiniteCount)", CSVText.field(layer.structure?.score),
            ]
            let sigma = layer.sigmaQuantiles
            fields += [sigma?.p5, sigma?.p25, sigma?.p75, sigma?.p95].map { CSVText.field($0) }
            fields += layer.spectralCounts.map { "\($0.count)" }
            fields += [
                CSVText.field(layer.diversity?.sparsity), CSVText.field(layer.diversity?.varianceEntropy),
                CSVText.field(layer.diversity?.normalisedEntropy), CSVText.field(layer.zeroGap?.decades),
                CSVText.field(layer.mixture?.components.count),
                CSVText.field(layer.blueprint?.medianExplainedVariance),
                CSVText.field(layer.blueprint?.explainedAboveChance), CSVText.field(layer.blueprint?.medianSalience),
                CSVText.field(layer.blueprint?.salientAboveChance),
            ]
            text += CSVText.line(fields)
        }
        // What is no layer has a line all the same: its kernels, no labels.
        for tensor in statistics.network.leftOut {
            let checkpoint = statistics.network.checkpoint
            let fields = [
                checkpoint.path, checkpoint.sha256, statistics.network.family ?? "", "", tensor.name,
                tensor.extents.map(String.init).joined(separator: "x"), "", "left out: \(tensor.reason.rawValue)", "",
                "\(tensor.kernels)",
            ]
            text += CSVText.line(fields + Array(repeating: "", count: header.count - fields.count))
        }
        return text
    }

    /// One line a kernel, with a header: label, shape, parameters and evidence.
    public var kernelCSV: String {
        var text = CSVText.line([
            "checkpoint", "sha256", "family", "layer_number", "layer_name", "size", "stride", "role", "connectivity",
            "output_channel", "input_channel", "label", "shape", "fit", "weight_fit", "margin", "null_probability",
            "stability", "sigma_pixels", "sigma_major_pixels", "sigma_minor_pixels", "angle_degrees", "polarity",
            "offset_x", "offset_y", "dc_gain", "spectral_class", "relative_spread", "nearest", "second_nearest",
        ])
        for layer in statistics.layers {
            let inputs = max(1, layer.layer.weightShape[1])
            for (index, kernel) in layer.classifications.enumerated() {
                var fields = identity(layer) + ["\(index / inputs)", "\(index % inputs)"]
                fields += [
                    kernel.label.rawValue, kernel.subLabel, "\(kernel.fit)", "\(kernel.weightFit)",
                    "\(kernel.margin)", "\(kernel.nullProbability)", CSVText.field(kernel.stability),
                    CSVText.field(kernel.sigmaPixels), CSVText.field(kernel.axes?.major),
                    CSVText.field(kernel.axes?.minor), CSVText.field(kernel.angleDegrees), "\(kernel.polarity)",
                    CSVText.field(kernel.offset?.x), CSVText.field(kernel.offset?.y), "\(kernel.dcGain)",
                    kernel.spectralClass.rawValue, "\(kernel.relativeSpread)",
                    kernel.nearest?.rawValue ?? "", kernel.secondNearest?.rawValue ?? "",
                ]
                text += CSVText.line(fields)
            }
        }
        return text
    }

    private func identity(_ layer: LayerStatistics) -> [String] {
        let checkpoint = statistics.network.checkpoint
        return [
            checkpoint.path, checkpoint.sha256, statistics.network.family ?? "", CSVText.field(layer.layer.number),
            layer.layer.name, "\(layer.layer.kernelHeight)", layer.layer.strideText?.replacing("×", with: "x") ?? "",
            layer.layer.role.rawValue, layer.layer.connectivity.description,
        ]
    }
}

/// Lines of comma-separated values as RFC 4180 has them, ended by a line feed.
enum CSVText {
    /// The fields, quoted where they hold a comma, a quote or a line end.
    static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\n" }

    /// The value in its shortest exact form; empty where it is missing.
    static func field(_ value: (some CustomStringConvertible)?) -> String { value.map { $0.description } ?? "" }

    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        return needsQuotes
            ? "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
            : field
    }
}
