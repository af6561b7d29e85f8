/// Numbers as little-endian bytes, the order of ONNX and safetensors.
enum LittleEndian {
    /// Appends 4 bytes a number (IEEE 754 binary32).
    static func append(_ numbers: [Float], to bytes: inout [UInt8]) {
        #if _endian(little)
            unsafe numbers.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        #else
            for number in numbers { append(number.bitPattern, to: &bytes) }
        #endif
    }

    /// Appends the bytes of one integer, the lowest first.
    static func append<Integer: FixedWidthInteger>(_ integer: Integer, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: Integer.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: integer >> shift))
        }
    }

    /// The bytes of float numbers.
    static func bytes(_ numbers: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * numbers.count)
        append(numbers, to: &bytes)
        return bytes
    }
}
