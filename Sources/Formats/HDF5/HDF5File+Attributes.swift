import CHDF5
import Diagnostics

extension HDF5File {
    /// The most elements that an attribute may hand over.
    static let maximumAttributeElements = 1 << 20

    /// The names of the attributes of a group or data set, in natural order.
    ///
    /// Throws `hdf5.noObject` or `hdf5.unreadable`.
    public func attributeNames(of object: String = "/") throws -> [String] {
        let path = path
        return try withObject(object) { identifier in
            var names: [String] = []
            let status = withUnsafeMutablePointer(to: &names) { pointer in
                kv_iterate_attributes(
                    identifier,
                    { name, context in
                        guard let name, let list = context?.assumingMemoryBound(to: [String].self) else { return 0 }
                        list.pointee.append(StoredName.text(StoredName.bytes(name)).text)
                        return 0
                    }, pointer)
            }
            try HDF5Library.check(
                status, "hdf5.unreadable", Self.subject(path, object), "its attributes cannot be listed")
            return names.sorted(by: NaturalOrder.precedes)
        }
    }

    /// The attribute `name` of a group or data set; nil where there is none.
    ///
    /// Throws `hdf5.noObject`, `hdf5.tooLarge` or `hdf5.unreadable`.
    public func attribute(_ name: String, of object: String = "/") throws -> HDF5Attribute? {
        let subject = Self.subject(path, object) + "@\(name)"
        return try withObject(object) { identifier in
            let spellings = StoredName.spellings(name).map(StoredName.characters)
            guard let spelling = spellings.first(where: { H5Aexists(identifier, $0) > 0 }) else { return nil }
            let attribute = try HDF5Library.check(
                H5Aopen(identifier, spelling, kv_H5P_DEFAULT()), "hdf5.unreadable", subject, "cannot be opened")
            defer { H5Aclose(attribute) }
            return try Self.read(attribute, subject)
        }
    }

    private static func read(_ attribute: hid_t, _ subject: String) throws -> HDF5Attribute {
        let space = try HDF5Library.check(
            H5Aget_space(attribute), "hdf5.unreadable", subject, "its shape cannot be read")
        defer { H5Sclose(space) }
        let dimensions = try ElementType.dimensions(space, subject: subject)
        var count = 1
        for length in dimensions {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            count = overflow ? Int.max : product
        }
        guard count <= maximumAttributeElements else {
            throw KernelVizError(
                code: "hdf5.tooLarge", subject: subject,
                found: "claims \(dimensions.map(String.init).joined(separator: "×")) elements",
                expected: "at most \(maximumAttributeElements)")
        }
        let type = try HDF5Library.check(
            H5Aget_type(attribute), "hdf5.unreadable", subject, "its type cannot be read")
        defer { H5Tclose(type) }
        return HDF5Attribute(dimensions: dimensions, value: try value(attribute, type, count, subject))
    }

    private static func value(
        _ attribute: hid_t, _ type: hid_t, _ count: Int, _ subject: String
    ) throws -> HDF5Attribute.Value {
        let (dtype, kind) = ElementType.name(type)
        switch kind {
        case .string:
            return .strings(
                try StringReader.read(
                    count: count, subject: subject, storedType: { H5Aget_type(attribute) },
                    transfer: { H5Aread(attribute, $0, $1) }))
        case .numeric where H5Tget_class(type) == H5T_INTEGER:
            return .integers(try numbers(attribute, count, Int64(0), kv_H5T_NATIVE_INT64(), subject))
        case .numeric:
            return .numbers(try numbers(attribute, count, Double(0), kv_H5T_NATIVE_DOUBLE(), subject))
        case .other:
            return .other(dtype)
        }
    }

    private static func numbers<Element>(
        _ attribute: hid_t, _ count: Int, _ zero: Element, _ type: hid_t, _ subject: String
    ) throws -> [Element] {
        var elements = [Element](repeating: zero, count: count)
        guard count > 0 else { return elements }
        let status = elements.withUnsafeMutableBytes { H5Aread(attribute, type, $0.baseAddress) }
        try HDF5Library.check(status, "hdf5.unreadable", subject, "cannot be read")
        return elements
    }

    private func withObject<Result: Sendable>(_ object: String, _ body: (hid_t) throws -> Result) throws -> Result {
        let file = identifier
        let path = path
        return try HDF5Library.locked {
            let access = try HDF5Library.check(kv_inside_file_only(), "hdf5.unreadable", path, "cannot be read")
            defer { H5Pclose(access) }
            let opened = try HDF5Library.check(
                H5Oopen(file, object.isEmpty ? Array("/".utf8CString) : StoredName.path(object, in: file), access),
                "hdf5.noObject", Self.subject(path, object),
                "no such group or data set")
            defer { H5Oclose(opened) }
            return try body(opened)
        }
    }
}
