import Architectures
import Classification
import Statistics

extension ClassificationReport {
    /// One line a layer, then one a tensor that was left out, with a header; names fit for data frames, fields quoted where they must be (RFC 4180).
    public var csv: String {
        let network = statistics.network
        let columns = Self.identity(of: network) + Self.layerColumns
        var text = CSVText.header(columns)
        for layer in statistics.layers { text += CSVText.line(columns, layer) }
        // What is no layer has a line all the same: its kernels, no labels.
        for tensor in network.leftOut {
            let known = Self.leftOut(tensor, of: network)
            text += CSVText.line(columns.map { known[$0.name] ?? "" })
        }
        return text
    }

    /// One line a kernel, with a header: label, shape, parameters and evidence.
    public var kernelCSV: String {
        let columns = Self.identity(of: statistics.network).map { $0.of(\KernelRow.layer) } + Self.kernelColumns
        var text = CSVText.header(columns)
        for layer in statistics.layers {
            for (index, kernel) in layer.classifications.enumerated() {
                text += CSVText.line(columns, KernelRow(layer: layer, index: index, kernel: kernel))
            }
        }
        return text
    }

    private typealias Layer = CSVText.Column<LayerStatistics>
    private typealias Kernel = CSVText.Column<KernelRow>

    /// One kernel with its place.
    private struct KernelRow {
        let layer: LayerStatistics
        let index: Int
        let kernel: KernelClassification

        var inputs: Int { max(1, layer.layer.weightShape[1]) }
    }

    /// Which layer of which file a line is about.
    private static func identity(of network: NetworkFacts) -> [Layer] {
        [
            Layer("checkpoint") { _ in network.checkpoint.path },
            Layer("sha256") { _ in network.checkpoint.sha256 },
            Layer("family") { _ in network.family ?? "" },
            Layer("layer_number", optional: \.layer.number),
            Layer("layer_name", \.layer.name),
            Layer("size") { "\($0.layer.kernelHeight)" },
            Layer("stride") { $0.layer.strideText?.replacing("×", with: "x") ?? "" },
            Layer("role", \.layer.role.rawValue),
            Layer("connectivity", \.layer.connectivity.description),
        ]
    }

    /// What is known of a tensor that is no layer, by the names of the columns.
    private static func leftOut(_ tensor: LeftOutTensor, of network: NetworkFacts) -> [String: String] {
        [
            "checkpoint": network.checkpoint.path, "sha256": network.checkpoint.sha256,
            "family": network.family ?? "", "layer_name": tensor.name,
            "size": tensor.extents.map(String.init).joined(separator: "x"),
            "role": "left out: \(tensor.reason.rawValue)", "kernels": "\(tensor.kernels)",
        ]
    }

    /// What was found in a layer.
    private static var layerColumns: [Layer] {
        let labels = KernelLabel.allCases
        var columns = [Layer("kernels") { "\($0.counts.total)" }]
        columns += labels.map { label in Layer("\(label.rawValue)_count") { "\($0.counts[label])" } }
        columns += labels.map { label in Layer("\(label.rawValue)_share") { "\($0.counts.share(label))" } }
        columns += labels.flatMap { label in
            [
                Layer("\(label.rawValue)_low") { "\($0.interval(label).low)" },
                Layer("\(label.rawValue)_high") { "\($0.interval(label).high)" },
            ]
        }
        columns += [
            Layer("dc_gain") { "\($0.medianDCGain)" },
            Layer("sigma_pixels", optional: \.medianSigmaPixels),
            Layer("sigma_at_bound_count") { "\($0.summary.blursAtBound)" },
            Layer("uncertain_count") { "\($0.uncertainCount)" },
            Layer("non_finite_count") { "\($0.nonFiniteCount)" },
            Layer("structure_score", optional: \.structure?.score),
            Layer("sigma_p5", optional: \.sigmaQuantiles?.p5),
            Layer("sigma_p25", optional: \.sigmaQuantiles?.p25),
            Layer("sigma_p75", optional: \.sigmaQuantiles?.p75),
            Layer("sigma_p95", optional: \.sigmaQuantiles?.p95),
        ]
        columns += KernelShape.allCases.filter { $0.isNamed }.map { shape in
            let name = shape.rawValue.split(separator: "-").joined(separator: "_")
            return Layer("\(name)_count") { layer in "\(layer.shapeCounts.first { $0.shape == shape }?.count ?? 0)" }
        }
        columns += SpectralClass.allCases.map { spectralClass in
            let name = spectralClass.rawValue.split(separator: "-").joined(separator: "_")
            return Layer("\(name)_count") { layer in
                "\(layer.spectralCounts.first { $0.spectralClass == spectralClass }?.count ?? 0)"
            }
        }
        return columns + [
            Layer("sparsity", optional: \.diversity?.sparsity),
            Layer("variance_entropy", optional: \.diversity?.varianceEntropy),
            Layer("normalised_entropy", optional: \.diversity?.normalisedEntropy),
            Layer("zero_gap_decades", optional: \.zeroGap?.decades),
            Layer("mixture_components", optional: \.mixture?.components.count),
            Layer("blueprint_explained_variance", optional: \.blueprint?.medianExplainedVariance),
            Layer("blueprint_explained_above_chance", optional: \.blueprint?.explainedAboveChance),
            Layer("salience", optional: \.blueprint?.medianSalience),
            Layer("salient_above_chance", optional: \.blueprint?.salientAboveChance),
        ]
    }

    /// What was found of a kernel.
    private static var kernelColumns: [Kernel] {
        [
            Kernel("output_channel") { "\($0.index / $0.inputs)" },
            Kernel("input_channel") { "\($0.index % $0.inputs)" },
            Kernel("label", \.kernel.label.rawValue),
            Kernel("shape", \.kernel.subLabel),
            Kernel("fit") { "\($0.kernel.fit)" },
            Kernel("weight_fit") { "\($0.kernel.weightFit)" },
            Kernel("margin") { "\($0.kernel.margin)" },
            Kernel("null_probability") { "\($0.kernel.nullProbability)" },
            Kernel("stability", optional: \.kernel.stability),
            Kernel("probability", optional: \.kernel.probability),
            Kernel("second_label", optional: \.kernel.secondLabel?.rawValue),
            Kernel("second_probability", optional: \.kernel.secondProbability),
            Kernel("sigma_pixels", optional: \.kernel.sigmaPixels),
            // "true": wider than the size can show, and sigma_pixels empty; empty for what is no blur.
            Kernel("sigma_at_bound") { $0.kernel.label == .blur ? "\($0.kernel.sigmaBoundPixels != nil)" : "" },
            Kernel("sigma_major_pixels", optional: \.kernel.axes?.major),
            Kernel("sigma_major_at_bound", optional: \.kernel.axes?.isMajorAtBound),
            Kernel("sigma_minor_pixels", optional: \.kernel.axes?.minor),
            Kernel("angle_degrees", optional: \.kernel.angleDegrees),
            Kernel("polarity") { "\($0.kernel.polarity)" },
            Kernel("offset_x", optional: \.kernel.offset?.x),
            Kernel("offset_y", optional: \.kernel.offset?.y),
            Kernel("dc_gain") { "\($0.kernel.dcGain)" },
            Kernel("spectral_class", \.kernel.spectralClass.rawValue),
            Kernel("relative_spread") { "\($0.kernel.relativeSpread)" },
            Kernel("nearest", optional: \.kernel.nearest?.rawValue),
            Kernel("second_nearest", optional: \.kernel.secondNearest?.rawValue),
        ]
    }
}
