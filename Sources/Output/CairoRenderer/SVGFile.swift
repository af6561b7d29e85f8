/// The SVG text, as far as cairo leaves it to us.
///
/// cairo numbers its pictures by a counter of the whole process and spends 200 bytes on a rectangle. Here the numbers
/// start anew in each file, and filled shapes get the short form of the same thing.
enum SVGFile {
    /// The same drawing, shorter and with numbers that do not depend on what was drawn before.
    static func normalized(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var numbers = IdentifierNumbers()
        for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
            if let shape = shortShape(line) {
                result += shape
            } else if line.starts(with: glyphStart) {
                result += line
            } else {
                result += numbers.renumbered(line)
            }
            result.append(10)
        }
        result.removeLast()
        return result
    }

    private static let glyphStart = Array("<path style=\"stroke:none;\"".utf8)
    private static let fillStart = Array("<path style=\" stroke:none;fill-rule:nonzero;fill:rgb(".utf8)
    private static let fillEnd = Array(");fill-opacity:1;\" d=\"".utf8)

    /// `<path fill="#rrggbb" d="…"/>` for a filled shape, rectangles as M H V H Z; nil for every other line.
    private static func shortShape(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        guard line.starts(with: fillStart) else { return nil }
        let rest = line.dropFirst(fillStart.count)
        guard let colorEnd = rest.firstIndex(of: UInt8(ascii: ")")), rest[colorEnd...].starts(with: fillEnd) else {
            return nil
        }
        let shares = rest[..<colorEnd].split(separator: UInt8(ascii: ",")).compactMap { text -> Int? in
            Double(String(decoding: text.dropLast(), as: UTF8.self)).map { Int(($0 * 2.55).rounded()) }
        }
        guard shares.count == 3 else { return nil }
        let digits = Array("0123456789abcdef".utf8)
        let color = shares.flatMap { [digits[$0 >> 4 & 15], digits[$0 & 15]] }
        let drawing = rest[(colorEnd + fillEnd.count)...]
        return Array("<path fill=\"#".utf8) + color + Array("\" d=\"".utf8)
            + (shortRectangle(drawing) ?? Array(drawing))
    }

    /// "M x y H x V y H x Z" for the corners of an upright rectangle as cairo lists them; nil for anything else.
    private static func shortRectangle(_ drawing: ArraySlice<UInt8>) -> [UInt8]? {
        // M x0 y0 L x1 y0 L x1 y1 L x0 y1 Z M x0 y0 "/>
        let words = drawing.split(separator: UInt8(ascii: " "))
        guard words.count == 17, words[0] == [UInt8(ascii: "M")], words[12] == [UInt8(ascii: "Z")],
            [3, 6, 9].allSatisfy({ words[$0] == [UInt8(ascii: "L")] }),
            words[2] == words[5], words[4] == words[7], words[8] == words[11], words[10] == words[1]
        else { return nil }
        let space = UInt8(ascii: " ")
        var short: [UInt8] = [UInt8(ascii: "M")]
        short += words[1]
        short.append(space)
        short += words[2]
        for (command, word) in [("H", words[4]), ("V", words[8]), ("H", words[1])] {
            short += command.utf8
            short += word
        }
        return short + Array("Z\"/>".utf8)
    }
}

/// New numbers, from 1, for the identifiers that cairo makes of its counter ("surface12", "image12").
private struct IdentifierNumbers {
    private static let names = ["surface", "image", "source", "mask", "clip", "linear", "radial"].map { Array($0.utf8) }
    private var numbers: [[UInt8]: Int] = [:]

    mutating func renumbered(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var place = line.startIndex
        while place < line.endIndex {
            // Identifiers stand behind a quote or a hash.
            let byte = line[place]
            result.append(byte)
            place += 1
            guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "#") else { continue }
            guard let name = Self.names.first(where: { line[place...].starts(with: $0) }) else { continue }
            let digits = line[(place + name.count)...].prefix { $0 >= 0x30 && $0 <= 0x39 }
            guard !digits.isEmpty else { continue }
            let key = Array(digits)
            let number = numbers[key] ?? numbers.count + 1
            numbers[key] = number
            result += name + Array(String(number).utf8)
            place = digits.endIndex
        }
        return result
    }
}
