import Glibc
import Images
import Tensors

/// What happens to a training image before the net sees it; every choice comes from the generator that is passed.
public struct Augmentation: Sendable, Equatable, Codable {
    /// How a part of the image is chosen.
    public enum Crop: Sendable, Equatable, Codable {
        /// The middle.
        case center
        /// The image with so many black pixels around it, cut at a random place (CIFAR).
        case padded(Int)
        /// A random part of area 0.08–1 and ratio 3/4–4/3, resized (ImageNet; torchvision's RandomResizedCrop).
        case resized
    }

    /// How a part of the image is chosen.
    public var crop: Crop
    /// Whether half of the images are mirrored.
    public var flips: Bool
    /// The side of a square that is blanked at a random place; 0 for none (arXiv 1708.04552).
    public var cutout: Int

    /// The paper's ImageNet recipe for large images, the authors' CIFAR script for small ones.
    public static func standard(inputSize: Int) -> Augmentation {
        Augmentation(crop: inputSize < 64 ? .padded(4) : .resized, flips: true, cutout: 0)
    }

    /// Nothing random.
    public static let none = Augmentation(crop: .center, flips: false, cutout: 0)

    /// Groups the choices.
    public init(crop: Crop, flips: Bool, cutout: Int) {
        self.crop = crop
        self.flips = flips
        self.cutout = cutout
    }

    /// A picture of `size`×`size`.
    public func apply(to image: RGBImage, size: Int, generator: inout SeededGenerator) -> RGBImage {
        var result: RGBImage
        switch crop {
        case .center: result = Self.fitted(image, size)
        case .padded(let border):
            let x = Self.choose(2 * border + 1, &generator) - border
            let y = Self.choose(2 * border + 1, &generator) - border
            result = Self.fitted(image, size).cropped(x: x, y: y, width: size, height: size)
        case .resized: result = Self.resizedCrop(image, size, &generator)
        }
        if flips && generator.next() >> 63 == 1 { result = Self.mirrored(result) }
        if cutout > 0 {
            let x = Self.choose(size, &generator) - cutout / 2
            let y = Self.choose(size, &generator) - cutout / 2
            result = Self.blanked(result, x: x, y: y, side: cutout)
        }
        return result
    }

    private static func choose(_ count: Int, _ generator: inout SeededGenerator) -> Int {
        Int(generator.uniform() * Double(count))
    }

    private static func fitted(_ image: RGBImage, _ size: Int) -> RGBImage {
        if image.width == size && image.height == size { return image }
        return image.resized(shortSide: size).centerCropped(size)
    }

    /// Ten tries for a part that fits, then the middle.
    private static func resizedCrop(_ image: RGBImage, _ size: Int, _ generator: inout SeededGenerator) -> RGBImage {
        let area = Double(image.width * image.height)
        for _ in 0..<10 {
            let target = area * (0.08 + 0.92 * generator.uniform())
            let ratio = exp(log(0.75) + (log(4.0 / 3) - log(0.75)) * generator.uniform())
            let width = Int((target * ratio).squareRoot().rounded())
            let height = Int((target / ratio).squareRoot().rounded())
            guard width > 0, height > 0, width <= image.width, height <= image.height else { continue }
            let x = choose(image.width - width + 1, &generator)
            let y = choose(image.height - height + 1, &generator)
            return image.cropped(x: x, y: y, width: width, height: height).resized(width: size, height: size)
        }
        return fitted(image, size)
    }

    private static func mirrored(_ image: RGBImage) -> RGBImage {
        var bytes = image.bytes
        for row in 0..<image.height {
            for column in 0..<image.width {
                let source = (row * image.width + image.width - 1 - column) * 3
                let target = (row * image.width + column) * 3
                for channel in 0..<3 { bytes[target + channel] = image.bytes[source + channel] }
            }
        }
        return RGBImage(width: image.width, height: image.height, bytes: bytes)
    }

    private static func blanked(_ image: RGBImage, x: Int, y: Int, side: Int) -> RGBImage {
        var bytes = image.bytes
        for row in max(0, y)..<max(max(0, y), min(image.height, y + side)) {
            for column in max(0, x)..<max(max(0, x), min(image.width, x + side)) {
                // ImageNet's mean colour: zero after normalisation.
                for (channel, value) in [UInt8(124), 116, 104].enumerated() {
                    bytes[(row * image.width + column) * 3 + channel] = value
                }
            }
        }
        return RGBImage(width: image.width, height: image.height, bytes: bytes)
    }
}
