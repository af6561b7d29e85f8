import Diagnostics
import Files
import Images

/// Labelled images: in memory (IDX, CIFAR) or as files that are decoded when asked for.
public struct ImageDataSet: Sendable {
    /// Which part of a data set.
    public enum Split: String, Sendable, CaseIterable {
        /// What a net is trained on.
        case training
        /// What it is measured on.
        case test
    }

    enum Storage: Sendable {
        /// Images of one size, one after another: `channels` planes each, or RGB interleaved.
        case bytes([UInt8], width: Int, height: Int, channels: Int)
        /// PNG or JPEG files.
        case files([String])
    }

    /// The path that the user named.
    public let path: String
    /// The form in words ("IDX", "CIFAR binary", "folder of images", "CSV").
    public let form: String
    /// The names of the classes, by their number.
    public let classNames: [String]
    /// The class of each image, 0..<`classNames.count`.
    public let labels: [Int]

    /// What was met beside the images: read it out, silence would hide a wrong folder.
    public let findings: Findings

    let storage: Storage
    /// The limit under which the data set was opened, whatever thread decodes a picture.
    private let memoryBytes = MemoryLimit.bytes
    /// Whether classes are numbers of a larger whole, of which some may have no image.
    package let isNumbered: Bool

    /// How many images.
    public var count: Int { labels.count }

    init(
        path: String, form: String, classNames: [String], labels: [Int], storage: Storage, isNumbered: Bool = false,
        findings: Findings = Findings()
    ) {
        self.isNumbered = isNumbered
        self.findings = findings
        self.path = path
        self.form = form
        self.classNames = classNames
        self.labels = labels
        self.storage = storage
    }

    /// How an image is named in messages: its file, or its number.
    public func name(of index: Int) -> String {
        if case .files(let files) = storage { return files[index] }
        return "\(path): image \(index)"
    }

    /// Decodes an image; grey ones become RGB, photographs are turned by their EXIF orientation.
    ///
    /// Throws the errors of `ImageFile`.
    public func image(_ index: Int) throws -> RGBImage { try reading(index).image }

    /// Decodes an image and tells whether its EXIF orientation turned it. torchvision's `ImageFolder` does not turn.
    ///
    /// Throws as ``image(_:)`` does.
    public func reading(_ index: Int) throws -> ImageFile.Reading {
        switch storage {
        case .files(let files):
            return try MemoryLimit.$bytes.withValue(memoryBytes) { try ImageFile.reading(files[index]) }
        case .bytes(let bytes, let width, let height, let channels):
            let plane = width * height
            let start = index * plane * channels
            var rgb = [UInt8](repeating: 0, count: plane * 3)
            for channel in 0..<3 {
                let source = start + min(channel, channels - 1) * plane
                for pixel in 0..<plane { rgb[3 * pixel + channel] = bytes[source + pixel] }
            }
            return ImageFile.Reading(image: RGBImage(width: width, height: height, bytes: rgb), turn: nil)
        }
    }

    /// The images at the given places, in that order.
    public func subset(_ indices: [Int]) -> ImageDataSet {
        let storage: Storage
        switch self.storage {
        case .files(let files): storage = .files(indices.map { files[$0] })
        case .bytes(let bytes, let width, let height, let channels):
            let size = width * height * channels
            var part: [UInt8] = []
            part.reserveCapacity(indices.count * size)
            for index in indices { part.append(contentsOf: bytes[index * size..<(index + 1) * size]) }
            storage = .bytes(part, width: width, height: height, channels: channels)
        }
        return ImageDataSet(
            path: path, form: form, classNames: classNames, labels: indices.map { labels[$0] }, storage: storage,
            isNumbered: isNumbered, findings: findings)
    }

    /// At most `limit` images, as many of each class as possible, the first ones of each.
    public func limited(to limit: Int) -> ImageDataSet {
        guard limit < count else { return self }
        var taken = Array(repeating: 0, count: classNames.count)
        var ranks: [(rank: Int, index: Int)] = []
        for (index, label) in labels.enumerated() {
            ranks.append((taken[label], index))
            taken[label] += 1
        }
        let kept = ranks.sorted { $0 < $1 }.prefix(limit).map(\.index).sorted()
        return subset(kept)
    }

    /// The same images numbered as the classes of `other` are, by their names: a test set whose folders lack a class, or
    /// have one more, still means the same classes as the training set.
    ///
    /// Unchanged where a side has numbers instead of names. Throws `data.classes` for a class that `other` has not.
    public func numbered(as other: ImageDataSet) throws -> ImageDataSet {
        guard classNames != other.classNames, !ClassNames.arePlaceholders(classNames),
            !ClassNames.arePlaceholders(other.classNames)
        else { return self }
        let places = Dictionary(
            other.classNames.enumerated().map { (ClassNames.normalised($1), $0) },
            uniquingKeysWith: { first, _ in first })
        let numbers = classNames.map { places[ClassNames.normalised($0)] }
        let used = Set(labels)
        let missing = classNames.indices.filter { used.contains($0) && numbers[$0] == nil }.map { classNames[$0] }
        guard missing.isEmpty else {
            throw KernelVizError(
                code: "data.classes", subject: path,
                found: "\(missing.count) of \(classNames.count) classes are not in the training set: "
                    + ClassNames.list(missing),
                expected: "classes of \(other.path): \(ClassNames.list(other.classNames))",
                advice: "Name the folders of both parts alike")
        }
        return ImageDataSet(
            path: path, form: form, classNames: other.classNames, labels: labels.compactMap { numbers[$0] },
            storage: storage, isNumbered: isNumbered, findings: findings)
    }

    /// Throws `data.classes` unless the data set has `expected` classes.
    public func check(classes expected: Int, network: String) throws {
        guard classNames.count == expected else {
            throw KernelVizError(
                code: "data.classes", subject: path, found: "\(classNames.count) classes",
                expected: "\(expected), as \(network) has", advice: "Choose another data set or another net")
        }
    }
}
