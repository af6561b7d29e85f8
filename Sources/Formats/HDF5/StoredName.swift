import CHDF5

/// Names inside a file: UTF-8, as h5py and Keras write them, or Latin-1 as old programs did.
///
/// HDF5 keeps bytes. Bytes that are no UTF-8 are shown as the Latin-1 letters that they stand for, and looked up so again.
enum StoredName {
    /// A name as text, and whether its bytes were no UTF-8.
    static func text(_ bytes: some Sequence<UInt8>) -> (text: String, isLatin1: Bool) {
        let bytes = Array(bytes)
        if let text = String(validating: bytes, as: UTF8.self) { return (text, false) }
        return (String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })), true)
    }

    /// The bytes of a C string.
    static func bytes(_ name: UnsafePointer<CChar>) -> [UInt8] {
        Array(UnsafeBufferPointer(start: name, count: strlen(name))).map { UInt8(bitPattern: $0) }
    }

    /// A C string of bytes.
    static func characters(_ bytes: [UInt8]) -> [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }

    /// How a file may spell a name: as UTF-8, and as Latin-1 where its letters allow that.
    static func spellings(_ name: some StringProtocol) -> [[UInt8]] {
        let plain = Array(name.utf8)
        guard plain.contains(where: { $0 >= 0x80 }), name.unicodeScalars.allSatisfy({ $0.value < 256 }) else {
            return [plain]
        }
        return [plain, name.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }]
    }

    /// The path of an object as the file spells it, part by part; used inside the lock only.
    static func path(_ path: String, in file: hid_t) -> [CChar] {
        guard path.utf8.contains(where: { $0 >= 0x80 }) else { return Array(path.utf8CString) }
        var found: [UInt8] = []
        for part in path.split(separator: "/") {
            let spellings = Self.spellings(part).map { found + [UInt8(ascii: "/")] + $0 }
            found = spellings.first { H5Lexists(file, characters($0), kv_H5P_DEFAULT()) > 0 } ?? spellings[0]
        }
        return characters(found)
    }
}
