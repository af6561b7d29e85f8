import Files
import HDF5

/// Writes a state dict as an HDF5 file: one float32 data set a tensor, groups along the module path.
///
/// "features.stem.0.weight" is the data set `/features/stem/0/weight`; the metadata are attributes of the root.
/// The same state dict gives the same bytes.
public enum StateDictHDF5Writer {
    /// Writes the file, whole or not at all.
    ///
    /// Throws `hdf5.writeFailed`, `files.exists` or `files.unwritable`.
    public static func write(
        _ stateDict: StateDict, metadata: ModelMetadata, to path: String,
        overwriting: AtomicFile.Overwriting = .replace
    ) throws {
        try HDF5Writer.write(to: path, overwriting: overwriting) { file in
            for entry in stateDict.entries {
                try file.write(
                    entry.tensor.scalars, dimensions: entry.tensor.shape.dimensions,
                    to: entry.name.replacing(".", with: "/"))
            }
            for property in metadata.properties { try file.setAttribute(property.key, to: property.value) }
        }
    }
}
