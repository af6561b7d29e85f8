import CHDF5
import Diagnostics

extension HDF5File {
    /// Reads some rows (places along the first axis) of a data set of numbers, converted to float32, row-major.
    ///
    /// The data set may be larger than memory; the rows must lie inside it.
    /// Throws as ``floats(_:)``, or `hdf5.noRows` where there are no such rows.
    public func floats(_ dataset: String, rows: Range<Int>) throws -> [Float] {
        try reading(dataset, limit: .max) { identifier, info, count, subject in
            guard info.kind == .numeric else {
                throw KernelVizError(
                    code: "hdf5.notNumeric", subject: subject, found: "holds \(info.dtype)", expected: "numbers")
            }
            guard let length = info.dimensions.first, rows.lowerBound >= 0, rows.upperBound <= length, length > 0,
                rows.count * (count / length) <= Self.maximumElements
            else {
                throw KernelVizError(
                    code: "hdf5.noRows", subject: subject, found: "\(info.dimensions.first ?? 0) rows",
                    expected: "rows \(rows.lowerBound) to \(rows.upperBound - 1)")
            }
            var elements = [Float](repeating: 0, count: rows.count * (count / length))
            if elements.isEmpty { return elements }
            let space = try HDF5Library.check(
                H5Dget_space(identifier), "hdf5.unreadable", subject, "its shape cannot be read")
            defer { H5Sclose(space) }
            let start = [hsize_t(rows.lowerBound)] + info.dimensions.dropFirst().map { _ in 0 }
            let extent = [hsize_t(rows.count)] + info.dimensions.dropFirst().map { hsize_t($0) }
            try HDF5Library.check(
                H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nil, extent, nil), "hdf5.unreadable", subject,
                "its rows cannot be chosen")
            let memory = try HDF5Library.check(
                H5Screate_simple(Int32(extent.count), extent, nil), "hdf5.unreadable", subject,
                "its rows cannot be chosen")
            defer { H5Sclose(memory) }
            let status = elements.withUnsafeMutableBytes {
                H5Dread(identifier, kv_H5T_NATIVE_FLOAT(), memory, space, kv_H5P_DEFAULT(), $0.baseAddress)
            }
            try HDF5Library.check(status, "hdf5.unreadable", subject, "its data cannot be read")
            return elements
        }
    }

    /// Reads the first row of a data set of variable-length byte strings, as PyTables stores pickled objects.
    ///
    /// Nil where the data set is something else, is empty, or its row is longer than `limit` bytes.
    /// Throws `hdf5.noObject` or `hdf5.unreadable`.
    public func variableBytes(_ dataset: String, limit: Int = 1 << 26) throws -> [UInt8]? {
        try reading(dataset) { identifier, info, count, subject in
            let type = try HDF5Library.check(
                H5Dget_type(identifier), "hdf5.unreadable", subject, "its type cannot be read")
            defer { H5Tclose(type) }
            guard count == 1, H5Tget_class(type) == H5T_VLEN else { return nil }
            let base = try HDF5Library.check(
                H5Tget_super(type), "hdf5.unreadable", subject, "its type cannot be read")
            defer { H5Tclose(base) }
            guard H5Tget_class(base) == H5T_INTEGER, H5Tget_size(base) == 1 else { return nil }
            var row = hvl_t(len: 0, p: nil)
            let status = H5Dread(identifier, type, kv_H5S_ALL(), kv_H5S_ALL(), kv_H5P_DEFAULT(), &row)
            try HDF5Library.check(status, "hdf5.unreadable", subject, "its data cannot be read")
            defer { H5free_memory(row.p) }
            guard row.len > 0, row.len <= limit, let start = row.p else { return nil }
            return Array(UnsafeRawBufferPointer(start: start, count: row.len))
        }
    }
}
