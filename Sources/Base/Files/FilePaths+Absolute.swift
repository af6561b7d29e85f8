import Glibc

extension FilePaths {
    /// `path` from the root on; a relative one is put behind the working folder.
    public static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let folder = unsafe getcwd(nil, 0) else { return path }
        defer { unsafe free(folder) }
        let rest = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        return unsafe String(cString: folder) + "/" + rest
    }

    /// Where `path` leads, links resolved as far as there are files: two paths with one place name one file.
    public static func place(_ path: String) -> String {
        var path = path
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        if let resolved = resolved(path) { return resolved }
        let folder = folder(of: path)
        let name = name(of: path)
        if let resolved = resolved(folder) { return (resolved == "/" ? "" : resolved) + "/" + name }
        return folder == path ? path : place(folder) + "/" + name
    }

    private static func resolved(_ path: String) -> String? {
        guard let text = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    /// The program that runs, from the root on.
    public static var program: String {
        var bytes = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &bytes, bytes.count - 1)
        guard count > 0 else { return "kernelviz" }
        return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
