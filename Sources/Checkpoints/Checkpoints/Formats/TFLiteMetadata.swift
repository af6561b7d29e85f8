import Archives

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a TensorFlow Lite model says of its images and classes: metadata by the public schema's field numbers
/// (https://github.com/tensorflow/tflite-support, metadata_schema.fbs), label files in a zip archive behind the model.
struct TFLiteMetadata {
    /// Subtracted from pixels in 0…255, one number or one a plane, and what they are divided by then.
    private(set) var normalisation: (mean: [Float], deviation: [Float])?
    /// The file with the classes' names.
    private(set) var labelFile: String?

    /// Nothing is said.
    init() {}

    /// Reads the metadata; what cannot be read counts as not said.
    init(_ bytes: [UInt8]) {
        self.init()
        try? read(bytes)
    }

    private mutating func read(_ bytes: [UInt8]) throws {
        let buffer = FlatBuffer(bytes)
        guard let graph = try buffer.tables(buffer.root(), 3).first else { return }
        for unit in try buffer.tables(graph, 2).first.map({ try buffer.tables($0, 4) }) ?? [] {
            // The first kind of the union: normalisation.
            guard try buffer.byte(unit, 0) == 1, let options = try buffer.table(unit, 1),
                let mean = try buffer.floats(options, 0), let deviation = try buffer.floats(options, 1),
                !mean.isEmpty, mean.count == deviation.count, deviation.allSatisfy({ $0 != 0 })
            else { continue }
            normalisation = (mean, deviation)
        }
        for output in try buffer.tables(graph, 3).prefix(1) {
            // Labels of an axis are kind 2 of associated files.
            for file in try buffer.tables(output, 6) where try buffer.byte(file, 2) == 2 {
                labelFile = try labelFile ?? buffer.text(file, 0)
            }
        }
    }

    /// "(x-[127.5,…])*[…]" for images of so many planes, in the words of ``InputConvention``.
    func words(planes: Int) -> String? {
        guard let normalisation else { return nil }
        return Self.words(normalisation.mean, normalisation.deviation.map { 1 / $0 }, planes: planes)
    }

    static func words(_ mean: [Float], _ scale: [Float], planes: Int) -> String? {
        guard planes == 1 || planes == 3, mean.count == scale.count, (mean + scale).allSatisfy(\.isFinite),
            mean.count == 1 || mean.count == planes
        else { return nil }
        func list(_ numbers: [Float]) -> String {
            let all = numbers.count == planes ? numbers : Array(repeating: numbers[0], count: planes)
            return "[\(all.map { "\($0)" }.joined(separator: ","))]"
        }
        return "(x-\(list(mean)))*\(list(scale))"
    }

    /// The classes' names from the archive behind the model, a JSON list; nil without one.
    func classNames(_ path: String, _ bytes: [UInt8]) -> String? {
        // The end of a zip archive: its directory's end, and a comment of at most 64 KiB.
        let tail = bytes.suffix(65_557)
        let mark = Array("PK".utf8) + [5, 6]
        guard tail.indices.contains(where: { tail[$0] == mark[0] && tail[$0...].starts(with: mark) }),
            let archive = try? ZipArchive(path: path)
        else { return nil }
        let texts = archive.members.filter { $0.name.hasSuffix(".txt") }
        let labels = texts.filter { $0.name.lowercased().contains("label") }
        guard
            let member = labelFile.flatMap({ archive.member($0) }) ?? (labels.count == 1 ? labels[0] : nil)
                ?? (texts.count == 1 ? texts[0] : nil),
            let text = (try? archive.bytes(of: member, limitBytes: 1 << 22)).map({ String(decoding: $0, as: UTF8.self) }
            )
        else { return nil }
        var names = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        while names.last?.isEmpty == true { names.removeLast() }
        return names.isEmpty ? nil : NetworkDescription.json(names)
    }
}
