/// The middle of many numbers without sorting them.
enum RadixSelection {
    /// The element at place `count / 2` of the sorted values; they are 0 or more, finite, and not none.
    ///
    /// Numbers of one sign stand in the order of their bit patterns: eleven bits at a time are counted, and only the numbers
    /// that share those of the middle are looked at again.
    static func middle(_ values: [Float]) -> Float {
        precondition(!values.isEmpty)
        var rank = values.count / 2
        var rest = values
        for shift in [21, 10, 0] as [UInt32] where rest.count > 64 {
            var counts = [Int32](repeating: 0, count: 2048)
            for value in rest { counts[Int(value.bitPattern &>> shift & 2047)] &+= 1 }
            var key = 0
            while rank >= Int(counts[key]) {
                rank -= Int(counts[key])
                key += 1
            }
            let wanted = UInt32(key)
            rest = rest.filter { $0.bitPattern &>> shift & 2047 == wanted }
        }
        return rest.count > 64 ? rest[0] : rest.sorted()[rank]
    }
}
