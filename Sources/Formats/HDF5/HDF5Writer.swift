import CHDF5
import Diagnostics
import Files
import Glibc

/// Writes a new HDF5 file: data sets with their groups, and attributes.
///
/// The same calls give the same bytes. A file is seen whole or not at all: ``write(to:overwriting:body:)``. Memory holds
/// one data set at a time. Readers find data sets in the order in which they were written.
public struct HDF5Writer: ~Copyable, Sendable {
    /// The path that the finished file will have.
    public let path: String
    private var identifier: hid_t

    /// Writes a file beside `path`, then renames it there; where `body` throws, nothing is left behind.
    ///
    /// Throws `files.unwritable`, `files.exists`, `files.writeFailed`, `hdf5.writeFailed`, or what `body` throws.
    public static func write(
        to path: String, overwriting: AtomicFile.Overwriting = .replace, body: (borrowing HDF5Writer) throws -> Void
    ) throws {
        try AtomicFile.write(to: path, overwriting: overwriting) { temporary in
            let writer = try HDF5Writer(temporary: temporary, path: path)
            try body(writer)
            try writer.close()
            try sync(temporary, path)
        }
    }

    private init(temporary: String, path: String) throws {
        self.path = path
        self.identifier = try HDF5Library.locked {
            let access = try Self.check(H5Pcreate(kv_H5P_FILE_ACCESS()), path, "cannot be created")
            defer { H5Pclose(access) }
            kv_without_file_locking(access)
            let creation = try Self.check(H5Pcreate(kv_H5P_FILE_CREATE()), path, "cannot be created")
            defer { H5Pclose(creation) }
            Self.keepOrder(creation)
            return try Self.check(
                H5Fcreate(temporary, kv_H5F_ACC_TRUNC(), creation, access), path, "cannot be created")
        }
    }

    /// Closes the file where ``close()`` did not.
    deinit { if identifier >= 0 { HDF5Library.close(identifier, H5Fclose) } }

    /// Writes what is still in memory and closes the file.
    private consuming func close() throws {
        let (file, path) = (identifier, path)
        identifier = -1
        try HDF5Library.locked {
            let flushed = H5Fflush(file, H5F_SCOPE_GLOBAL)
            let reason = flushed < 0 ? HDF5Library.innermostReason() : nil
            guard H5Fclose(file) >= 0, flushed >= 0 else { throw Self.unwritten(path, reason) }
        }
    }

    /// The file's bytes reach the disk before its name does.
    private static func sync(_ temporary: String, _ path: String) throws {
        let descriptor = open(temporary, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unwritten(path, String(cString: strerror(errno))) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
            throw unwritten(path, String(cString: strerror(errno)))
        }
    }

    private static func unwritten(_ path: String, _ reason: String?) -> KernelVizError {
        KernelVizError(
            code: "hdf5.writeFailed", subject: path,
            found: "cannot be written" + (reason.map { " (\($0))" } ?? ""), advice: "Check the free space and the name")
    }

    /// Groups remember the order in which their members were made, and no times: the same calls give the same bytes.
    private static func keepOrder(_ creation: hid_t) {
        H5Pset_link_creation_order(creation, UInt32(H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED))
        H5Pset_obj_track_times(creation, false)
    }

    /// Writes a float32 data set, row-major; groups named in `dataset` ("a/b/c") are made on the way.
    ///
    /// `values.count` is the product of `dimensions`. Throws `hdf5.writeFailed`.
    public func write(_ values: [Float], dimensions: [Int], to dataset: String) throws {
        try create(dataset, dimensions, count: values.count, stored: kv_H5T_IEEE_F32LE()) { identifier in
            values.withUnsafeBytes {
                H5Dwrite(
                    identifier, kv_H5T_NATIVE_FLOAT(), kv_H5S_ALL(), kv_H5S_ALL(), kv_H5P_DEFAULT(), $0.baseAddress)
            }
        }
    }

