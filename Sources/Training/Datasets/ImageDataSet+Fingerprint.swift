import Files

extension ImageDataSet {
    /// Up to so many bytes of image files are read whole; of larger sets a thousand files.
    private static let readBytes = 1 << 29

    /// SHA-256 over classes, labels and images, 64 hexadecimal digits: whether a data set is still the one that it was.
    ///
    /// Of files it holds every name below the data set's path and every size, and the contents up to 512 MB in all, beyond
    /// those of a thousand files evenly over the set. Where the data set lies does not matter.
    /// Throws the errors of reading.
    public func fingerprint() throws -> String {
        var parts = [SHA256Digest.hexadecimal(of: Array("\(classNames) \(labels)".utf8))]
        switch storage {
        case .bytes(let bytes, let width, let height, let channels):
            parts += ["\(width) \(height) \(channels)", SHA256Digest.hexadecimal(of: bytes)]
        case .files(let files):
            let sizes = try files.map { try InputFile.sizeBytes($0) }
            let names = files.map { $0.hasPrefix(path) ? String($0.dropFirst(path.count)) : $0 }
            parts.append(SHA256Digest.hexadecimal(of: Array("\(names) \(sizes)".utf8)))
            let isWhole = sizes.reduce(0, +) <= Self.readBytes
            let step = isWhole ? 1 : max(1, files.count / 1000)
            for index in stride(from: 0, to: files.count, by: step) {
                parts.append(SHA256Digest.hexadecimal(of: try InputFile.bytes(files[index])))
            }
        }
        return SHA256Digest.hexadecimal(of: Array(parts.joined(separator: " ").utf8))
    }
}
