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
            let metadata = try NumPyCheckpoint.comment(attributes, types: bytes.map { ($0.name, $0.type.rawValue) })
            if metadata.utf8.count <= Self.maximumCommentBytes {
                if !metadata.isEmpty { try writer.setComment(metadata) }
                return
            }
            // An array of its own, which the note names.
            var name = "__metadata__"
            while plans.contains(where: { $0.name == name }) { name += "_" }
            let content = Array(metadata.utf8)
            guard let header = ArrayHeader.bytes(type: .uint8, shape: [content.count]) else { return }
            try writer.add("\(name).npy", sizeBytes: header.count + content.count) { header + content }
            try writer.setComment(try NumPyCheckpoint.pointer(to: name))
            notes.append(
                "\(content.count) bytes of metadata lie in an array of their own, '\(name)': an .npz file's note holds "
                    + "\(Self.maximumCommentBytes).")
        }
        return notes
    }
}
