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
    /// What is written beside the tensors.
    let attributes: [String: String]
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
        try HDF5Writer.write(to: temporary) { writer in
            for plan in plans {
                let type = Self.isByte(plan.type) ? .uint8 : plan.type
                try writer.write(
                    bytes: produce(plan), dtype: type.rawValue, dimensions: plan.shape.dimensions, to: plan.name)
                if type != plan.type {
                    try writer.setAttribute(HDF5Checkpoint.typeAttribute, of: plan.name, to: plan.type.rawValue)
                }
            }
            for (key, value) in attributes.sorted(by: { $0.key < $1.key }) {
                try writer.setAttribute(key, to: value)
            }
        }
    }

    /// Floating-point numbers of 8 bits, which HDF5's and NumPy's readers lack: written as bytes with the type beside.
    private static func isByte(_ type: NumberType) -> Bool { type == .float8e4m3 || type == .float8e5m2 }

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
        if !attributes.isEmpty {
            let pairs = try attributes.sorted { $0.key < $1.key }.map { key, value in
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
        var notes: [String] = []
        try ZipWriter.write(to: temporary) { writer in
            for plan in plans {
                let type = Self.isByte(plan.type) ? .uint8 : plan.type
                guard let header = ArrayHeader.bytes(type: type, shape: plan.shape) else { continue }
                try writer.add("\(plan.name).npy", sizeBytes: header.count + plan.byteCount) {
                    header + (try produce(plan))
                }
            }
            let bytes = plans.filter { Self.isByte($0.type) }
            var attributes = attributes
            var comment = try NumPyCheckpoint.comment(attributes, types: bytes.map { ($0.name, $0.type.rawValue) })
            // The longest first: the texts of which the network's description was made, then that.
            for key in ["model_config", "training_config", "training_state", NetworkDescription.key]
            where comment.utf8.count > Self.maximumCommentBytes {
                guard let text = attributes.removeValue(forKey: key) else { continue }
                notes.append(
                    "'\(key)' (\(text.utf8.count) bytes) was left out: an .npz file can hold "
                        + "\(Self.maximumCommentBytes) bytes of metadata"
                        + (key == NetworkDescription.key ? "; the network cannot be run by this file's own word." : ".")
                )
                comment = try NumPyCheckpoint.comment(attributes, types: bytes.map { ($0.name, $0.type.rawValue) })
            }
            if comment.utf8.count > Self.maximumCommentBytes {
                notes.append(
                    "\(comment.utf8.count) bytes of metadata were left out: an .npz file can hold "
                        + "\(Self.maximumCommentBytes).")
                comment = try NumPyCheckpoint.comment([:], types: bytes.map { ($0.name, $0.type.rawValue) })
            }
            if !comment.isEmpty, comment.utf8.count <= Self.maximumCommentBytes { try writer.setComment(comment) }
        }
        return notes
    }
}
