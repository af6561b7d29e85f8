import CHDF5
import Diagnostics

/// Reads fixed and variable-length strings of a data set or an attribute; used inside the lock only.
enum StringReader {
    /// The most bytes that fixed-length strings may take together.
    static let maximumBytes = 1 << 28

    /// Reads `count` strings: `storedType` opens the stored type, `transfer` reads into a buffer of a memory type.
    static func read(
        count: Int, subject: String, storedType: () -> hid_t,
        transfer: (_ type: hid_t, _ buffer: UnsafeMutableRawPointer) -> herr_t
    ) throws -> [String] {
        guard count > 0 else { return [] }
        let type = try HDF5Library.check(storedType(), "hdf5.unreadable", subject, "its type cannot be read")
        defer { H5Tclose(type) }
        return H5Tis_variable_str(type) > 0
            ? try variable(count, type, subject, transfer) : try fixed(count, type, subject, transfer)
    }

    private static func fixed(
        _ count: Int, _ type: hid_t, _ subject: String,
        _ transfer: (hid_t, UnsafeMutableRawPointer) -> herr_t
    ) throws -> [String] {
        let size = H5Tget_size(type)
        let (total, overflow) = size.multipliedReportingOverflow(by: count)
        guard size > 0, !overflow, total <= maximumBytes else {
            throw KernelVizError(
                code: "hdf5.tooLarge", subject: subject, found: "claims \(count) strings of \(size) bytes",
                expected: "at most \(maximumBytes) bytes of text")
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: total, alignment: 8)
        defer { buffer.deallocate() }
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        guard let base = buffer.baseAddress else { return [] }
        try HDF5Library.check(transfer(type, base), "hdf5.unreadable", subject, "its strings cannot be read")
        let padsWithSpaces = H5Tget_strpad(type) == H5T_STR_SPACEPAD
        return (0..<count).map { index in
            var bytes = buffer[index * size..<(index + 1) * size].prefix { $0 != 0 }
            while padsWithSpaces, bytes.last == UInt8(ascii: " ") { bytes = bytes.dropLast() }
            return StoredName.text(bytes).text
        }
    }

    private static func variable(
        _ count: Int, _ type: hid_t, _ subject: String,
        _ transfer: (hid_t, UnsafeMutableRawPointer) -> herr_t
    ) throws -> [String] {
        let buffer = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: count)
        buffer.initialize(repeating: nil, count: count)
        defer {
            for index in 0..<count { H5free_memory(buffer[index]) }
            buffer.deallocate()
        }
        try HDF5Library.check(transfer(type, buffer), "hdf5.unreadable", subject, "its strings cannot be read")
        return (0..<count).map { index in buffer[index].map { StoredName.text(StoredName.bytes($0)).text } ?? "" }
    }
}
