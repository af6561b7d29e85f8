import Diagnostics
import Glibc

/// Folders that results are written into.
public enum FolderWriter {
    /// Makes the folder at `path` where it does not exist, its parents too.
    ///
    /// Throws `files.unwritable` where it cannot be made, is a file, or does not accept files.
    public static func prepare(_ path: String) throws {
        var status = stat()
        if unsafe stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw KernelVizError(
                    code: "files.unwritable", subject: path, found: "is a file", expected: "a folder",
                    advice: "Choose another place")
            }
        } else {
            let parent = FilePaths.folder(of: path)
            if parent != path && parent != "." { try prepare(parent) }
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
                throw KernelVizError(
                    code: "files.unwritable", subject: path,
                    found: "the folder cannot be made (\(FilePaths.lastSystemError()))",
                    advice: "Choose another place")
            }
        }
        guard access(path, W_OK) == 0 else {
            throw KernelVizError(
                code: "files.unwritable", subject: path, found: "the folder is not writable",
                advice: "Choose another place")
        }
    }
}
