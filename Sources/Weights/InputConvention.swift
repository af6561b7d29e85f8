/// What a network expects of its input and how it pads: what the weights alone do not say.
public struct InputConvention: Sendable, Equatable {
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
    static let sizes = 1...65_536

    /// The words for ImageNet's mean and deviation per plane.
    static let imageNet = "/255 ImageNet mean/std"

    /// Reads a checkpoint's own words ("RGB 224 x/127.5-1", padding "tf_same"); what they leave open comes from the
    /// conventions of the library that built the network.
    init(attributes: [String: String], padding: Padding, size: Int?, normalisation: String? = nil) {
        let words = (attributes["input"] ?? "").split(separator: " ").map(String.init)
        let order = words.first.flatMap(ChannelOrder.init(rawValue:))
        let rest = order == nil ? words[...] : words.dropFirst()
        let ownSize = rest.first.flatMap { Int($0) }.flatMap { Self.sizes.contains($0) ? $0 : nil }
        let formula = (ownSize == nil ? rest : rest.dropFirst()).joined(separator: " ")
        let known = Self.normalisation(attributes["input"] == nil ? normalisation ?? "" : formula)
        let own = attributes["padding"].flatMap { text -> Padding? in
            text.hasPrefix("tf") ? .tensorFlowSame : text.hasPrefix("torch") ? .torch : nil
        }
        self.init(
            padding: own ?? padding, size: ownSize ?? size, channelOrder: order ?? .rgb, mean: known?.mean,
            scale: known?.scale)
    }

    /// (x − mean) · scale for x in 0…255, from one of the formulas in use; nil for any other.
    private static func normalisation(_ formula: String) -> (mean: [Float], scale: [Float])? {
        func uniform(_ mean: Float, _ scale: Float) -> (mean: [Float], scale: [Float]) {
            (Array(repeating: mean, count: 3), Array(repeating: scale, count: 3))
        }
        if formula == "/255" { return uniform(0, 1 / 255) }
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
            let inner = formula[formula.index(formula.startIndex, offsetBy: 4)..<close]
            let means = inner.split(separator: ",").compactMap { Float($0) }
            let tail = formula[close...].dropFirst()
            guard means.count == 3, tail.hasPrefix(")*"), let factor = Float(tail.dropFirst(2)) else { return nil }
            return (means, Array(repeating: factor, count: 3))
        }
        return nil
    }
}
