import Diagnostics
import Glibc

extension InputFile {
    /// Whether `path` is a folder.
    public static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in the folder at `path`, hidden ones left out, in no particular order.
    ///
    /// Throws `files.unreadable`, or `files.badName` for a name that is not UTF-8.
    public static func names(inFolder path: String) throws -> [String] {
        guard let folder = unsafe opendir(path) else {
            throw KernelVizError(
                code: "files.unreadable", subject: path, found: FilePaths.lastSystemError(),
                advice: "Check the path and its permissions")
        }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        // The name ends with its zero, not with the array that the system declares.
        let place = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19
        while let entry = unsafe readdir(folder) {
            let characters = unsafe UnsafeRawPointer(entry).advanced(by: place).assumingMemoryBound(to: CChar.self)
            guard unsafe characters.pointee != CChar(UInt8(ascii: ".")) else { continue }
            guard let name = unsafe FileNameBytes.name(characters) else {
                throw KernelVizError(
                    code: "files.badName", subject: path,
                    found: "a file name that is not UTF-8 ('\(unsafe FileNameBytes.shown(characters))')",
                    advice: "Rename it, or name the files one by one")
            }
            names.append(name)
        }
        return names
    }

    /// How many bytes of storage the file at `path` takes: less than its length where it has holes.
    public static func storedBytes(_ path: String) throws -> Int {
        try check(path)
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int(status.st_blocks) * 512 : 0
    }
}
