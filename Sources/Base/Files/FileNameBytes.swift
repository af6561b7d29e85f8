import Glibc

/// Names as the system has them: any bytes but zero and "/".
public enum FileNameBytes {
    /// The name at `characters`, which end with a zero; nil where it is not UTF-8, for a name with other letters in their
    /// place would be another file's.
    public static func name(_ characters: UnsafePointer<CChar>) -> String? {
        unsafe String(validatingCString: characters)
    }

    /// Such a name for an error: its ASCII letters, every other byte as `\xE9`.
    public static func shown(_ characters: UnsafePointer<CChar>) -> String {
        var text = ""
        for byte in unsafe UnsafeBufferPointer(start: characters, count: strlen(characters)) {
            let value = UInt8(bitPattern: byte)
            if (0x20..<0x7F).contains(value) {
                text.unicodeScalars.append(Unicode.Scalar(value))
            } else {
                let digits = String(value, radix: 16, uppercase: true)
                text += "\\x" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return text
    }
}
