import Files
import Glibc

/// The pictures below a folder, at any depth, as torchvision's `ImageFolder` finds them: links are followed, the files of a
/// folder come in the order of their names, folders in the order of their paths.
///
/// A folder that is met twice is read once, so that links in a circle end.
struct FolderTree {
    /// The paths of the pictures.
    private(set) var pictures: [String] = []
    /// The paths of other files.
    private(set) var otherFiles: [String] = []
    /// Folders that were not entered.
    private(set) var skippedFolders: [String] = []

    /// A folder of the file system, whatever path leads to it.
    private struct Identity: Hashable {
        let device: UInt64
        let number: UInt64

        init?(_ path: String) {
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { return nil }
            device = UInt64(truncatingIfNeeded: status.st_dev)
            number = UInt64(truncatingIfNeeded: status.st_ino)
        }
    }

    /// Searches `folder`; links to `root`, or to a folder above it, are not followed.
    ///
    /// Throws `data.notFound` for a folder that cannot be read.
    init(_ folder: String, below root: String) throws {
        var seen = Self.above(root)
        var found: [(path: String, names: [String])] = []
        var waiting = [folder]
        while let path = waiting.popLast() {
            guard let identity = Identity(path), seen.insert(identity).inserted else {
                skippedFolders.append(path)
                continue
            }
            var files: [String] = []
            for name in try Folder.names(path) {
                switch Folder.kind(path + "/" + name) {
                case .folder: waiting.append(path + "/" + name)
                case .file: files.append(name)
                // Pipes and the like, which could be waited for without end, and links that lead nowhere.
                case .other: otherFiles.append(path + "/" + name)
                }
            }
            found.append((path, files))
        }
        for (path, names) in found.sorted(by: { $0.path < $1.path }) {
            for name in names {
                if Folder.isPicture(name) {
                    pictures.append(path + "/" + name)
                } else {
                    otherFiles.append(path + "/" + name)
                }
            }
        }
        otherFiles.sort()
        skippedFolders.sort()
    }

    /// `root` and the folders above it.
    private static func above(_ root: String) -> Set<Identity> {
        var result: Set<Identity> = []
        var path = root
        // The file system's root is its own parent.
        while let identity = Identity(path), result.insert(identity).inserted { path += "/.." }
        return result
    }

    /// Whether a folder holds folders and no picture beside them.
    static func isOnlyFolders(_ path: String) -> Bool {
        guard let names = try? Folder.names(path) else { return false }
        return names.contains { Folder.isFolder(path + "/" + $0) } && !holdsPictures(path)
    }

    /// Whether a folder holds pictures of its own.
    static func holdsPictures(_ path: String) -> Bool {
        guard Folder.isFolder(path), let names = try? Folder.names(path) else { return false }
        return names.contains { Folder.isPicture($0) && !Folder.isFolder(path + "/" + $0) }
    }
}
