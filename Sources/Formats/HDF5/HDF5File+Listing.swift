import CHDF5
import Diagnostics

extension HDF5File {
    /// How deep groups may lie in each other.
    static let maximumDepth = 100
    /// How many names a listing may hold.
    static let maximumCount = 1 << 18

    /// Lists everything under `group`, links resolved; a link back to a group that holds it ends there.
    ///
    /// Throws `hdf5.externalLink`, `hdf5.tooDeep`, `hdf5.tooMany`, or `hdf5.unreadable` for a damaged file.
    public func listing(of group: String = "/") throws -> HDF5Listing {
        let file = identifier
        let (path, fileBytes) = (path, isInMemory ? nil : sizeBytes)
        return try HDF5Library.locked {
            let start = try HDF5Library.check(
                H5Gopen2(file, StoredName.path(group, in: file), kv_H5P_DEFAULT()), "hdf5.noObject",
                Self.subject(path, group), "no such group")
            defer { H5Gclose(start) }
            let access = try HDF5Library.check(
                kv_inside_file_only(), "hdf5.unreadable", path, "cannot be listed")
            defer { H5Pclose(access) }
            var walk = Walk(filePath: path, fileBytes: fileBytes, access: access)
            try walk.visit(start, at: String(group.drop(while: { $0 == "/" })), ancestors: [], depth: 0)
            return HDF5Listing(
                groups: walk.groups, datasets: walk.datasets, latinNameCount: walk.latinNameCount)
        }
    }
}

/// One listing under way; used inside the lock only.
private struct Walk {
    struct Link {
        let name: String
        /// The name as the file spells it.
        let spelling: [CChar]
        let isLatin1: Bool
        let type: Int32
        let creationOrder: Int64
    }

    let filePath: String
    /// The file's length; nil for one in memory.
    let fileBytes: Int?
    /// Link access that refuses external links, also behind a soft one.
    let access: hid_t
    var groups: [String] = []
    var datasets: [HDF5Dataset] = []
    var latinNameCount = 0

    mutating func visit(_ group: hid_t, at path: String, ancestors: [UInt64], depth: Int) throws {
        guard depth <= HDF5File.maximumDepth else {
            throw KernelVizError(
                code: "hdf5.tooDeep", subject: filePath,
                found: "groups lie more than \(HDF5File.maximumDepth) deep in each other",
                expected: "a file of weights")
        }
        let (_, key) = try info(group, path)
        if ancestors.contains(key) { return }
        if !path.isEmpty { groups.append(path) }
        for link in try links(of: group, path) {
            try follow(link, in: group, at: path.isEmpty ? link.name : "\(path)/\(link.name)", ancestors + [key], depth)
        }
    }

    private mutating func follow(
        _ link: Link, in group: hid_t, at path: String, _ ancestors: [UInt64], _ depth: Int
    ) throws {
        guard groups.count + datasets.count < HDF5File.maximumCount else {
            throw KernelVizError(
                code: "hdf5.tooMany", subject: filePath, found: "more than \(HDF5File.maximumCount) names",
                expected: "a file of weights")
        }
        if link.type == H5L_TYPE_SOFT.rawValue {
            // A soft link that leads nowhere holds no tensor.
            if H5Oexists_by_name(group, link.spelling, access) <= 0 { return }
        } else if link.type != H5L_TYPE_HARD.rawValue {
            throw KernelVizError(
                code: "hdf5.externalLink", subject: HDF5File.subject(filePath, path),
                found: "a link into another file, which is never followed",
                advice: "Copy the data into one file, for example with h5py's Group.copy(expand_external=True)")
        }
        let object = try HDF5Library.check(
            H5Oopen(group, link.spelling, access), "hdf5.unreadable", HDF5File.subject(filePath, path),
            "cannot be opened")
        defer { H5Oclose(object) }
        let (type, _) = try info(object, path)
        if type == H5O_TYPE_GROUP.rawValue {
            try visit(object, at: path, ancestors: ancestors, depth: depth + 1)
        } else if type == H5O_TYPE_DATASET.rawValue {
            datasets.append(
                try ElementType.describe(object, filePath: filePath, path: path, fileBytes: fileBytes))
        }
    }

    private func info(_ object: hid_t, _ path: String) throws -> (type: Int32, key: UInt64) {
        var type: Int32 = 0
        var key: UInt64 = 0
        try HDF5Library.check(
            kv_object_info(object, &type, &key), "hdf5.unreadable", HDF5File.subject(filePath, path),
            "cannot be read")
        return (type, key)
    }

    /// The links of a group in creation order where all have one, else in natural name order.
    private mutating func links(of group: hid_t, _ path: String) throws -> [Link] {
        var links: [Link] = []
        let status = withUnsafeMutablePointer(to: &links) { pointer in
            kv_iterate_links(
                group,
                { name, type, order, context in
                    guard let name, let list = context?.assumingMemoryBound(to: [Link].self) else { return 0 }
                    if list.pointee.count > HDF5File.maximumCount { return 1 }
                    let bytes = StoredName.bytes(name)
                    let (text, isLatin1) = StoredName.text(bytes)
                    list.pointee.append(
                        Link(
                            name: text, spelling: StoredName.characters(bytes), isLatin1: isLatin1, type: type,
                            creationOrder: order))
                    return 0
                }, pointer)
        }
        try HDF5Library.check(
            status, "hdf5.unreadable", HDF5File.subject(filePath, path), "its members cannot be listed")
        latinNameCount += links.count { $0.isLatin1 }
        let keepsOrder = links.allSatisfy { $0.creationOrder >= 0 }
        return links.sorted {
            keepsOrder ? $0.creationOrder < $1.creationOrder : NaturalOrder.precedes($0.name, $1.name)
        }
    }
}
