import CHDF5
import Diagnostics

/// Reads stored types and shapes; used inside the lock only.
enum ElementType {
    /// Lists an open data set: its shape and its type.
    static func describe(_ dataset: hid_t, filePath: String, path: String) throws -> HDF5Dataset {
        let subject = HDF5File.subject(filePath, path)
        let type = try HDF5Library.check(H5Dget_type(dataset), "hdf5.unreadable", subject, "its type cannot be read")
        defer { H5Tclose(type) }
        let space = try HDF5Library.check(H5Dget_space(dataset), "hdf5.unreadable", subject, "its shape cannot be read")
        defer { H5Sclose(space) }
        let (dtype, kind) = name(type)
        return HDF5Dataset(
            path: path, dimensions: try dimensions(space, subject: subject), dtype: dtype, kind: kind)
    }

    /// The axes of a data space; `[0]` for one without elements, empty for a scalar.
    static func dimensions(_ space: hid_t, subject: String) throws -> [Int] {
        if H5Sget_simple_extent_type(space) == H5S_NULL { return [0] }
        let rank = try HDF5Library.check(
            H5Sget_simple_extent_ndims(space), "hdf5.unreadable", subject, "its shape cannot be read")
        guard rank > 0 else { return [] }
        var lengths = [hsize_t](repeating: 0, count: Int(rank))
        try HDF5Library.check(
            H5Sget_simple_extent_dims(space, &lengths, nil), "hdf5.unreadable", subject, "its shape cannot be read")
        return try lengths.map { length in
            guard let length = Int(exactly: length) else {
                throw KernelVizError(
                    code: "hdf5.tooLarge", subject: subject, found: "an axis of \(length) elements",
                    expected: "a tensor that fits into memory")
            }
            return length
        }
    }

    /// NumPy's name of a type, and how it can be read.
    static func name(_ type: hid_t) -> (dtype: String, kind: HDF5Dataset.Kind) {
        let size = H5Tget_size(type)
        switch H5Tget_class(type) {
        case H5T_FLOAT:
            var sign = 0, exponent = 0, exponentBits = 0, mantissa = 0, mantissaBits = 0
            H5Tget_fields(type, &sign, &exponent, &exponentBits, &mantissa, &mantissaBits)
            return (size == 2 && exponentBits == 8 ? "bfloat16" : "float\(size &* 8)", .numeric)
        case H5T_INTEGER:
            return ((H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int") + "\(size &* 8)", .numeric)
        case H5T_STRING: return (H5Tis_variable_str(type) > 0 ? "object" : "S\(size)", .string)
        case H5T_ENUM: return ("enum", .other)
        case H5T_COMPOUND: return ("compound", .other)
        case H5T_VLEN: return ("object", .other)
        case H5T_ARRAY: return ("array", .other)
        case H5T_REFERENCE: return ("reference", .other)
        default: return ("opaque", .other)
        }
    }
}
