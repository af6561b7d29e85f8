import Diagnostics
import Files
import Foundation

/// A file of events that TensorBoard reads while it grows: `events.out.tfevents.TIME.kernelviz`.
///
/// Whole records are appended, so that a reader and a killed writer see at most one record that is cut off at the end.
/// Every start makes a new file, whose name sorts behind those that are there; its first record says from which step on the
/// older ones no longer hold.
public struct EventFile: Sendable {
    /// The file.
    public let path: String

    private static let prefix = "events.out.tfevents."

    /// Makes a file in `folder`, which is made where it is missing, for what happens from `step` on.
    ///
    /// Throws `files.unwritable`, `files.writeFailed`, and `files.unreadable` or `files.badName` where the folder's files
    /// cannot be listed: the new one would not be sure to sort behind them.
    public init(folder: String, step: Int) throws {
        try FolderWriter.prepare(folder)
        let names = try InputFile.names(inFolder: folder)
        // TensorBoard reads a folder's files by name.
        let newest = names.filter { $0.hasPrefix(Self.prefix) }.compactMap {
            Int($0.dropFirst(Self.prefix.count).prefix { $0.isNumber })
        }.max()
        let now = Date().timeIntervalSince1970
        let time = max(Int(now), (newest ?? 0).addingReportingOverflow(1).partialValue)
        path = "\(folder)/\(Self.prefix)\(String(time).leftPadded(to: 10)).kernelviz"
        try append([(.version, 0), (.start, step)], time: now)
    }

    /// Appends what one step showed, at the present time.
    ///
    /// Throws `files.writeFailed`.
    public func append(_ summaries: [EventSummary], step: Int) throws {
        try append([(.summary(summaries), step)], time: Date().timeIntervalSince1970)
    }

    private func append(_ records: [(record: EventRecord, step: Int)], time: Double) throws {
        let bytes = records.flatMap { EventRecord.framed($0.record.message(time: time, step: $0.step)) }
        try AppendedFile.append(bytes, to: path)
    }
}

extension String {
    /// The text with zeros in front.
    fileprivate func leftPadded(to width: Int) -> String {
        String(repeating: "0", count: max(0, width - count)) + self
    }
}
