/// What TensorBoard shows of one step under a name; a "/" in the name puts it into a group.
public enum EventSummary: Sendable, Equatable {
    /// A point of a curve.
    case scalar(String, Double)
    /// A picture: the bytes of a PNG file and its size in pixels.
    case picture(String, png: [UInt8], width: Int, height: Int)
    /// The distribution of many numbers.
    case histogram(String, EventHistogram)

    /// `Summary.Value` of `tensorflow/core/framework/summary.proto`.
    fileprivate var message: [UInt8] {
        var message = MessageBytes()
        switch self {
        case .scalar(let tag, let value):
            message.append(tag, field: 1)
            message.append(chosen: Float(value), field: 2)
        case .picture(let tag, let png, let width, let height):
            var picture = MessageBytes()
            picture.append(height, field: 1)
            picture.append(width, field: 2)
            // Three channels: red, green, blue.
            picture.append(3, field: 3)
            picture.append(png, field: 4)
            message.append(tag, field: 1)
            message.append(picture.bytes, field: 4)
        case .histogram(let tag, let histogram):
            message.append(tag, field: 1)
            message.append(histogram.message, field: 5)
        }
        return message.bytes
    }
}

/// One record of an event file.
enum EventRecord {
    /// What a file begins with.
    case version
    /// A training begins or goes on: what an older file says of this step and later ones no longer holds.
    case start
    /// What a step showed.
    case summary([EventSummary])

    /// `Event` of `tensorflow/core/util/event.proto`, at a time in seconds since 1970.
    func message(time: Double, step: Int) -> [UInt8] {
        var message = MessageBytes()
        message.append(time, field: 1)
        message.append(step, field: 2)
        switch self {
        case .version: message.append("brain.Event:2", field: 3)
        case .start:
            var session = MessageBytes()
            session.append(1, field: 1)
            message.append(session.bytes, field: 7)
        case .summary(let summaries):
            var summary = MessageBytes()
            for value in summaries { summary.append(value.message, field: 1) }
            message.append(summary.bytes, field: 5)
        }
        return message.bytes
    }

    /// The record as a TFRecord file frames it: length, its checksum, the message, its checksum.
    static func framed(_ message: [UInt8]) -> [UInt8] {
        var length = MessageBytes()
        length.append(little: UInt64(message.count))
        var record = length
        record.append(little: MaskedCRC32C.masked(length.bytes))
        var end = MessageBytes()
        end.append(little: MaskedCRC32C.masked(message))
        return record.bytes + message + end.bytes
    }
}
