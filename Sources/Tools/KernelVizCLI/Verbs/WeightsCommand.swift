import ArgumentParser
import KernelViz

/// `kernelviz weights inspect|convert|diff`.
struct WeightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weights",
        abstract: "Look into files of weights, convert and compare them.",
        discussion: """
            HDF5 (Keras 1 to 3, h5py), .keras, PyTorch .pth and .pt, .safetensors, .npz, .npy and .onnx; an index of \
            shards, or a folder whose files are one checkpoint. Files are recognised by their content.

            Examples:
              kernelviz weights inspect net.pth
              kernelviz weights diff before.h5 after.h5
            """,
        subcommands: [WeightsInspectCommand.self, WeightsConvertCommand.self, WeightsDiffCommand.self])
}
