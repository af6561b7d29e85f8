/// One file inside a zip archive, as the archive's directory lists it.
public struct ZipMember: Sendable, Equatable {
    /// The place in the directory, from 0.
    public let index: Int
    /// The name with its folders ("archive/data/0").
    public let name: String
    /// The length in bytes once unpacked, as claimed.
    public let sizeBytes: Int
    /// The length in bytes inside the archive, as claimed.
    public let packedBytes: Int
}
