import Diagnostics
import Glibc

/// Where a file is written to: behind links, and never a device, a pipe or a folder.
struct WriteTarget {
    /// What the caller named.
    let shown: String
    /// The file itself.
    let path: String
    /// The permissions of the file that is replaced; nil where there is none.
    private let mode: mode_t?

    var folder: String { FilePaths.folder(of: path) }

    /// Throws `files.exists` or `files.unwritable` where nothing can be written there.
    init(_ path: String, overwriting: AtomicFile.Overwriting) throws {
        shown = path
        guard path != "-" else {
            throw Self.unwritable(
                path, "is standard output, where no file can be", expected: "a file name",
                advice: "Name a file; ./- is one of this name")
        }
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            if errno == ENAMETOOLONG {
                throw Self.unwritable(path, "the name is too long", advice: "Choose a shorter one")
            }
            self.path = path
            mode = nil
            try checkFolder()
            return
        }
        if status.st_mode & S_IFMT == S_IFLNK {
            guard overwriting == .replace else { throw Self.exists(path) }
            guard let resolved = unsafe realpath(path, nil), unsafe stat(path, &status) == 0 else {
                throw Self.unwritable(
                    path, "is a link that leads nowhere", expected: "a file, or a link to one",
                    advice: "Remove the link")
            }
            defer { unsafe free(resolved) }
            self.path = unsafe String(cString: resolved)
        } else {
            self.path = path
        }
        mode = status.st_mode & 0o7777
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR:
            throw Self.unwritable(path, "is a folder", expected: "a file name", advice: "Name a file inside it")
        default:
            throw Self.unwritable(
                path, "is \(StreamFile.kind(status.st_mode)), which is never replaced", expected: "a file name",
                advice: "Name a file")
        }
        if overwriting == .refuse { throw Self.exists(path) }
        try checkFolder()
    }

    private func checkFolder() throws {
        guard !FilePaths.name(of: path).isEmpty else {
            throw Self.unwritable(shown, "names no file", expected: "a file name", advice: "Name a file inside it")
        }
        guard access(folder, W_OK) != 0 else { return }
        let missing = access(folder, F_OK) != 0
        throw Self.unwritable(
            shown, missing ? "the folder '\(folder)' does not exist" : "the folder '\(folder)' is not writable",
            advice: missing ? "Create it first or choose another place" : "Choose another place")
    }

    /// Gives the finished file at `temporary` its name and the permissions of the file that it replaces.
    ///
    /// Throws `files.exists` where the name was taken in the meantime, or `files.writeFailed`.
    func take(_ temporary: String, overwriting: AtomicFile.Overwriting) throws {
        if let mode, chmod(temporary, mode) != 0 { throw FilePaths.writeFailure(shown, "cannot be given its mode") }
        if overwriting == .refuse {
            // A link is made only where no file of this name is.
            if link(temporary, path) == 0 {
                unlink(temporary)
                return syncFolder()
            }
            if errno == EEXIST { throw Self.exists(shown) }
        }
        guard rename(temporary, path) == 0 else {
            throw FilePaths.writeFailure(shown, "cannot be renamed into place")
        }
        syncFolder()
    }

    /// The name reaches the disk too, where the file system can promise it.
    private func syncFolder() {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func exists(_ path: String) -> KernelVizError {
        KernelVizError(
            code: "files.exists", subject: path, found: "already exists",
            advice: "Choose another name or pass --force to replace it")
    }

    private static func unwritable(
        _ path: String, _ found: String, expected: String? = nil, advice: String
    ) -> KernelVizError {
        KernelVizError(code: "files.unwritable", subject: path, found: found, expected: expected, advice: advice)
    }
}

extension FilePaths {
    /// What could not be done with a file that is written, and what the calling thread's `errno` says of it.
    static func writeFailure(_ path: String, _ what: String) -> KernelVizError {
        let code = errno
        let reason = lastSystemError()
        let advice =
            switch code {
            case ENOSPC, EDQUOT: "Free some space or choose another place"
            case EFBIG: "Raise the limit of file sizes (ulimit -f) or choose another file system"
            case EMFILE, ENFILE: "Raise the limit of open files (ulimit -n)"
            default: "Check the free space and the permissions of the folder"
            }
        return KernelVizError(
            code: "files.writeFailed", subject: path, found: "\(what) (\(reason))", advice: advice)
    }
}
