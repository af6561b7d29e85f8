import Files

/// `log.csv`: one line an epoch; lines of epochs that a resumed training repeats are dropped.
struct TrainingLog {
    private let path: String
    private let isValidated: Bool
    private var lines: [String]

    init(path: String, records: [EpochRecord], isValidated: Bool) {
        self.path = path
        self.isValidated = isValidated
        let old = (try? InputFile.text(path))?.split(whereSeparator: \.isNewline).map(String.init) ?? []
        lines = [EpochRecord.header(isValidated: isValidated)]
        for record in records {
            // What a record holds can be written again; its speed only while the old line is there.
            let kept = old.first { $0.hasPrefix("\(record.epoch),") }
            lines.append(kept ?? record.line(imagesPerSecond: 0, seconds: 0, isValidated: isValidated))
        }
    }

    mutating func append(_ record: EpochRecord, imagesPerSecond: Double, seconds: Double) throws {
        lines.append(record.line(imagesPerSecond: imagesPerSecond, seconds: seconds, isValidated: isValidated))
        try AtomicFile.write(text: lines.joined(separator: "\n") + "\n", to: path)
    }
}
