import Diagnostics
import Engine
import Files
import ONNXSchema
import Tensors

/// Writes an engine graph as an ONNX model, opset 17.
///
/// Operations keep the graph's order, so a VGNet has its batch normalisation behind the activation, as in the paper.
/// Values and nodes are named as the graph's nodes, initializers by the keys of the state dict; there are no other
/// initializers. What only training needs (dropout) and what nothing reads is left out. The same graph gives the same
/// bytes.
public struct ONNXExporter: Sendable {
    /// How many images the model takes at once.
    public enum Batch: Sendable, Equatable {
        /// Always this many, at least one.
        case fixed(Int)
        /// Any number; the axis is called "batch".
        case dynamic
    }

    /// How a depthwise convolution with repeating kernels is written (SharedDWConv2d of VGNet).
    public enum SharedKernels: Sendable, Equatable {
        /// As a weight of one kernel a channel, repeated in the file: every runtime reads it.
        case repeated
        /// Once, as in the state dict, with a Concat that repeats it: exact parameter count; runtimes fold it away.
        case once
    }

    /// The ONNX operator set that is written.
    public static let opset = 17
    /// The name of the model's input, N×C×H×W float32.
    public static let inputName = "input"
    /// The name of the model's output, N×K for classifiers.
    public static let outputName = "logits"
    /// The largest model that ONNX's file format can hold in one file.
    static let limitBytes = Int(Int32.max)

    /// C×H×W of one image.
    public let imageShape: Shape
    /// How many images the model takes at once.
    public let batch: Batch
    /// How repeating kernels are written.
    public let sharedKernels: SharedKernels

    /// An exporter for images of C×H×W.
    public init(imageShape: Shape, batch: Batch = .fixed(1), sharedKernels: SharedKernels = .repeated) {
        self.imageShape = imageShape
        self.batch = batch
        self.sharedKernels = sharedKernels
    }

    /// The bytes of the model.
    ///
    /// Throws `export.badInput` for a batch below one, `engine.shape` where the graph does not fit, `export.noOutput` for an empty graph,
    /// `export.tooLarge` above 2 GiB.
    public func bytes(of graph: Graph, metadata: ModelMetadata) throws -> [UInt8] {
        let model = try model(of: graph, metadata: metadata)
        let parameterBytes = model.graph.initializer.reduce(0) { $0 + $1.rawData.count }
        guard parameterBytes < Self.limitBytes - (1 << 24) else {
            throw KernelVizError(
                code: "export.tooLarge", subject: metadata.name, found: "\(parameterBytes) bytes of parameters",
                expected: "less than 2 GiB in one ONNX file", advice: "Write safetensors or HDF5")
        }
        return try model.serializedBytes()
    }

    /// Writes the model to a file, whole or not at all; throws as ``bytes(of:metadata:)`` and `AtomicFile` do.
    public func write(
        _ graph: Graph, metadata: ModelMetadata, to path: String, overwriting: AtomicFile.Overwriting = .replace
    ) throws {
        try AtomicFile.write(bytes(of: graph, metadata: metadata), to: path, overwriting: overwriting)
    }

    private func model(of graph: Graph, metadata: ModelMetadata) throws -> ONNXModelProto {
        var images = 1
        if case .fixed(let count) = batch { images = count }
        guard images > 0, imageShape.rank == 3 else {
            throw KernelVizError(
                code: "export.badInput", subject: metadata.name, found: "\(images) images of \(imageShape)",
                expected: "at least one image of C×H×W")
        }
        let shapes = try graph.shapes(inputShape: Shape([images] + imageShape.dimensions))
        guard let output = graph.output else {
            throw KernelVizError(
                code: "export.noOutput", subject: metadata.name, found: "a graph without nodes",
                expected: "a network with a result")
        }
        var writer = ONNXGraphWriter(
            graph, shapes: shapes, batchName: batch == .dynamic ? "batch" : nil, sharedKernels: sharedKernels)
        writer.write(output: output)
        var model = ONNXModelProto()
        // The format version that came with opset 17 (ONNX 1.12).
        model.irVersion = 8
        var operators = ONNXOperatorSetIdProto()
        operators.version = Int64(Self.opset)
        model.opsetImport = [operators]
        model.producerName = "kernelviz"
        model.graph = writer.message
        model.graph.name = metadata.name.isEmpty ? "network" : metadata.name
        for property in metadata.withoutGraph.properties where property.key != "producer" {
            var entry = ONNXStringStringEntryProto()
            entry.key = property.key
            entry.value = property.value
            model.metadataProps.append(entry)
        }
        return model
    }
}
