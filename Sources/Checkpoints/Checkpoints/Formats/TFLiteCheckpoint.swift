import Diagnostics
import Files
import Tensors

/// Reads the weights of a TensorFlow Lite model, quantised ones as numbers, and what the network computes.
enum TFLiteCheckpoint {
    /// The schema's offsets have 32 bits.
    static let maximumBytes = 1 << 32

    /// Whether the first bytes are those of a model: the file identifier behind the root's offset.
    static func isOne(_ head: [UInt8]) -> Bool { head.count >= 8 && head[4..<8].elementsEqual("TFL3".utf8) }

    static func open(_ path: String) throws -> Checkpoint {
        let bytes = try InputFile.bytes(path, limitBytes: maximumBytes)
        let model: TFLiteModel
        let reader: TFLiteGraphReader
        do {
            model = try TFLiteModel(bytes)
            reader = try TFLiteGraphReader(model, path: path)
        } catch is FlatBuffer.Malformed {
            throw KernelVizError(
                code: "weights.brokenTFLite", subject: path, found: "damaged TensorFlow Lite model",
                advice: "Copy or download it again")
        }
        let variables = TFLiteVariables(tensors: model.tensors, operators: model.operators, inputs: model.inputs)
        if let error = variables.error(path) { throw error }
        var entries: [Checkpoint.Entry] = []
        var tensors: [String: TFLiteTensor] = [:]
        for (name, use) in reader.uses {
            tensors[name] = use.tensor
            entries.append(
                Checkpoint.Entry(
                    name: name, shape: use.tensor.shape, dtype: use.tensor.recipe.type.rawValue, module: use.module,
                    parameter: use.parameter, axes: use.axes, note: use.tensor.recipe.note))
        }
        for (place, name) in reader.names.enumerated() where tensors[name] == nil && !reader.hidden.contains(place) {
            guard let tensor = reader.constants[place] else { continue }
            tensors[name] = tensor
            entries.append(
                Checkpoint.Entry(
                    name: name, shape: tensor.shape, dtype: tensor.recipe.type.rawValue, note: tensor.recipe.note))
        }
        let graph = reader.graph
        var facts = graph.facts(entries)
        facts.inputSize = reader.inputSize
        return Checkpoint(
            path: path, format: "TensorFlow Lite", files: [path], entries: entries,
            attributes: attributes(model, reader, path), model: facts,
            notes: reader.notes + (variables.note.map { [$0] } ?? []),
            source: TFLiteSource(path: path, tensors: tensors))
    }

    private static func attributes(
        _ model: TFLiteModel, _ reader: TFLiteGraphReader, _ path: String
    ) -> [String: String] {
        var result: [String: String] = [:]
        if let text = model.text, !text.isEmpty { result["description"] = text }
        let metadata = model.metadata.map { TFLiteMetadata(Array(model.buffer.bytes[$0])) } ?? TFLiteMetadata()
        result["class_names"] = metadata.classNames(path, model.buffer.bytes)
        guard let place = model.inputs.first, place >= 0, let planes = model.tensors[place].lengths.last else {
            return result
        }
        let input = model.tensors[place]
        var formula = metadata.words(planes: planes)
        if formula == nil, input.type == 3, let scales = input.scales, scales.scales.count == 1 {
            // Pixels are the quantised numbers themselves.
            formula = TFLiteMetadata.words(scales.zeros.isEmpty ? [0] : scales.zeros, scales.scales, planes: planes)
        }
        if let formula {
            result["input"] = (["RGB"] + (reader.inputSize.map { ["\($0)"] } ?? []) + [formula]).joined(separator: " ")
        }
        return result
    }
}
