/// Functions and classes of Python by name, as pickles mention them.
enum PythonNames {
    /// Modules whose functions start programs, touch files or the network, or run code.
    private static let harmfulModules: Set<String> = [
        "os", "posix", "nt", "subprocess", "commands", "popen2", "pty", "runpy", "socket", "webbrowser", "shutil",
        "ctypes", "code", "codeop", "pdb", "bdb", "timeit", "cProfile", "profile", "smtplib", "ftplib", "telnetlib",
        "urllib", "urllib2", "requests", "http", "asyncio", "multiprocessing", "signal", "sys", "pip", "tempfile",
    ]
    /// Single functions that run code.
    private static let harmful: Set<String> = [
        "builtins.eval", "builtins.exec", "builtins.compile", "builtins.__import__", "builtins.open",
        "builtins.execfile", "builtins.input", "importlib.import_module", "importlib.__import__", "pickle.loads",
        "pickle.load", "marshal.loads", "marshal.load", "torch.load", "torch.hub.load", "torch.jit.load",
        "torch.utils.cpp_extension.load", "torch.utils.cpp_extension.load_inline",
    ]
    /// Parts of such modules that only describe something.
    private static let harmless: Set<String> = [
        "os.PathLike", "os.stat_result", "posix.stat_result", "os.terminal_size", "subprocess.CompletedProcess",
        "signal.Signals", "sys.intern", "os._Environ", "multiprocessing.managers.Namespace",
    ]

    /// Whether no file of weights can need the function: it would run a program or code when Python opens the file.
    static func isHarmful(_ name: String) -> Bool {
        let plain = name.hasPrefix("__builtin__.") ? "builtins." + name.dropFirst("__builtin__.".count) : name
        if harmless.contains(plain) { return false }
        if harmful.contains(plain) { return true }
        let parts = plain.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard let module = parts.first.map(String.init), harmfulModules.contains(module) else { return false }
        // "os.path.join" builds names only.
        return !(parts.count == 3 && parts[1] == "path")
    }

    /// Whether the name says nothing to anybody: part of every such file.
    static func isUsual(_ name: String) -> Bool {
        [
            "torch.", "__torch__.", "collections.", "numpy.", "builtins.", "__builtin__.", "copyreg.", "copy_reg.",
            "_codecs.", "joblib.",
        ]
        .contains { name.hasPrefix($0) }
    }
}
