import Diagnostics
import Files

/// Writes a state dict as a safetensors file: float32, tensors in network order, metadata in the header.
///
/// Eight bytes with the header's length, the header as JSON padded by spaces to a multiple of eight, then the numbers
/// without gaps. The same state dict gives the same bytes.
///
/// Source: https://github.com/huggingface/safetensors, section "Format".
public enum SafetensorsWriter {
    /// The largest header that the safetensors library reads.
    static let headerLimitBytes = 100_000_000

    /// The whole file; `metadata` goes into `__metadata__`, with `format: pt` for readers that look for it.
    ///
    /// Throws `export.badName` for a tensor called `__metadata__`, `export.tooLarge` for a header above 100 MB.
    public static func bytes(of stateDict: StateDict, metadata: ModelMetadata) throws -> [UInt8] {
        let header = try header(of: stateDict, metadata: metadata)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + stateDict.entries.reduce(0) { $0 + 4 * $1.tensor.scalars.count })
        LittleEndian.append(UInt64(header.count), to: &bytes)
        bytes += header
        for entry in stateDict.entries { LittleEndian.append(entry.tensor.scalars, to: &bytes) }
        return bytes
    }

    /// Writes the file, whole or not at all; throws as ``bytes(of:metadata:)`` and `AtomicFile` do.
    public static func write(
        _ stateDict: StateDict, metadata: ModelMetadata, to path: String,
        overwriting: AtomicFile.Overwriting = .replace
    ) throws {
        try AtomicFile.write(bytes(of: stateDict, metadata: metadata), to: path, overwriting: overwriting)
    }

    private static func header(of stateDict: StateDict, metadata: ModelMetadata) throws -> [UInt8] {
        let properties = [(key: "format", value: "pt")] + metadata.properties
        let pairs = properties.map { "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))" }
        var members = ["\"__metadata__\":{\(pairs.joined(separator: ","))}"]
        var offset = 0
        for entry in stateDict.entries {
            guard entry.name != "__metadata__" else {
                throw KernelVizError(
                    code: "export.badName", subject: metadata.name, found: "a tensor called '__metadata__'",
                    expected: "any other name: safetensors keeps this one for itself")
            }
            let end = offset + 4 * entry.tensor.scalars.count
            let shape = entry.tensor.shape.dimensions.map(String.init).joined(separator: ",")
            members.append(
                "\(JSONText.quoted(entry.name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
            )
            offset = end
        }
        var header = Array("{\(members.joined(separator: ","))}".utf8)
        header += Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
        guard header.count <= headerLimitBytes else {
            throw KernelVizError(
                code: "export.tooLarge", subject: metadata.name, found: "a safetensors header of \(header.count) bytes",
                expected: "at most \(headerLimitBytes)", advice: "Shorten the class names or write HDF5")
        }
        return header
    }
}
