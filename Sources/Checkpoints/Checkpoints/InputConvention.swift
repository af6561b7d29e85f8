/// What a network expects of its input and how it pads: what the weights alone do not say.
public struct InputConvention: Sendable, Equatable, Codable {
    /// How convolutions pad at the border.
    public enum Padding: String, Sendable, Equatable, Codable {
        /// floor(N / 2) zeros on every side.
        case torch
        /// TensorFlow's "SAME": the output has ceil(size / stride) rows; an odd zero goes to the bottom and right.
        case tensorFlowSame = "tf_same"
    }

    /// The order in which the three colour planes are handed over.
    public enum ChannelOrder: String, Sendable, Equatable, Codable {
        /// Red, green, blue.
        case rgb = "RGB"
        /// Blue, green, red.
        case bgr = "BGR"
    }

    /// How convolutions pad at the border.
    public let padding: Padding
    /// Rows and columns of the images that the network was trained on; nil where it is not said.
    public let size: Int?
    /// The order of the colour planes.
    public let channelOrder: ChannelOrder
    /// Subtracted from each plane, in 0…255, in the order of the planes; nil where the preprocessing is not known.
    public let mean: [Float]?
    /// Multiplied onto each plane after ``mean`` is subtracted; nil where the preprocessing is not known.
    public let scale: [Float]?

    /// Groups the conventions; see the properties.
    public init(
        padding: Padding, size: Int? = nil, channelOrder: ChannelOrder = .rgb, mean: [Float]? = nil,
        scale: [Float]? = nil
    ) {
        self.padding = padding
        self.size = size
        self.channelOrder = channelOrder
        self.mean = mean
        self.scale = scale
    }

    /// The rows and columns that images can have.
    package static let sizes = 1...65_536

    /// The words for ImageNet's mean and deviation per plane.
    package static let imageNet = "/255 ImageNet mean/std"

    /// Reads a checkpoint's own words ("RGB 224 x/127.5-1", padding "tf_same"), or the description that kernelviz wrote,
    /// then the `config.json` beside it; what they leave open comes from the conventions of the library that built the
    /// network.
    package init(_ checkpoint: Checkpoint, padding: Padding, size: Int?, normalisation: String? = nil) {
        let (attributes, description) = (checkpoint.attributes, checkpoint.description)
        let words = (attributes["input"] ?? checkpoint.model?.graph?.inputWords).flatMap(InputConvention.init(words:))
        let known = description?.preprocessing
        let hub = HubConfig(attributes)
        let usual = (attributes["input"] == nil ? normalisation : nil).flatMap(InputConvention.init(words:))
        let stated = hub?.normalisation
        let mean = known?.mean ?? words?.mean ?? stated?.mean ?? usual?.mean
        self.init(
            padding: Self.padding(attributes) ?? padding,
            size: description?.inputSize.flatMap { Self.sizes.contains($0) ? $0 : nil } ?? words?.size ?? size
                ?? hub?.inputSize,
            channelOrder: known?.order.flatMap(ChannelOrder.init(rawValue:)) ?? words?.channelOrder
                ?? hub?.channelOrder ?? usual?.channelOrder ?? .rgb,
            mean: mean, scale: mean == nil ? nil : known?.scale ?? words?.scale ?? stated?.scale ?? usual?.scale)
    }

    /// How the file itself says that images are padded; nil where it does not.
    package static func padding(_ attributes: [String: String]) -> Padding? {
        attributes["padding"].flatMap { text -> Padding? in
            text.hasPrefix("tf") ? .tensorFlowSame : text.hasPrefix("torch") ? .torch : nil
        } ?? HubConfig(attributes)?.padding
    }

    /// Whether the file itself says how images are normalised.
    package static func isStated(_ checkpoint: Checkpoint) -> Bool {
        checkpoint.attributes["input"].flatMap(InputConvention.init(words:))?.mean != nil
            || checkpoint.description?.preprocessing?.mean != nil || checkpoint.model?.graph?.inputWords != nil
            || HubConfig(checkpoint.attributes)?.normalisation != nil
    }

    /// Reads "RGB 224 /255 ImageNet mean/std": the order of the planes, a size, a formula for x in 0…255, each of which
    /// may be absent; nil without any of them.
    public init?(words text: String) {
        let words = text.split(separator: " ").map(String.init)
        let order = words.first.flatMap(ChannelOrder.init(rawValue:))
        let rest = order == nil ? words[...] : words.dropFirst()
        let size = rest.first.flatMap { Int($0) }.flatMap { Self.sizes.contains($0) ? $0 : nil }
        let known = Self.normalisation((size == nil ? rest : rest.dropFirst()).joined(separator: " "))
        guard order != nil || size != nil || known != nil else { return nil }
        self.init(
            padding: .torch, size: size, channelOrder: order ?? .rgb, mean: known?.mean, scale: known?.scale)
    }

    /// The order of the planes and the formula in the words that ``init(words:)`` reads; "unknown" without a formula.
    public var words: String {
        guard let mean, let scale else { return "\(channelOrder.rawValue) unknown" }
        let formulas = ["/255", "x/127.5-1", Self.imageNet]
        let formula = formulas.first { Self.normalisation($0).map { $0.mean == mean && $0.scale == scale } ?? false }
        func list(_ numbers: [Float]) -> String { "[\(numbers.map { "\($0)" }.joined(separator: ","))]" }
        return "\(channelOrder.rawValue) " + (formula ?? "(x-\(list(mean)))*\(list(scale))")
    }

    /// (x − mean) · scale for x in 0…255, from one of the formulas in use; nil for any other.
    private static func normalisation(_ formula: String) -> (mean: [Float], scale: [Float])? {
        func uniform(_ mean: Float, _ scale: Float) -> (mean: [Float], scale: [Float]) {
            (Array(repeating: mean, count: 3), Array(repeating: scale, count: 3))
        }
        if formula == "/255" { return uniform(0, 1 / 255) }
        if formula == "x" { return uniform(0, 1) }
        if formula == "x/127.5-1" { return uniform(127.5, 1 / 127.5) }
        if formula.hasPrefix(imageNet) {
            // The means and deviations of ImageNet in 0…1, as torchvision's models use them.
            let mean: [Float] = [0.485, 0.456, 0.406]
            let deviation: [Float] = [0.229, 0.224, 0.225]
            return (mean.map { $0 * 255 }, deviation.map { 1 / (255 * $0) })
        }
        if formula.hasPrefix("x-") {
            let number = formula.dropFirst(2).prefix { $0.isNumber || $0 == "." }
            return Float(number).map { uniform($0, 1) }
        }
        if formula.hasPrefix("(x-["), let close = formula.firstIndex(of: "]") {
            let means = numbers(formula[formula.index(formula.startIndex, offsetBy: 4)..<close])
            let tail = formula[close...].dropFirst()
            guard let means, means.count == 3 || means.count == 1, tail.hasPrefix(")*") else { return nil }
            let factor = tail.dropFirst(2)
            if factor.hasPrefix("["), factor.hasSuffix("]") {
                guard let scales = numbers(factor.dropFirst().dropLast()), scales.count == means.count else {
                    return nil
                }
                return (means, scales)
            }
            return Float(factor).map { (means, Array(repeating: $0, count: means.count)) }
        }
        return nil
    }

    /// Finite numbers between commas.
    private static func numbers(_ text: Substring) -> [Float]? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
        return parts.allSatisfy { $0?.isFinite == true } ? parts.compactMap { $0 } : nil
    }
}
