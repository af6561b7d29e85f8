import Tensors

/// How a photograph becomes a network's input.
///
/// Resize the shorter side, crop the middle, order the channels, normalise; `tensor(_:)` gives 1×C×H×W.
public struct ImagePreprocessing: Sendable, Equatable, Codable {
    /// What is done to each 8-bit sample x of channel c; vectors are in the tensor's channel order.
    public enum Normalization: Sendable, Equatable, Codable {
        /// (x / 255 − mean[c]) / deviation[c], as torchvision's `ToTensor` and `Normalize`.
        case standardized(mean: [Float], deviation: [Float])
        /// x / 127.5 − 1: −1…1, as Keras' MobileNets.
        case symmetric
        /// x / 255: 0…1.
        case unit
        /// (x − offset[c]) · scale[c], as Caffe.
        case affine(offset: [Float], scale: [Float])

        /// Mean and deviation of ImageNet's RGB samples on a scale of 0…1.
        public static let imageNet = Normalization.standardized(
            mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

        /// The normalised value of sample `x` of channel `c`.
        func value(_ x: UInt8, channel c: Int) -> Float {
            switch self {
            case .standardized(let mean, let deviation): (Float(x) / 255 - mean[c]) / deviation[c]
            case .symmetric: Float(x) / 127.5 - 1
            case .unit: Float(x) / 255
            case .affine(let offset, let scale): (Float(x) - offset[c]) * scale[c]
            }
        }
    }

    /// The order of the channels in the tensor.
    public enum ChannelOrder: String, Sendable, Equatable, Codable {
        /// Red first.
        case rgb
        /// Blue first, as OpenCV and Caffe read pictures.
        case bgr
    }

    /// The length of the shorter side after resizing; nil keeps the size.
    public var shortSide: Int?
    /// The filter of the resize.
    public var filter: ImageFilter
    /// The side of the middle square that is cut out; nil keeps everything.
    public var crop: Int?
    /// The order of the channels.
    public var channelOrder: ChannelOrder
    /// What is done to each sample.
    public var normalization: Normalization

    /// The usual evaluation of ImageNet networks; see the properties.
    public init(
        shortSide: Int? = 256, filter: ImageFilter = .bilinear, crop: Int? = 224, channelOrder: ChannelOrder = .rgb,
        normalization: Normalization = .imageNet
    ) {
        self.shortSide = shortSide
        self.filter = filter
        self.crop = crop
        self.channelOrder = channelOrder
        self.normalization = normalization
    }

    /// The resized and cropped picture, still in bytes.
    public func prepared(_ image: RGBImage) -> RGBImage {
        let resized = shortSide.map { image.resized(shortSide: $0, filter: filter) } ?? image
        return crop.map { resized.centerCropped($0) } ?? resized
    }

    /// The network's input for one picture: 1×3×H×W.
    public func tensor(_ image: RGBImage) -> Tensor { Self.tensor([prepared(image)], channelOrder, normalization) }

    /// The network's input for one picture that ``prepared(_:)`` gave: 1×3×H×W.
    public func normalized(_ prepared: RGBImage) -> Tensor { Self.tensor([prepared], channelOrder, normalization) }

    /// N pictures of one size, already resized and cropped, as N×3×H×W.
    public static func tensor(
        _ images: [RGBImage], _ order: ChannelOrder = .rgb, _ normalization: Normalization
    ) -> Tensor {
        precondition(!images.isEmpty)
        let (width, height) = (images[0].width, images[0].height)
        precondition(images.allSatisfy { $0.width == width && $0.height == height })
        let tables = (0..<3).map { channel in (0..<256).map { normalization.value(UInt8($0), channel: channel) } }
        let plane = width * height
        var scalars = [Float](repeating: 0, count: images.count * 3 * plane)
        for (index, image) in images.enumerated() {
            for channel in 0..<3 {
                let first = (index * 3 + channel) * plane
                fill(
                    &scalars, from: first, count: plane, with: image.bytes,
                    source: order == .rgb ? channel : 2 - channel, table: tables[channel])
            }
        }
        return Tensor(shape: [images.count, 3, height, width], scalars: scalars)
    }

    private static func fill(
        _ scalars: inout [Float], from first: Int, count: Int, with bytes: [UInt8], source: Int, table: [Float]
    ) {
        for pixel in 0..<count { scalars[first + pixel] = table[Int(bytes[3 * pixel + source])] }
    }
}
