import CHDF5
import Diagnostics

/// Reads stored types and shapes; used inside the lock only.
enum ElementType {
    /// Lists an open data set: its shape, its type and its place in a file of so many bytes; nil for one in memory.
    static func describe(_ dataset: hid_t, filePath: String, path: String, fileBytes: Int?) throws -> HDF5Dataset {
        let subject = HDF5File.subject(filePath, path)
        let type = try HDF5Library.check(H5Dget_type(dataset), "hdf5.unreadable", subject, "its type cannot be read")
        defer { H5Tclose(type) }
        let space = try HDF5Library.check(H5Dget_space(dataset), "hdf5.unreadable", subject, "its shape cannot be read")
        defer { H5Sclose(space) }
        let (dtype, kind) = name(type)
        let dimensions = try dimensions(space, subject: subject)
        let isPlain = kind == .numeric && isLittleEndian(type, dtype)
        return HDF5Dataset(
            path: path, dimensions: dimensions, dtype: dtype, kind: kind,
            plainOffset: isPlain ? fileBytes.flatMap { plainOffset(dataset, type, dimensions, fileBytes: $0) } : nil)
    }

    /// Whether elements called `dtype` are stored as memory holds them.
    private static func isLittleEndian(_ stored: hid_t, _ dtype: String) -> Bool {
        guard let type = littleEndian(dtype) else { return false }
        defer { H5Tclose(type) }
        return H5Tequal(stored, type) > 0
    }

    /// The byte at which elements begin that lie in one piece, unfiltered, in this file.
    private static func plainOffset(_ dataset: hid_t, _ type: hid_t, _ dimensions: [Int], fileBytes: Int) -> Int? {
        var byteCount = H5Tget_size(type)
        for length in dimensions {
            let (product, overflow) = byteCount.multipliedReportingOverflow(by: length)
            guard !overflow else { return nil }
            byteCount = product
        }
        let list = H5Dget_create_plist(dataset)
        guard list >= 0 else { return nil }
        defer { H5Pclose(list) }
        guard byteCount > 0, H5Pget_layout(list) == H5D_CONTIGUOUS, H5Pget_nfilters(list) == 0,
            H5Pget_external_count(list) == 0, Int(exactly: H5Dget_storage_size(dataset)) == byteCount,
            let offset = Int(exactly: H5Dget_offset(dataset)), offset > 0, offset <= fileBytes - byteCount
        else { return nil }
        return offset
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
        case H5T_ENUM: return isBoolean(type) ? ("bool", .numeric) : ("enum", .other)
        case H5T_COMPOUND: return ("compound", .other)
        case H5T_VLEN: return ("object", .other)
        case H5T_ARRAY: return ("array", .other)
        case H5T_REFERENCE: return ("reference", .other)
        default: return ("opaque", .other)
        }
    }

    /// Whether a type is h5py's Boolean: one byte, FALSE and TRUE.
    private static func isBoolean(_ type: hid_t) -> Bool {
        guard H5Tget_size(type) == 1, H5Tget_nmembers(type) == 2 else { return false }
        let names = (0..<2).map { index -> String in
            guard let name = H5Tget_member_name(type, UInt32(index)) else { return "" }
            defer { H5free_memory(name) }
            return String(cString: name)
        }
        return names == ["FALSE", "TRUE"]
    }

    /// The type in memory for elements called `dtype`, little-endian; nil for one that has no such form. To be closed.
    static func littleEndian(_ dtype: String) -> hid_t? {
        switch dtype {
        case "bool": return boolean()
        case "bfloat16": return brainFloat()
        case "float16": return halfFloat()
        case "float32": return H5Tcopy(kv_H5T_IEEE_F32LE())
        case "float64": return H5Tcopy(kv_H5T_IEEE_F64LE())
        default:
            let isSigned = dtype.hasPrefix("int")
            guard isSigned || dtype.hasPrefix("uint"), let bits = Int(dtype.drop { !$0.isNumber }),
                [8, 16, 32, 64].contains(bits)
            else { return nil }
            let type = H5Tcopy(kv_H5T_STD_I64LE())
            H5Tset_size(type, bits / 8)
            H5Tset_sign(type, isSigned ? H5T_SGN_2 : H5T_SGN_NONE)
            return type
        }
    }

    /// IEEE half precision: 1 sign, 5 exponent and 10 fraction bits.
    private static func halfFloat() -> hid_t { shortFloat(exponentBits: 5, fractionBits: 10, bias: 15) }

    /// bfloat16: the upper half of a float32.
    private static func brainFloat() -> hid_t { shortFloat(exponentBits: 8, fractionBits: 7, bias: 127) }

    private static func shortFloat(exponentBits: Int, fractionBits: Int, bias: Int) -> hid_t {
        let type = H5Tcopy(kv_H5T_IEEE_F32LE())
        H5Tset_fields(type, 15, fractionBits, exponentBits, 0, fractionBits)
        H5Tset_size(type, 2)
        H5Tset_ebias(type, bias)
        return type
    }

    /// h5py's Boolean.
    private static func boolean() -> hid_t {
        let type = H5Tenum_create(kv_H5T_STD_I8LE())
        for (value, name) in ["FALSE", "TRUE"].enumerated() {
            var byte = Int8(value)
            H5Tenum_insert(type, name, &byte)
        }
        return type
    }
}