    /// Writes an int64 data set; see ``write(_:dimensions:to:)-([Float],_,_)``.
    public func write(_ values: [Int64], dimensions: [Int], to dataset: String) throws {
        try create(dataset, dimensions, count: values.count, stored: kv_H5T_STD_I64LE()) { identifier in
            values.withUnsafeBytes {
                H5Dwrite(
                    identifier, kv_H5T_NATIVE_INT64(), kv_H5S_ALL(), kv_H5S_ALL(), kv_H5P_DEFAULT(), $0.baseAddress)
            }
        }
    }

    /// Writes elements of one of ``HDF5File/plainTypes`` as they are: little-endian, row-major.
    ///
    /// Throws `hdf5.writeFailed`.
    public func write(bytes: [UInt8], dtype: String, dimensions: [Int], to dataset: String) throws {
        guard let type = HDF5Library.plainType(dtype) else {
            throw KernelVizError(
                code: "hdf5.writeFailed", subject: HDF5File.subject(path, dataset), found: "holds \(dtype)",
                expected: "one of \(HDF5File.plainTypes.joined(separator: ", "))")
        }
        defer { HDF5Library.close(type, H5Tclose) }
        try create(dataset, dimensions, count: dimensions.reduce(1, *), stored: type) { identifier in
            bytes.withUnsafeBytes {
                H5Dwrite(identifier, type, kv_H5S_ALL(), kv_H5S_ALL(), kv_H5P_DEFAULT(), $0.baseAddress)
            }
        }
    }

    /// Sets a string attribute (variable-length UTF-8) of the root or of an object written before.
    public func setAttribute(_ name: String, of object: String = "/", to text: String) throws {
        try setAttribute(name, of: object, rank: 0, texts: [text])
    }

    /// Sets an attribute that is a list of strings (variable-length UTF-8).
    public func setAttribute(_ name: String, of object: String = "/", to texts: [String]) throws {
        try setAttribute(name, of: object, rank: 1, texts: texts)
    }

    /// Sets an int64 attribute.
    public func setAttribute(_ name: String, of object: String = "/", to integer: Int) throws {
        let value = Int64(integer)
        try withAttribute(name, object, [], { kv_H5T_STD_I64LE() }) { attribute, _ in
            withUnsafeBytes(of: value) { H5Awrite(attribute, kv_H5T_NATIVE_INT64(), $0.baseAddress) }
        }
    }

    /// Sets a float64 attribute.
    public func setAttribute(_ name: String, of object: String = "/", to number: Double) throws {
        try withAttribute(name, object, [], { kv_H5T_IEEE_F64LE() }) { attribute, _ in
            withUnsafeBytes(of: number) { H5Awrite(attribute, kv_H5T_NATIVE_DOUBLE(), $0.baseAddress) }
        }
    }

    private func create(
        _ dataset: String, _ dimensions: [Int], count: Int, stored: @autoclosure () -> hid_t,
        writing: (hid_t) -> herr_t
    ) throws {
        precondition(dimensions.reduce(1, *) == count)
        let (file, path) = (identifier, path)
        try HDF5Library.locked {
            let subject = HDF5File.subject(path, dataset)
            let space = try Self.space(dimensions, subject)
            defer { H5Sclose(space) }
            try Self.makeGroups(of: dataset, in: file, subject)
            let creation = try Self.check(H5Pcreate(kv_H5P_DATASET_CREATE()), subject, "cannot be written")
            defer { H5Pclose(creation) }
            H5Pset_obj_track_times(creation, false)
            let opened = try Self.check(
                H5Dcreate2(file, dataset, stored(), space, kv_H5P_DEFAULT(), creation, kv_H5P_DEFAULT()), subject,
                "cannot be created")
            defer { H5Dclose(opened) }
            if count > 0 { _ = try Self.check(writing(opened), subject, "cannot be written") }
        }
    }

