import Checkpoints
import Diagnostics
import Engine
import Evaluation
import Files
import Tensors

/// Writes a network as one file, in the format that the file's name says, and reads it back before it gets that name.
public struct NetworkFile: Sendable {
    /// The formats that hold any network.
    public enum Format: String, Sendable, CaseIterable {
        /// A graph with its weights (`.onnx`).
        case onnx
        /// A state dict with the graph as a description (`.safetensors`).
        case safetensors
        /// The same as HDF5 (`.h5`, `.hdf5`).
        case hdf5 = "HDF5"
    }

    /// The largest difference of logits between the network and its file, as a part of the largest logit.
    private static let tolerance: Float = 1e-5

    /// The file.
    public let path: String
    /// How it is written.
    public let format: Format

    /// Names a file; throws `export.badFormat` for a name that ends in no format's way, and for a folder.
    public init(path: String) throws {
        self.path = path
        let name = path.lowercased()
        if name.hasSuffix(".onnx") {
            format = .onnx
        } else if name.hasSuffix(".safetensors") {
            format = .safetensors
        } else if name.hasSuffix(".h5") || name.hasSuffix(".hdf5") {
            format = .hdf5
        } else {
            throw KernelVizError(
                code: "export.badFormat", subject: path, found: "a name that says no format",
                expected: "a file ending in .onnx, .safetensors, .h5 or .hdf5",
                advice: "A PyTorch project holds designs of VGNets alone, whose widths follow from a config")
        }
    }

    /// Writes the network, whole or not at all.
    ///
    /// Throws `export.notTheSame` where the file gives other logits than the network, and the errors of writing and of
    /// reading back.
    public func write(_ network: RunnableNetwork, overwriting: AtomicFile.Overwriting = .refuse) throws {
        let metadata = ModelMetadata(network.description, config: network.config)
        try AtomicFile.write(to: path, overwriting: overwriting) { temporary in
            try write(network, metadata, to: temporary)
            try verify(network, temporary)
        }
    }

    private func write(_ network: RunnableNetwork, _ metadata: ModelMetadata, to path: String) throws {
        switch format {
        case .onnx:
            let exporter = ONNXExporter(
                imageShape: [network.inputChannels, network.inputSize, network.inputSize], batch: .dynamic)
            try exporter.write(network.graph, metadata: metadata, to: path)
        case .safetensors:
            try SafetensorsWriter.write(StateDict(graph: network.graph), metadata: metadata, to: path)
        case .hdf5: try StateDictHDF5Writer.write(StateDict(graph: network.graph), metadata: metadata, to: path)
        }
    }

    /// Compares the logits of a file with those of the network that it was written from, on an image of noise.
    private func verify(_ network: RunnableNetwork, _ temporary: String) throws {
        let written = try RunnableNetwork(checkpoint: temporary, inputSize: network.inputSize)
        let input = try NetworkInput.random(seed: 1).tensor(for: network)
        let expected = try ExecutionPlan(network.graph, inputShape: input.shape).run(input)
        let found = try ExecutionPlan(written.graph, inputShape: input.shape).run(input)
        let largest = expected.scalars.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
        let isSame =
            expected.scalars.count == found.scalars.count
            && zip(expected.scalars, found.scalars).allSatisfy { abs($0 - $1) <= Self.tolerance * largest }
        guard isSame else {
            throw KernelVizError(
                code: "export.notTheSame", subject: path, found: "read back it gives other logits than the network",
                expected: "the same to \(Self.tolerance) of the largest",
                advice: "Choose another format; nothing was written")
        }
    }
}
