/// Unpacks LZF, the compression of h5py's `compression="lzf"` (Marc Lehmann, LibLZF).
///
/// A control byte below 32 announces that many and one literal bytes; any other a repetition: its upper three bits are
/// the length (7: a further byte is added), its lower five and the next byte the distance back.
enum LZF {
    /// Unpacks `packed` into `target`; the number of bytes, or nil where the data are damaged or do not fit.
    static func unpack(_ packed: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int? {
        var (place, filled) = (0, 0)
        while place < packed.count {
            let control = Int(packed[place])
            place += 1
            if control < 32 {
                let count = control + 1
                guard count <= packed.count - place, count <= target.count - filled else { return nil }
                for index in 0..<count { target[filled + index] = packed[place + index] }
                place += count
                filled += count
                continue
            }
            var length = control >> 5
            if length == 7 {
                guard place < packed.count else { return nil }
                length += Int(packed[place])
                place += 1
            }
            guard place < packed.count else { return nil }
            let start = filled - (control & 31) << 8 - Int(packed[place]) - 1
            place += 1
            let count = length + 2
            guard start >= 0, count <= target.count - filled else { return nil }
            // One by one: source and target may overlap, which repeats the bytes between them.
            for index in 0..<count { target[filled + index] = target[start + index] }
            filled += count
        }
        return filled
    }
}
