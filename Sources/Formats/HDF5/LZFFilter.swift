import CHDF5

/// Teaches libhdf5 to read h5py's LZF filter, which it does not bring along.
enum LZFFilter {
    /// The filter's number in The HDF Group's register.
    private static let identifier: H5Z_filter_t = 32000
    /// The most bytes that a chunk may unpack to: HDF5's own limit is 4 GiB.
    private static let maximumBytes = 1 << 30

    /// Whether libhdf5 took the filter; the first question registers it. Asked inside the lock.
    static let isRegistered: Bool = {
        let name = strdup("lzf")
        var filter = H5Z_class2_t(
            version: Int32(H5Z_CLASS_T_VERS), id: identifier, encoder_present: 0, decoder_present: 1, name: name,
            can_apply: nil, set_local: nil, filter: unpackChunk)
        return H5Zregister(&filter) >= 0
    }()

    /// Replaces the packed chunk in `buffer` by the unpacked one; 0 is failure. The third parameter is the chunk's size.
    private static let unpackChunk: H5Z_func_t = { flags, parameterCount, parameters, byteCount, size, buffer in
        guard flags & UInt32(H5Z_FLAG_REVERSE) != 0, let size, let buffer, let packed = buffer.pointee else { return 0 }
        let claimed = parameterCount > 2 ? Int(parameters?[2] ?? 0) : 0
        var capacity = min(max(claimed, 1), maximumBytes)
        if claimed == 0 { capacity = max(size.pointee, 1) }
        while capacity <= maximumBytes {
            guard let target = H5allocate_memory(capacity, false) else { return 0 }
            let filled = LZF.unpack(
                UnsafeRawBufferPointer(start: packed, count: byteCount),
                into: UnsafeMutableRawBufferPointer(start: target, count: capacity))
            if let filled, filled > 0 {
                H5free_memory(packed)
                buffer.pointee = target
                size.pointee = capacity
                return filled
            }
            H5free_memory(target)
            // Old files do not say how large their chunks are.
            if claimed > 0 { return 0 }
            capacity *= 2
        }
        return 0
    }
}
