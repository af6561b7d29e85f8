/// Something that is wrong with a network, or could be less: where, how sure, at what cost, and what to do.
public struct Finding: Sendable, Equatable, Codable {
    /// How bad it is. The words are those of SARIF 2.1.0's levels.
    public enum Severity: String, Sendable, Equatable, Codable, CaseIterable, Comparable {
        /// It costs something, or is worth knowing; the network does what it was trained for.
        case note
        /// The network is probably not what its owner takes it for.
        case warning
        /// The network cannot give right answers.
        case error

        /// Notes are below warnings, warnings below errors.
        public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// A layer as findings name it.
    public struct Layer: Sendable, Equatable, Codable {
        /// The ordinal among the spatial convolutions; nil for a 1×1 layer.
        public let number: Int?
        /// The checkpoint's own name.
        public let name: String

        /// Names a layer.
        public init(number: Int?, name: String) {
            self.number = number
            self.name = name
        }

        /// "#7 features.4.conv.1.0", or the bare name.
        public var label: String { number.map { "#\($0) \(name)" } ?? name }
    }

    /// Where it is.
    public struct Place: Sendable, Equatable, Codable {
        /// In network order; empty for what concerns the network as a whole.
        public let layers: [Layer]
        /// Output channels of the one layer, ascending; empty for the whole layer.
        public let channels: [Int]
        /// Tensors that are no layer's weight, by their names in the file.
        public let tensors: [String]

        /// Names a place; the default is the network as a whole.
        public init(layers: [Layer] = [], channels: [Int] = [], tensors: [String] = []) {
            self.layers = layers
            self.channels = channels
            self.tensors = tensors
        }
    }

    /// A number that the finding rests on.
    public struct Evidence: Sendable, Equatable, Codable {
        /// What was measured.
        public let name: String
        /// The number.
        public let value: Double
        /// Its unit ("dB", "pixels"); empty for a ratio or a count.
        public let unit: String
        /// The lower end of its 95 % interval; nil where it is exact.
        public let low: Double?
        /// The upper end of its 95 % interval; nil where it is exact.
        public let high: Double?
        /// The chance of such a number in a sound network, corrected for the number of tests (Holm); nil where none is
        /// involved.
        public let probability: Double?
        /// How many values it rests on; nil where it is exact.
        public let count: Int?
        /// What sound networks have, in words; nil where nothing is compared.
        public let usual: String?

        /// Joins a number with what is known of it.
        public init(
            _ name: String, _ value: Double, unit: String = "", interval: ClosedRange<Double>? = nil,
            probability: Double? = nil, count: Int? = nil, usual: String? = nil
        ) {
            self.name = name
            self.value = value
            self.unit = unit
            low = interval?.lowerBound
            high = interval?.upperBound
            self.probability = probability
            self.count = count
            self.usual = usual
        }
    }

    /// What it costs, as far as that is known.
    public struct Cost: Sendable, Equatable, Codable {
        /// Multiply-accumulates of one image that are spent on it; nil where the network does not run here.
        public let macs: Int?
        /// Parameters that are spent on it.
        public let parameters: Int?
        /// The share of pictures whose answer it changes, 0…1; nil without pictures.
        public let answers: Double?

        /// Groups the costs.
        public init(macs: Int? = nil, parameters: Int? = nil, answers: Double? = nil) {
            self.macs = macs
            self.parameters = parameters
            self.answers = answers
        }
    }

    /// The rule that found it ("dead-kernels").
    public let rule: String
    /// How bad it is.
    public let severity: Severity
    /// Where it is.
    public let place: Place
    /// One sentence without the place and without a full stop.
    public let message: String
    /// The numbers that it rests on, the decisive one first.
    public let evidence: [Evidence]
    /// What it costs; nil where that is not known.
    public let cost: Cost?
    /// What to do, one sentence without its full stop.
    public let advice: String

    /// Joins the parts; see the properties.
    public init(
        rule: String, severity: Severity, place: Place = Place(), message: String, evidence: [Evidence],
        cost: Cost? = nil, advice: String
    ) {
        self.rule = rule
        self.severity = severity
        self.place = place
        self.message = message
        self.evidence = evidence
        self.cost = cost
        self.advice = advice
    }
}
