import Glibc

/// Plain operations on path strings.
public enum FilePaths {
    /// The folder that holds `path`; "." for a bare name.
    public static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last component of `path`.
    public static func name(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return path }
        return String(path[path.index(after: slash)...])
    }

    /// The lower-case extension without its dot; empty where there is none.
    public static func fileExtension(of path: String) -> String {
        let name = name(of: path)
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }

    /// The last component without its extension.
    public static func stem(of path: String) -> String {
        let name = name(of: path)
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// `path` as it is reached from `folder`, both as they lie on this system: "../weights/net.h5".
    ///
    /// Links in the folders are followed. `path` itself where one of the folders does not exist.
    public static func relative(_ path: String, from folder: String) -> String {
        guard let start = resolved(folder), let holder = resolved(self.folder(of: path)) else { return path }
        let (from, to) = (start.split(separator: "/"), holder.split(separator: "/"))
        let shared = zip(from, to).prefix { $0 == $1 }.count
        let steps = Array(repeating: "..", count: from.count - shared) + to.dropFirst(shared).map(String.init)
        return (steps + [name(of: path)]).joined(separator: "/")
    }

    /// The absolute path without links; nil where there is nothing.
    private static func resolved(_ path: String) -> String? {
        guard let found = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }

    /// The system's text for the calling thread's `errno`, in lower case ("no such file or directory").
    static func lastSystemError() -> String {
        let code = errno
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text).lowercased()
    }
}
