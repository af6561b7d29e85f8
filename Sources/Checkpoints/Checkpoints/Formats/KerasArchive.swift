import Archives
import Diagnostics
import Files
import HDF5

/// Reads Keras 3's `.keras` archives: `config.json` describes the model, `model.weights.h5` holds the weights.
enum KerasArchive {
    /// The longest description that is read.
    static let maximumConfigBytes = 1 << 27

    static func isOne(_ archive: ZipArchive) -> Bool {
        archive.member("config.json") != nil && archive.member("model.weights.h5") != nil
    }

    static func open(_ archive: ZipArchive) throws -> Checkpoint {
        guard let weights = archive.member("model.weights.h5"), let config = archive.member("config.json") else {
            throw KernelVizError(
                code: "weights.brokenKeras", subject: archive.path, found: "lacks its model.weights.h5",
                advice: "Save the model again")
        }
        let text = String(
            validating: try archive.bytes(of: config, limitBytes: maximumConfigBytes), as: UTF8.self)
        let file = try HDF5File(bytes: try archive.bytes(of: weights), path: archive.path)
        return try HDF5Checkpoint.open(
            file, path: archive.path, files: [archive.path], format: "Keras archive", config: text,
            version: try version(archive))
    }

    /// The version that wrote the archive; nil where it does not say.
    private static func version(_ archive: ZipArchive) throws -> String? {
        guard let metadata = archive.member("metadata.json") else { return nil }
        let text = String(
            validating: try archive.bytes(of: metadata, limitBytes: maximumConfigBytes), as: UTF8.self)
        return text.flatMap(JSONTree.init(parsing:))?["keras_version"]?.string
    }
}
