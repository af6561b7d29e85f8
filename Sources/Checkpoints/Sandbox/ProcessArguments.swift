import CSystem
import Glibc

/// What a process was started with, also where /proc is not there, from which Swift reads it.
public enum ProcessArguments {
    /// The arguments, the program's name first, each as the system has it: ended by a zero, not always UTF-8.
    ///
    /// Read once, before anything changes the environment.
    public static let raw: [[CChar]] = {
        let known = (0..<Int(CommandLine.argc)).compactMap { unsafe CommandLine.unsafeArgv[$0].map(copy) }
        if !known.isEmpty { return known }
        var count: Int32 = 0
        guard let found = unsafe kv_arguments(&count) else { return [] }
        return (0..<Int(count)).compactMap { unsafe found[$0].map(copy) }
    }()

    /// The arguments as text, the program's name first.
    public static var all: [String] {
        raw.map { String(decoding: $0.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) }
    }

    private static func copy(_ text: UnsafeMutablePointer<CChar>) -> [CChar] {
        unsafe Array(UnsafeBufferPointer(start: text, count: strlen(text) + 1))
    }
}
