import Diagnostics
import Engine
import Files
import Foundation
import HDF5
import Tensors

/// The depthwise kernels of a training by epoch: `snapshots/epoch-000.h5` before the first step, then one file an epoch.
///
/// Each is a checkpoint of the kernels alone, under the names that the net's own checkpoint has them.
public enum TrainingSnapshots {
    /// The folder inside a training's folder.
    public static let folderName = "snapshots"

    /// The spatial kernels of depthwise convolutions, in network order.
    static func kernels(of graph: Graph) -> [Graph.Parameter] {
        let found = Set(
            graph.nodes.compactMap { node -> String? in
                guard case .convolution(let convolution) = node.operation else { return nil }
                let shape = graph[convolution.weight].shape.dimensions
                guard shape.count == 4, shape[1] == 1, convolution.groups > 1, shape[2] == shape[3], shape[2] > 1 else {
                    return nil
                }
                return graph.name(of: convolution.weight)
            })
        return graph.parameters.filter { found.contains($0.name) }
    }

    /// Throws `training.noSnapshots` where a net has nothing to keep.
    static func check(_ graph: Graph, network: String) throws {
        guard kernels(of: graph).isEmpty else { return }
        throw KernelVizError(
            code: "training.noSnapshots", subject: network, found: "no learned depthwise N×N kernels",
            expected: "at least one layer of them for --snapshots", advice: "Train without --snapshots")
    }

    /// The file of an epoch; 0 is the start.
    static func path(epoch: Int, folder: String) -> String {
        let digits = String(epoch)
        return "\(folder)/\(folderName)/epoch-\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits).h5"
    }

    /// Writes the kernels that a net has after an epoch.
    static func write(_ graph: Graph, epoch: Int, network: String, folder: String) throws {
        try FolderWriter.prepare("\(folder)/\(folderName)")
        try HDF5Writer.write(to: path(epoch: epoch, folder: folder)) { writer in
            for parameter in kernels(of: graph) {
                try writer.write(
                    parameter.tensor.scalars, dimensions: parameter.tensor.shape.dimensions, to: parameter.name)
            }
            try writer.setAttribute("network", to: network)
            try writer.setAttribute("epoch", to: epoch)
        }
    }

    /// The snapshots in a training's folder, by epoch.
    ///
    /// Throws `training.noSnapshots` where there are none.
    public static func files(inFolder folder: String) throws -> [(epoch: Int, path: String)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(folderName)")) ?? []
        let found = names.compactMap { name -> (epoch: Int, path: String)? in
            guard name.hasPrefix("epoch-"), name.hasSuffix(".h5"), let epoch = Int(name.dropFirst(6).dropLast(3)) else {
                return nil
            }
            return (epoch, "\(folder)/\(folderName)/\(name)")
        }.sorted { $0.epoch < $1.epoch }
        guard !found.isEmpty else {
            throw KernelVizError(
                code: "training.noSnapshots", subject: folder, found: "no '\(folderName)/epoch-000.h5'",
                expected: "the folder of a training with snapshots", advice: "Train with --snapshots")
        }
        return found
    }
}
