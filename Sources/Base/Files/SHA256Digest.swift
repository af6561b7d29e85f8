import CCrypto

/// SHA-256 over bytes that arrive in pieces.
public struct SHA256Digest: ~Copyable {
    private let context: OpaquePointer?

    /// Starts an empty digest.
    public init() {
        unsafe context = EVP_MD_CTX_new()
        _ = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Adds the bytes of `buffer`.
    public mutating func update(_ buffer: UnsafeRawBufferPointer) {
        _ = unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
    }

    /// The digest of all bytes so far, 32 bytes.
    public consuming func bytes() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        _ = unsafe EVP_DigestFinal_ex(context, &digest, nil)
        return digest
    }

    /// The digest of all bytes so far, 64 lower-case hexadecimal digits.
    public consuming func hexadecimal() -> String {
        bytes().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// The digest of `bytes`, 32 bytes.
    public static func bytes(of bytes: [UInt8]) -> [UInt8] {
        var digest = SHA256Digest()
        unsafe bytes.withUnsafeBytes { unsafe digest.update($0) }
        return digest.bytes()
    }

    /// The digest of `bytes`, 64 lower-case hexadecimal digits.
    public static func hexadecimal(of bytes: [UInt8]) -> String {
        var digest = SHA256Digest()
        unsafe bytes.withUnsafeBytes { unsafe digest.update($0) }
        return digest.hexadecimal()
    }
}
