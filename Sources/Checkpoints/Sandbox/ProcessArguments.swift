import CSystem

/// What a process was started with, also where /proc is not there, from which Swift reads it.
public enum ProcessArguments {
    /// The arguments, the program's name first, each as the system has it: ended by a zero, not always UTF-8.
    ///
    /// Read once, before anything changes the environment.
    public static let raw: [UnsafePointer<CChar>] = {
        var pointers = unsafe (0..<Int(CommandLine.argc)).compactMap { unsafe CommandLine.unsafeArgv[$0] }
        if unsafe pointers.isEmpty {
            var count: Int32 = 0
            guard let found = unsafe kv_arguments(&count) else { return unsafe [] }
            unsafe pointers = (0..<Int(count)).compactMap { unsafe found[$0] }
        }
        return unsafe pointers.map { unsafe UnsafePointer($0) }
    }()

    /// The arguments as text, the program's name first.
    public static var all: [String] { unsafe raw.map { unsafe String(cString: $0) } }
}
