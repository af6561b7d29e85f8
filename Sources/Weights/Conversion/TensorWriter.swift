import Archives
import Diagnostics
import Files
import HDF5

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Writes planned tensors in one of the formats.
struct TensorWriter {
    /// The longest note that a zip archive can have.
    private static let maximumCommentBytes = 65_535

    let checkpoint: Checkpoint
    let plans: [TensorPlan]
    /// The path that the finished file will have, for errors.
    let path: String
    let temporary: String
    let record: WriteRecord

    /// Writes everything; returns what could not be kept, one sentence each.
    func write(_ format: CheckpointFormat) throws -> [String] {
        switch format {
        case .hdf5: try writeHDF5()
        case .safetensors: try writeSafetensors()
        case .npz: return try writeArchive()
        }
        return []
    }

    private func produce(_ plan: TensorPlan) throws -> [UInt8] {
        let bytes = try plan.bytes(from: checkpoint)
        try record.note(plan.name, bytes)
        return bytes
    }

    private func writeHDF5() throws {
        try checkTypes { HDF5File.plainTypes.contains($0.rawValue) }
        try HDF5Writer.write(to: temporary) { writer in
            for plan in plans {
                try writer.write(
                    bytes: produce(plan), dtype: plan.type.rawValue, dimensions: plan.shape.dimensions, to: plan.name)
            }
            for (key, value) in checkpoint.attributes.sorted(by: { $0.key < $1.key }) {
                try writer.setAttribute(key, to: value)
            }
        }
    }

    private func writeSafetensors() throws {
        let header = try safetensorsHeader()
        let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) }
        try AtomicFile.writePieces(to: temporary) { append in
            try append(length + header)
            for plan in plans { try append(try produce(plan)) }
        }
    }

    /// The JSON header, padded with spaces so that the tensors begin at a multiple of 8.
    private func safetensorsHeader() throws -> [UInt8] {
        var fields: [String] = []
        if !checkpoint.attributes.isEmpty {
            let pairs = try checkpoint.attributes.sorted { $0.key < $1.key }.map { key, value in
                "\(try Self.json(key)):\(try Self.json(value))"
            }
            fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var position = 0
        for plan in plans {
            guard let type = SafetensorsCheckpoint.types.first(where: { $0.type == plan.type })?.name else { continue }
            let lengths = plan.shape.dimensions.map(String.init).joined(separator: ",")
            let end = position + plan.byteCount
            fields.append(
                "\(try Self.json(plan.name)):{\"dtype\":\"\(type)\",\"shape\":[\(lengths)],"
                    + "\"data_offsets\":[\(position),\(end)]}")
            position = end
        }
        var header = Array("{\(fields.joined(separator: ","))}".utf8)
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        return header
    }

    private static func json(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }

    private func writeArchive() throws -> [String] {
        try checkTypes { ArrayHeader.bytes(type: $0, shape: []) != nil }
        var notes: [String] = []
        try ZipWriter.write(to: temporary) { writer in
            for plan in plans {
                guard let header = ArrayHeader.bytes(type: plan.type, shape: plan.shape) else { continue }
                try writer.add("\(plan.name).npy", sizeBytes: header.count + plan.byteCount) {
                    header + (try produce(plan))
                }
            }
            guard !checkpoint.attributes.isEmpty else { return }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let text = String(decoding: try encoder.encode(checkpoint.attributes), as: UTF8.self)
            if text.utf8.count <= Self.maximumCommentBytes {
                try writer.setComment(text)
            } else {
                notes.append(
                    "\(text.utf8.count) bytes of metadata were left out: an .npz file can hold "
                        + "\(Self.maximumCommentBytes).")
            }
        }
        return notes
    }

    private func checkTypes(_ isWritable: (NumberType) -> Bool) throws {
        guard let plan = plans.first(where: { !isWritable($0.type) }) else { return }
        throw KernelVizError(
            code: "weights.notWritten", subject: "\(checkpoint.path): \(plan.source.name)",
            found: "stored as \(plan.type), which this format lacks", advice: "Convert to .safetensors")
    }
}
