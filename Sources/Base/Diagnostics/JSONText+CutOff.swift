extension JSONText {
    /// What is wrong with a text that does not parse as JSON: "ends after 812 bytes: cut off?" where it only lacks its end,
    /// else `otherwise`.
    package static func problem(_ text: String, otherwise: String) -> String {
        isCutOff(text.utf8) ? "ends after \(NumberFormat.grouped(text.utf8.count)) bytes: cut off?" : otherwise
    }

    /// Whether a text begins as a JSON object or list and ends inside it, with every bracket before that in its place.
    package static func isCutOff(_ bytes: some Sequence<UInt8>) -> Bool {
        var open: [UInt8] = []
        var (isInString, isEscaped, hasBegun) = (false, false, false)
        for byte in bytes {
            if isInString {
                (isInString, isEscaped) = (
                    isEscaped || byte != UInt8(ascii: "\""), !isEscaped && byte == UInt8(ascii: "\\")
                )
                continue
            }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                // Something behind the end is no cut.
                if hasBegun && open.isEmpty { return false }
                hasBegun = true
                open.append(byte + 2)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open.popLast() == byte else { return false }
            case UInt8(ascii: "\""):
                guard hasBegun else { return false }
                isInString = true
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): break
            default: if !hasBegun { return false }
            }
        }
        return isInString || !open.isEmpty
    }
}
