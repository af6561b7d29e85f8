import Diagnostics
import Files
import Architectures

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The networks whose checkpoints lie in a folder.
public struct CheckpointShelf: Sendable {
    /// Recognised networks, by file name.
    public let networks: [ConvNetwork]
    /// One sentence for each checkpoint that could not be used.
    public let skipped: [String]
    /// The first picture in the folder, for feature maps.
    public let picture: String?

    /// Opens every checkpoint of `folder` (not of folders inside it); what cannot be used is passed over and said.
    ///
    /// `progress` is called after each file; what it throws ends the work.
    /// Throws `gallery.noFolder`.
    public init(folder: String, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }) throws {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw KernelVizError(
                code: "gallery.noFolder", subject: folder, found: "no folder that can be read",
                expected: "a folder of checkpoints", advice: "Name one with --weights")
        }
        let sorted = names.sorted()
        let extensions = ["h5", "hdf5", "keras", "safetensors", "npz", "pt", "pth", "onnx"]
        let checkpoints = sorted.filter { extensions.contains(FilePaths.fileExtension(of: $0)) }
        var (networks, skipped): ([ConvNetwork], [String]) = ([], [])
        for (done, name) in checkpoints.enumerated() {
            do {
                let network = try ConvNetwork.open("\(folder)/\(name)")
                if network.family == nil {
                    skipped.append("\(name) is left out: \(network.recognition)")
                } else {
                    networks.append(network)
                }
            } catch let error as KernelVizError {
                skipped.append("\(name) is left out: \(error)")
            }
            try progress(done + 1, checkpoints.count)
        }
        self.networks = networks
        self.skipped = skipped
        picture = sorted.first { ["png", "jpg", "jpeg"].contains(FilePaths.fileExtension(of: $0)) }
            .map { "\(folder)/\($0)" }
    }

    /// Networks that were opened before.
    public init(networks: [ConvNetwork], picture: String? = nil) {
        (self.networks, skipped, self.picture) = (networks, [], picture)
    }
}
