import Diagnostics
import Files

/// MNIST's file format: a big-endian header (00 00 type rank, then the lengths) and unsigned bytes.
///
/// Source: http://yann.lecun.com/exdb/mnist.
struct IDXFiles {
    let images: String
    let labels: String

    /// The pair of files of a split in a folder, packed or not; nil where there is none.
    init?(folder: String, names: [String], split: ImageDataSet.Split) {
        let prefix = split == .training ? "train" : "t10k"
        func find(_ kind: String) -> String? {
            names.first { $0.hasPrefix("\(prefix)-\(kind)") && $0.contains("ubyte") }.map { folder + "/" + $0 }
        }
        guard let images = find("images"), let labels = find("labels") else { return nil }
        self.images = images
        self.labels = labels
    }

    func open() throws -> ImageDataSet {
        let (shape, pixels) = try Self.read(images, rank: 3)
        let (labelShape, labelBytes) = try Self.read(labels, rank: 1)
        guard shape[0] == labelShape[0], shape[0] > 0, shape[1] > 0, shape[2] > 0 else {
            throw KernelVizError(
                code: "data.damaged", subject: labels, found: "\(labelShape[0]) labels",
                expected: "\(shape[0]), as many as images", advice: "Copy or download both files again")
        }
        let labels = labelBytes.map { Int($0) }
        let classes = max(10, (labels.max() ?? 0) + 1)
        return ImageDataSet(
            path: FilePaths.folder(of: images), form: "IDX", classNames: (0..<classes).map { "class \($0)" },
            labels: labels, storage: .bytes(pixels, width: shape[2], height: shape[1], channels: 1))
    }

    /// Lengths and bytes of one file.
    private static func read(_ path: String, rank: Int) throws -> (shape: [Int], bytes: [UInt8]) {
        var bytes = try InputFile.bytes(path)
        if Gzip.isCompressed(bytes) { bytes = try Gzip.decompress(bytes, subject: path) }
        let header = 4 + 4 * rank
        guard bytes.count >= header, bytes[0] == 0, bytes[1] == 0, bytes[2] == 8, Int(bytes[3]) == rank else {
            throw KernelVizError(
                code: "data.damaged", subject: path, found: "no IDX header of unsigned bytes with \(rank) axes",
                expected: "an IDX file", advice: "Copy or download it again")
        }
        let shape = (0..<rank).map { axis in
            (0..<4).reduce(0) { $0 << 8 | Int(bytes[4 + 4 * axis + $1]) }
        }
        let count = shape.reduce(Int?.some(1)) { product, length in
            product.flatMap {
                let (result, overflow) = $0.multipliedReportingOverflow(by: length)
                return overflow ? nil : result
            }
        }
        guard bytes.count - header == count else {
            throw KernelVizError(
                code: "data.damaged", subject: path,
                found: "truncated IDX file (\(bytes.count - header) bytes of data)",
                expected: count.map { "\($0), as its header says" } ?? "what its header says, more than any memory",
                advice: "Copy or download it again")
        }
        bytes.removeFirst(header)
        return (shape, bytes)
    }
}
