/// The order in which people count: "block2" before "block10".
public enum NaturalOrder {
    /// Whether `a` comes before `b`: runs of digits compare as numbers, all else byte by byte.
    public static func precedes(_ a: String, _ b: String) -> Bool {
        var left = Substring(a).utf8
        var right = Substring(b).utf8
        while let x = left.first, let y = right.first {
            if isDigit(x) && isDigit(y) {
                let first = left.prefix(while: isDigit).drop { $0 == UInt8(ascii: "0") }
                let second = right.prefix(while: isDigit).drop { $0 == UInt8(ascii: "0") }
                if first.count != second.count { return first.count < second.count }
                if !first.elementsEqual(second) { return first.lexicographicallyPrecedes(second) }
                left = left.drop(while: isDigit)
                right = right.drop(while: isDigit)
            } else {
                if x != y { return x < y }
                left = left.dropFirst()
                right = right.dropFirst()
            }
        }
        if left.isEmpty != right.isEmpty { return left.isEmpty }
        // Equal but for leading zeros.
        return a.utf8.lexicographicallyPrecedes(b.utf8)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
