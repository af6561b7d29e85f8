import Tensors

/// What one channel of a layer answers to the pictures that it was shown.
public struct ChannelPeaks: Sendable, Equatable {
    /// Pictures that are kept of each channel at most.
    public static let limit = 4

    /// The largest activation within one picture.
    public struct Peak: Sendable, Equatable {
        /// The picture's place among those that were shown.
        public let picture: Int
        /// The row of the unit in the layer's map; of equal units the first is taken.
        public let row: Int
        /// The column of the unit.
        public let column: Int
        /// The unit's activation.
        public let activation: Float
    }

    /// The pictures that excite the channel most, one unit a picture, the strongest first; of equal ones the earlier
    /// picture. Empty where the channel gave the same everywhere, or nothing finite.
    public var peaks: [Peak] { smallest < largest ? kept : [] }

    /// The mean over all units and pictures that gave a finite number; NaN for none.
    public var mean: Double { count > 0 ? sum / Double(count) : .nan }
    /// The standard deviation over the same; NaN for none.
    public var deviation: Double {
        count > 0 ? max(0, squares / Double(count) - mean * mean).squareRoot() : .nan
    }

    private var kept: [Peak] = []
    private var smallest = Float.infinity
    private var largest = -Float.infinity
    private var count = 0
    private var sum = 0.0
    private var squares = 0.0

    /// A channel that was shown nothing.
    init() {}

    /// The channel of a map of one picture.
    ///
    /// - Parameters:
    ///   - plane: The activations, row by row.
    ///   - columns: Their columns.
    ///   - picture: The picture's place.
    init(_ plane: ArraySlice<Float>, columns: Int, picture: Int) {
        var place = plane.startIndex
        for index in plane.indices {
            let value = plane[index]
            guard value.isFinite else { continue }
            if value > largest { (largest, place) = (value, index) }
            if value < smallest { smallest = value }
            count += 1
            sum += Double(value)
            squares += Double(value) * Double(value)
        }
        guard count > 0 else { return }
        let (row, column) = (place - plane.startIndex).quotientAndRemainder(dividingBy: columns)
        kept = [Peak(picture: picture, row: row, column: column, activation: largest)]
    }

    /// Joins what later pictures gave, of this channel or of another with the same kernel.
    mutating func add(_ other: ChannelPeaks) {
        smallest = min(smallest, other.smallest)
        largest = max(largest, other.largest)
        count += other.count
        sum += other.sum
        squares += other.squares
        for peak in other.kept {
            if let own = kept.firstIndex(where: { $0.picture == peak.picture }) {
                guard kept[own].activation < peak.activation else { continue }
                kept.remove(at: own)
            }
            let place = kept.firstIndex { $0.activation < peak.activation } ?? kept.count
            kept.insert(peak, at: place)
            if kept.count > Self.limit { kept.removeLast() }
        }
    }
}
