import CHDF5
import Diagnostics

extension HDF5File {
    /// The most elements that one data set may hand over: 8 GiB of float32.
    static let maximumElements = 1 << 31
    /// How many times its stored length a data set can hold: deflate's limit.
    static let maximumExpansion = 1_100

    /// What a data set holds, without its elements; throws as ``floats(_:)``.
    public func describe(_ dataset: String) throws -> HDF5Dataset {
        try reading(dataset) { _, info, _, _ in info }
    }

    /// Reads a data set of numbers, converted to float32, row-major.
    ///
    /// Throws `hdf5.noObject`, `hdf5.notNumeric`, `hdf5.tooLarge`, `hdf5.otherFile` or `hdf5.unreadable`.
    public func floats(_ dataset: String) throws -> [Float] {
        try numbers(dataset, zero: Float(0), type: { kv_H5T_NATIVE_FLOAT() })
    }

    /// Reads a data set of numbers, converted to float64, row-major; throws as ``floats(_:)``.
    public func doubles(_ dataset: String) throws -> [Double] {
        try numbers(dataset, zero: Double(0), type: { kv_H5T_NATIVE_DOUBLE() })
    }

    /// Reads a data set of integers, converted to 64 bits, row-major; throws as ``floats(_:)``.
    public func integers(_ dataset: String) throws -> [Int64] {
        try numbers(dataset, zero: Int64(0), wanted: "integers", type: { kv_H5T_NATIVE_INT64() })
    }

    /// The names of number types whose elements ``bytes(_:)`` hands over as they are.
    public static let plainTypes = [
        "bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "bfloat16",
        "float32", "float64",
    ]

    /// Reads a data set of one of the ``plainTypes``: the elements little-endian, row-major, nothing converted.
    ///
    /// Throws as ``floats(_:)``.
    public func bytes(_ dataset: String) throws -> [UInt8] {
        try reading(dataset) { identifier, info, count, subject in
            guard info.kind == .numeric, Self.plainTypes.contains(info.dtype),
                let type = ElementType.littleEndian(info.dtype)
            else {
                throw KernelVizError(
                    code: "hdf5.notNumeric", subject: subject, found: "holds \(info.dtype)", expected: "plain numbers")
            }
            defer { H5Tclose(type) }
            let byteCount = count * H5Tget_size(type)
            if byteCount == 0 { return [] }
            return try [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, filled in
                let status = H5Dread(
                    identifier, type, kv_H5S_ALL(), kv_H5S_ALL(), kv_H5P_DEFAULT(), buffer.baseAddress)
                try HDF5Library.check(status, "hdf5.unreadable", subject, "its data cannot be read")
                filled = byteCount
            }
        }
    }

    /// Reads a data set of fixed or variable-length strings, row-major.
    ///
    /// Throws `hdf5.noObject`, `hdf5.notStrings`, `hdf5.tooLarge` or `hdf5.unreadable`.
    public func strings(_ dataset: String) throws -> [String] {
        try reading(dataset) { identifier, info, count, subject in
            guard info.kind == .string else {
                throw KernelVizError(
                    code: "hdf5.notStrings", subject: subject, found: "holds \(info.dtype)", expected: "strings")
            }
            return try StringReader.read(count: count, subject: subject) {
                H5Dget_type(identifier)
            } transfer: { type, buffer in
                H5Dread(identifier, type, kv_H5S_ALL(), kv_H5S_ALL(), kv_H5P_DEFAULT(), buffer)
            }
        }
    }

    private func numbers<Element: Sendable>(
        _ dataset: String, zero: Element, wanted: String = "numbers", type: () -> hid_t
    ) throws -> [Element] {
        try reading(dataset) { identifier, info, count, subject in
            guard info.kind == .numeric, wanted == "numbers" || info.dtype.contains("int") else {
                throw KernelVizError(
                    code: "hdf5.notNumeric", subject: subject, found: "holds \(info.dtype)", expected: wanted)
            }
            var elements = [Element](repeating: zero, count: count)
            if count == 0 { return elements }
            let status = elements.withUnsafeMutableBytes { buffer in
                H5Dread(identifier, type(), kv_H5S_ALL(), kv_H5S_ALL(), kv_H5P_DEFAULT(), buffer.baseAddress)
            }
            try HDF5Library.check(status, "hdf5.unreadable", subject, "its data cannot be read")
            return elements
        }
    }

    /// Opens a data set whose claimed size is plausible and whose bytes lie in this file, and hands it to `body`.
    ///
    /// `limit`: the most elements that it may claim.
    func reading<Result: Sendable>(
        _ dataset: String, limit: Int = HDF5File.maximumElements,
        _ body: (hid_t, HDF5Dataset, _ count: Int, _ subject: String) throws -> Result
    ) throws -> Result {
        let file = identifier
        let path = path
        let (sizeBytes, fileBytes) = (sizeBytes, isInMemory ? nil : sizeBytes)
        return try HDF5Library.locked {
            let subject = Self.subject(path, dataset)
            let access = try HDF5Library.check(kv_inside_file_only(), "hdf5.unreadable", subject, "cannot be read")
            defer { H5Pclose(access) }
            let opened = try HDF5Library.check(
                H5Dopen2(file, StoredName.path(dataset, in: file), access), "hdf5.noObject", subject, "no such data set"
            )
            defer { H5Dclose(opened) }
            try Self.checkOwnStorage(opened, subject)
            let info = try ElementType.describe(opened, filePath: path, path: dataset, fileBytes: fileBytes)
            let count = try Self.plausibleCount(info, limit: limit, sizeBytes: sizeBytes, subject)
            return try body(opened, info, count, subject)
        }
    }

    /// Refuses data sets that are views of other files.
    private static func checkOwnStorage(_ dataset: hid_t, _ subject: String) throws {
        let list = try HDF5Library.check(
            H5Dget_create_plist(dataset), "hdf5.unreadable", subject, "its storage cannot be read")
        defer { H5Pclose(list) }
        if H5Pget_layout(list) == H5D_VIRTUAL || H5Pget_external_count(list) > 0 {
            throw KernelVizError(
                code: "hdf5.otherFile", subject: subject, found: "its data lie in another file, which is never opened",
                advice: "Copy the data into one file, for example with h5repack")
        }
    }

    private static func plausibleCount(
        _ info: HDF5Dataset, limit: Int, sizeBytes: Int, _ subject: String
    ) throws -> Int {
        var count = 1
        for length in info.dimensions {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            count = overflow ? Int.max : product
        }
        guard count <= limit, count / maximumExpansion <= sizeBytes else {
            throw KernelVizError(
                code: "hdf5.tooLarge", subject: subject,
                found: "claims \(info.dimensions.map(String.init).joined(separator: "×")) elements "
                    + "in a file of \(sizeBytes) bytes",
                expected: "a tensor that fits into memory", advice: "The file is damaged; copy or download it again")
        }
        return count
    }
}
