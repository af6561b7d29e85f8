import ArgumentParser
import KernelViz

/// `--strides`, for every verb that analyses checkpoints.
struct StrideOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Strides that the file of a network does not tell, one 'layer: stride' a line; with several checkpoints \
            CHECKPOINT=FILE, once for each that needs it.
            """, valueName: "file"))
    var strides: [String] = []

    /// The strides for each of `checkpoints`, read; nil where none are given for it.
    ///
    /// Throws `strides.noCheckpoint` for one that belongs to none of them, and what reading the file throws.
    func tables(for checkpoints: [String]) throws -> [StrideTable?] {
        var tables: [StrideTable?] = Array(repeating: nil, count: checkpoints.count)
        for text in strides {
            let owner = checkpoints.firstIndex { text.hasPrefix($0 + "=") }
            guard let place = owner ?? (checkpoints.count == 1 ? 0 : nil) else {
                throw KernelVizError(
                    code: "strides.noCheckpoint", subject: "--strides",
                    found: "'\(text)' beside \(checkpoints.count) checkpoints",
                    expected: "CHECKPOINT=FILE with the name of one of them",
                    advice: "For example --strides \(checkpoints.first ?? "net.h5")=strides.txt")
            }
            let file = owner == nil ? text : String(text.dropFirst(checkpoints[place].count + 1))
            tables[place] = try StrideTable(contentsOf: file)
        }
        return tables
    }

    /// The strides for the one checkpoint of a verb.
    func table(for checkpoint: String) throws -> StrideTable? { try tables(for: [checkpoint])[0] }
}
