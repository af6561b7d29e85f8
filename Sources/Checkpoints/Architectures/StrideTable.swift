import Checkpoints
import Diagnostics
import Files

/// Strides that a user supplies for layers of a network whose file does not tell them.
///
/// A text with one layer a line, its name or its number and its stride: `features.3.conv: 2`, `#7 2`; `#` and a space
/// begin a comment.
public struct StrideTable: Sendable, Equatable {
    /// The strides that a convolution can have.
    static let range = ModelFacts.Layer.strides
    private static let expected = "a layer and its stride from 1 to 64, such as 'features.3.conv: 2'"

    private let byName: [String: Int]
    private let byNumber: [Int: Int]
    private let path: String

    /// Reads the file at `path`.
    ///
    /// Throws `files.missing` and the like, or `weights.badStrides` with the line.
    public init(contentsOf path: String) throws {
        try self.init(text: InputFile.text(path, limitBytes: 1 << 24, expected: Self.expected), path: path)
    }

    /// Reads a text, whatever its lines end in; `path` names it in errors.
    public init(text: String, path: String) throws {
        var byName: [String: Int] = [:]
        var byNumber: [Int: Int] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "," }.map(String.init)
            guard let first = words.first, first != "#",
                !(first.hasPrefix("#") && Int(Self.bare(first).dropFirst()) == nil)
            else { continue }
            guard words.count == 2, let stride = Int(words[1]), Self.range.contains(stride) else {
                throw KernelVizError(
                    code: "weights.badStrides", subject: "\(path): line \(index + 1)", found: "'\(line)'",
                    expected: Self.expected)
            }
            let name = Self.bare(first)
            if name.hasPrefix("#"), let number = Int(name.dropFirst()) {
                byNumber[number] = stride
            } else {
                byName[name] = stride
            }
        }
        self.byName = byName
        self.byNumber = byNumber
        self.path = path
    }

    private static func bare(_ word: String) -> String { word.hasSuffix(":") ? String(word.dropLast()) : word }

    /// The stride of a layer by its number or name; nil where the table says nothing.
    func stride(number: Int?, name: String) -> Int? { number.flatMap { byNumber[$0] } ?? byName[name] }

    /// Throws `weights.unknownLayer` where the table names a layer that the network lacks.
    func check(names: [String], _ checkpointPath: String) throws {
        if let number = byNumber.keys.sorted().first(where: { !(1...max(1, names.count)).contains($0) }) {
            throw KernelVizError(
                code: "weights.unknownLayer", subject: path, found: "no layer #\(number) in \(checkpointPath)",
                expected: "a number from 1 to \(names.count)")
        }
        if let name = byName.keys.sorted().first(where: { !names.contains($0) }) {
            throw KernelVizError(
                code: "weights.unknownLayer", subject: path, found: "no layer '\(name)' in \(checkpointPath)",
                advice: NearestName.advice(for: name, among: names))
        }
    }
}
