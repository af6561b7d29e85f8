import Diagnostics
import Files

/// CIFAR's binary files: records of one label byte (CIFAR-100: coarse and fine) and 3072 bytes, planes R, G, B of 32×32.
///
/// Source: https://www.cs.toronto.edu/~kriz/cifar.html.
struct CIFARFiles {
    private static let imageBytes = 3072

    let folder: String
    let files: [String]
    let isHundred: Bool

    init?(folder: String, names: [String], split: ImageDataSet.Split) {
        self.folder = folder
        let ten = names.filter {
            $0.hasSuffix(".bin") && $0.hasPrefix(split == .training ? "data_batch" : "test_batch")
        }
        let hundred = names.filter { $0 == (split == .training ? "train.bin" : "test.bin") }
        isHundred = ten.isEmpty
        files = (ten.isEmpty ? hundred : ten).map { folder + "/" + $0 }
        if files.isEmpty { return nil }
    }

    func open() throws -> ImageDataSet {
        let classes = isHundred ? 100 : 10
        let labelBytes = isHundred ? 2 : 1
        let record = labelBytes + Self.imageBytes
        var labels: [Int] = []
        var pixels: [UInt8] = []
        for file in files {
            try MemoryLimit.check(
                2 * InputFile.sizeBytes(file) + pixels.count, "the data set up to this file", subject: file)
            let bytes = try InputFile.bytes(file)
            guard !bytes.isEmpty, bytes.count % record == 0 else {
                throw KernelVizError(
                    code: "data.damaged", subject: file, found: "\(bytes.count) bytes",
                    expected: "whole records of \(record) bytes", advice: "Copy or download it again")
            }
            for start in stride(from: 0, to: bytes.count, by: record) {
                let label = Int(bytes[start + labelBytes - 1])
                guard label < classes else {
                    throw ImageDataSet.badLabel(label, classes: classes, subject: "\(file): image \(start / record)")
                }
                labels.append(label)
                pixels.append(contentsOf: bytes[start + labelBytes..<start + record])
            }
        }
        return ImageDataSet(
            path: folder, form: "CIFAR binary", classNames: try names(classes), labels: labels,
            storage: .bytes(pixels, width: 32, height: 32, channels: 3))
    }

    /// From the names file beside the batches where it is there.
    private func names(_ classes: Int) throws -> [String] {
        let file = folder + (isHundred ? "/fine_label_names.txt" : "/batches.meta.txt")
        guard Folder.kind(file) == .file else { return (0..<classes).map { "class \($0)" } }
        let names = try ClassNames.read(file)
        guard names.count == classes else {
            throw KernelVizError(
                code: "data.damaged", subject: file, found: "\(names.count) name\(names.count == 1 ? "" : "s")",
                expected: "\(classes), one a class",
                advice: "Correct the list, or take it away and the classes are numbered")
        }
        return names
    }
}