    /// Makes the groups that a data set lies in, where they are not there yet.
    private static func makeGroups(of dataset: String, in file: hid_t, _ subject: String) throws {
        let parts = dataset.split(separator: "/").dropLast()
        guard !parts.isEmpty else { return }
        let creation = try check(H5Pcreate(kv_H5P_GROUP_CREATE()), subject, "cannot be written")
        defer { H5Pclose(creation) }
        keepOrder(creation)
        // Step by step: a path from the root would be walked anew for each part.
        var group = file
        defer { if group != file { H5Gclose(group) } }
        for part in parts {
            let name = String(part)
            let inner =
                H5Lexists(group, name, kv_H5P_DEFAULT()) > 0
                ? H5Gopen2(group, name, kv_H5P_DEFAULT())
                : H5Gcreate2(group, name, kv_H5P_DEFAULT(), creation, kv_H5P_DEFAULT())
            try check(inner, subject, "the group '\(name)' cannot be created")
            if group != file { H5Gclose(group) }
            group = inner
        }
    }

    private func setAttribute(_ name: String, of object: String, rank: Int, texts: [String]) throws {
        let texts = texts.map { Array($0.utf8CString) }
        try withAttribute(
            name, object, rank == 0 ? [] : [texts.count],
            {
                let type = H5Tcopy(kv_H5T_C_S1())
                H5Tset_size(type, kv_H5T_VARIABLE())
                H5Tset_cset(type, H5T_CSET_UTF8)
                return type
            }
        ) { attribute, type in
            // One block of all characters, and the address of each string in it.
            let characters = texts.flatMap { $0 }
            return characters.withUnsafeBufferPointer { block in
                var starts: [UnsafePointer<CChar>?] = []
                var offset = 0
                for text in texts {
                    starts.append(block.baseAddress?.advanced(by: offset))
                    offset += text.count
                }
                return starts.withUnsafeBytes { H5Awrite(attribute, type, $0.baseAddress) }
            }
        }
    }

    private func withAttribute(
        _ name: String, _ object: String, _ dimensions: [Int], _ makeType: () -> hid_t,
        writing: (_ attribute: hid_t, _ type: hid_t) -> herr_t
    ) throws {
        let (file, path) = (identifier, path)
        try HDF5Library.locked {
            let subject = HDF5File.subject(path, object) + "@\(name)"
            let opened = try Self.check(H5Oopen(file, object, kv_H5P_DEFAULT()), subject, "cannot be set")
            defer { H5Oclose(opened) }
            let space = try Self.space(dimensions, subject)
            defer { H5Sclose(space) }
            // A copy, so that a named type can be closed like any other.
            let made = makeType()
            let type = try Self.check(H5Tcopy(made), subject, "cannot be set")
            defer { H5Tclose(type) }
            if H5Tis_variable_str(made) > 0 { H5Tclose(made) }
            let attribute = try Self.check(
                H5Acreate2(opened, name, type, space, kv_H5P_DEFAULT(), kv_H5P_DEFAULT()), subject, "cannot be set")
            defer { H5Aclose(attribute) }
            if dimensions.reduce(1, *) > 0 { _ = try Self.check(writing(attribute, type), subject, "cannot be set") }
        }
    }

    private static func space(_ dimensions: [Int], _ subject: String) throws -> hid_t {
        if dimensions.isEmpty { return try check(H5Screate(H5S_SCALAR), subject, "cannot be written") }
        let lengths = dimensions.map { hsize_t($0) }
        return try check(H5Screate_simple(Int32(lengths.count), lengths, nil), subject, "cannot be written")
    }

    @discardableResult
    private static func check<Status: SignedInteger>(
        _ status: Status, _ subject: String, _ found: String
    ) throws -> Status {
        guard status < 0 else { return status }
        let reason = HDF5Library.innermostReason()
        throw KernelVizError(
            code: "hdf5.writeFailed", subject: subject, found: reason.map { "\(found) (\($0))" } ?? found,
            advice: "Check the free space and the name")
    }
}
