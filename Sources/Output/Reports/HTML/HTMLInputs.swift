import Diagnostics
import Evaluation
import Figures
import Images

/// The inputs that excite a network's kernels most, as its page carries them.
///
/// The pictures lie once in an element of JSON: what was used, what was left out and why, each picture's name and JPEG.
/// Layers name places in them (``Columns``), which the script cuts out.
struct HTMLInputs {
    /// Bytes that the pictures of a page take at most, in base64.
    static let room = 2_500_000
    /// Bytes that a channel takes.
    static let channelBytes = ChannelPeaks.limit * 10 + 8
    /// The smallest side of a picture that is worth a look.
    private static let smallestSide = 32

    private let activations: TopActivations
    /// Of each picture its place among those that the page holds.
    private let places: [Int: Int]
    /// Name and JPEG of each picture that the page holds.
    private let pictures: [(name: String, file: [UInt8])]
    /// Rows and columns at which they are held.
    private let side: Int

    /// Makes the pictures that some channel names small enough for `room` bytes.
    ///
    /// Throws `images.noEncoder`.
    init(_ activations: TopActivations, room: Int = Self.room) throws {
        self.activations = activations
        let named = Set(activations.layers.flatMap { $0.channels.flatMap { $0.peaks.map(\.picture) } }).sorted()
        places = Dictionary(uniqueKeysWithValues: named.enumerated().map { ($1, $0) })
        let own = activations.pictures.first?.image.width ?? 0
        var side = own
        while true {
            let files = try named.map { place in
                let image = activations.pictures[place].image
                return try ImageFile.encodeJPEG(side < own ? image.resized(width: side, height: side) : image)
            }
            let bytes = files.reduce(0) { $0 + $1.count } / 3 * 4
            if bytes <= room || side <= Self.smallestSide {
                pictures = zip(named, files).map { (activations.pictures[$0].name, $1) }
                break
            }
            // JPEG's bytes grow somewhat slower than pixels.
            let share = (Double(room) / Double(bytes)).squareRoot()
            side = max(Self.smallestSide, min(side - 1, Int(Double(side) * share * 0.95)))
        }
        self.side = side
    }

    /// Bytes on the page, beside those of the channels.
    var byteCount: Int { pictures.reduce(0) { $0 + $1.file.count } / 3 * 4 }

    /// Channels with peaks or without.
    var channelCount: Int { activations.layers.reduce(0) { $0 + $1.channels.count } }

    /// What is said of them in the network's summary.
    var sentence: String {
        let used = activations.pictures.count
        var parts: [String] = []
        if used > 0 {
            parts.append(
                "those that excite each kernel most, among \(NumberFormat.grouped(used)) of "
                    + "\(NumberFormat.grouped(activations.available)) pictures of \(folder)")
            if let own = activations.pictures.first?.image.width, side < own {
                parts.append("pictures are held at \(side) of \(own) pixels")
            }
        }
        return (parts + activations.losses).joined(separator: "; ")
    }

    private var folder: String { TextTable.fileName(activations.path) }

    /// The element that carries the pictures and what was left out.
    func element(id: String) -> String {
        func list(_ values: [String]) -> String { "[\(values.joined(separator: ","))]" }
        let fields = [
            "\"folder\":\(Self.quoted(folder))", "\"available\":\(activations.available)",
            "\"used\":\(activations.pictures.count)", "\"size\":\(activations.pictures.first?.image.width ?? 0)",
            "\"held\":\(side)", "\"unreadable\":\(list(activations.unreadable.map(Self.quoted)))",
            "\"leftOut\":"
                + list(
                    activations.leftOut.map {
                        "{\"layer\":\(Self.quoted($0.layer)),\"reason\":\(Self.quoted($0.reason))}"
                    }),
            "\"pictures\":"
                + list(pictures.map { "{\"name\":\(Self.quoted($0.name)),\"jpeg\":\"\(Base64.text($0.file))\"}" }),
        ]
        return "<script type=\"application/json\" id=\"\(id)\">{\(fields.joined(separator: ","))}</script>"
    }

    /// A JSON string that ends no element.
    private static func quoted(_ text: String) -> String {
        JSONText.quoted(text.printable).replacing("<", with: "\\u003c")
    }

    /// What a layer's channels name.
    struct Columns: Equatable {
        /// How many channels.
        let channels: Int
        /// Picture, row and column of each peak, 65,535 for none; three numbers a peak.
        let places: [UInt16]
        /// The activations of each peak, then mean and standard deviation of the channel.
        let values: [Float]
        /// Where the units lie, as JSON.
        let geometry: String
    }

    /// The columns of the first `channels` channels of the layer with this weight; nil where it was left out.
    func columns(ofWeight name: String, channels: Int) -> Columns? {
        guard let layer = activations.layer(ofWeight: name) else { return nil }
        var (numbers, values): ([UInt16], [Float]) = ([], [])
        let kept = layer.channels.prefix(channels)
        for channel in kept {
            let peaks = channel.peaks
            for rank in 0..<ChannelPeaks.limit {
                guard rank < peaks.count, let picture = places[peaks[rank].picture] else {
                    numbers += [.max, 0, 0]
                    values.append(0)
                    continue
                }
                numbers += [picture, peaks[rank].row, peaks[rank].column].map { UInt16(clamping: $0) }
                values.append(peaks[rank].activation)
            }
            values += [Float(channel.mean), Float(channel.deviation)]
        }
        let axes = [layer.rows, layer.columns]
        let geometry =
            "{\"channels\":\(kept.count),\"reach\":[\(axes[0].reach),\(axes[1].reach)],"
            + "\"step\":[\(axes[0].step),\(axes[1].step)],\"start\":[\(axes[0].start),\(axes[1].start)],"
            + "\"global\":\(axes.contains(where: \.isGlobal))}"
        return Columns(channels: kept.count, places: numbers, values: values, geometry: geometry)
    }
}

extension TopActivations {
    /// What was left out, a line each; layers with one reason in one.
    public var losses: [String] {
        var reasons: [(reason: String, layers: [String])] = []
        for left in leftOut {
            if let place = reasons.firstIndex(where: { $0.reason == left.reason }) {
                reasons[place].layers.append(left.layer)
            } else {
                reasons.append((left.reason, [left.layer]))
            }
        }
        let layers = reasons.map { reason, layers in
            let more = layers.count > 3 ? " and \(layers.count - 3) more layers" : ""
            let sentence = reason.hasSuffix(".") ? String(reason.dropLast()) : reason
            return "none of \(layers.prefix(3).joined(separator: ", "))\(more): \(sentence)"
        }
        guard let first = unreadable.first else { return layers }
        let unread =
            unreadable.count == 1
            ? "1 picture could not be read: \(first)"
            : "\(unreadable.count) pictures could not be read, the first: \(first)"
        return [unread.hasSuffix(".") ? String(unread.dropLast()) : unread] + layers
    }
}
