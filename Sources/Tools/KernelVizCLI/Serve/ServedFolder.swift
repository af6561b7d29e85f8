import Files
import Glibc
import KernelViz

/// The checkpoints and pictures below a folder: all that a server may read.
///
/// Requests name them as they are listed, and nothing else: no path of a request is ever followed. Links that lead out of
/// the folder are passed over.
struct ServedFolder: Sendable {
    /// A checkpoint.
    struct Network: Sendable, Equatable, Encodable {
        /// Its path below the folder.
        let name: String
        /// Its size; of a folder that is one checkpoint 0.
        let bytes: Int
        /// When it was written, in milliseconds since 1970.
        let modified: Int

        /// What changes with its content.
        var version: String { "\(name)\u{0}\(bytes)\u{0}\(modified)" }
    }

    /// What lies below the folder now.
    struct Listing: Sendable, Equatable, Encodable {
        /// Names the JSON's form.
        let schema = DocumentSchema.servedFolder.rawValue
        /// The checkpoints, by name.
        var networks: [Network] = []
        /// The pictures below the folder of pictures, by name.
        var pictures: [String] = []
        /// What was left out, a sentence each without its full stop.
        var notes: [String] = []
    }

    /// Folders within folders that are looked into.
    static let depth = 8
    /// Checkpoints that are listed at most.
    static let mostNetworks = 1000
    /// Pictures that are listed at most.
    static let mostPictures = 500

    /// The folder's place, links resolved.
    let root: String
    /// The place of the folder of pictures.
    let pictureRoot: String

    /// Throws `files.missing` where a folder is none.
    init(_ path: String, pictures: String? = nil) throws {
        root = try Self.place(path)
        pictureRoot = try pictures.map(Self.place) ?? root
    }

    private static func place(_ path: String) throws -> String {
        guard InputFile.isFolder(path) else {
            try InputFile.check(path)
            throw KernelVizError(
                code: "files.isFile", subject: path, found: "is a file", expected: "a folder",
                advice: "Name the folder that holds it")
        }
        return FilePaths.place(path)
    }

    /// What lies there now, the same order each time.
    func listing() -> Listing {
        var listing = Listing()
        var walk = FolderWalk(root: root)
        listing.networks = walk.files { name, names in
            if let names { return Checkpoint.isOne(folderOf: names) }
            return CheckpointFolder.extensions.contains(FilePaths.fileExtension(of: name))
        }
        var pictures = FolderWalk(root: pictureRoot)
        listing.pictures = pictures.files { name, names in
            names == nil && ["png", "jpg", "jpeg"].contains(FilePaths.fileExtension(of: name))
        }.map(\.name)
        listing.notes = walk.notes + (pictureRoot == root ? [] : pictures.notes)
        if listing.networks.count > Self.mostNetworks {
            listing.notes.append("the first \(Self.mostNetworks) of \(listing.networks.count) are listed")
            listing.networks.removeLast(listing.networks.count - Self.mostNetworks)
        }
        if listing.pictures.count > Self.mostPictures {
            listing.notes.append("the first \(Self.mostPictures) of \(listing.pictures.count) pictures are listed")
            listing.pictures.removeLast(listing.pictures.count - Self.mostPictures)
        }
        return listing
    }

    /// A checkpoint that is listed under this name; nil for any other.
    func network(_ name: String) -> Network? { listing().networks.first { $0.name == name } }

    /// The path of a listed network or picture.
    func path(of name: String, isPicture: Bool = false) -> String { "\(isPicture ? pictureRoot : root)/\(name)" }
}

/// Looks through a folder and those in it.
private struct FolderWalk {
    let root: String
    private(set) var notes: [String] = []
    private var leavingLinks = 0

    init(root: String) { self.root = root }

    /// Files and folders that `isWanted`, which is told a folder's names, by name.
    mutating func files(_ isWanted: (_ name: String, _ namesInside: [String]?) -> Bool) -> [ServedFolder.Network] {
        var found: [ServedFolder.Network] = []
        var folders = [(name: "", depth: 0)]
        while let folder = folders.popLast() {
            let names: [String]
            do {
                names = try InputFile.names(inFolder: folder.name.isEmpty ? root : "\(root)/\(folder.name)").sorted()
            } catch {
                notes.append(folder.name.isEmpty ? "the folder cannot be read" : "\(folder.name) cannot be read")
                continue
            }
            if !folder.name.isEmpty, isWanted(folder.name, names) {
                if let status = status(folder.name) { found.append(network(folder.name, status, isFolder: true)) }
                continue
            }
            for name in names {
                let path = folder.name.isEmpty ? name : "\(folder.name)/\(name)"
                guard let status = status(path) else { continue }
                if status.st_mode & S_IFMT == S_IFDIR {
                    if folder.depth < ServedFolder.depth { folders.append((path, folder.depth + 1)) }
                } else if status.st_mode & S_IFMT == S_IFREG, isWanted(path, nil) {
                    found.append(network(path, status, isFolder: false))
                }
            }
        }
        if leavingLinks > 0 {
            notes.append(
                leavingLinks == 1 ? "1 link that leads elsewhere" : "\(leavingLinks) links that lead elsewhere")
        }
        return found.sorted { $0.name < $1.name }
    }

    private func network(_ name: String, _ status: stat, isFolder: Bool) -> ServedFolder.Network {
        ServedFolder.Network(
            name: name, bytes: isFolder ? 0 : Int(status.st_size),
            modified: status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1_000_000)
    }

    /// What lies at a path below the root; nil for nothing, and for a link to a folder or out of the root.
    private mutating func status(_ name: String) -> stat? {
        let path = "\(root)/\(name)"
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFLNK else { return status }
        guard FilePaths.place(path).hasPrefix(root == "/" ? root : root + "/") else {
            leavingLinks += 1
            return nil
        }
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return status
    }
}
