/// The index lists of a plan: where rows lie in the arena and which gradients are added to. Released with its owner.
final class PlanMemory: @unchecked Sendable {
    // Sendable: written while planning only, read by all threads afterwards.
    private var integers: [UnsafeMutableBufferPointer<Int>] = []
    private var flags: [UnsafeMutableBufferPointer<Bool>] = []
    private var floats: [UnsafeMutableBufferPointer<Float>] = []

    func list(_ values: [Int]) -> UnsafeMutablePointer<Int> {
        let buffer = UnsafeMutableBufferPointer<Int>.allocate(capacity: max(1, values.count))
        _ = buffer.initialize(from: values + (values.isEmpty ? [0] : []))
        integers.append(buffer)
        return buffer.baseAddress ?? UnsafeMutablePointer.allocate(capacity: 1)
    }

    func list(_ values: [Bool]) -> UnsafePointer<Bool> {
        let buffer = UnsafeMutableBufferPointer<Bool>.allocate(capacity: max(1, values.count))
        _ = buffer.initialize(from: values + (values.isEmpty ? [false] : []))
        flags.append(buffer)
        return UnsafePointer(buffer.baseAddress ?? UnsafeMutablePointer.allocate(capacity: 1))
    }

    func list(_ values: [Float]) -> UnsafePointer<Float> {
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(1, values.count))
        _ = buffer.initialize(from: values + (values.isEmpty ? [0] : []))
        floats.append(buffer)
        return UnsafePointer(buffer.baseAddress ?? UnsafeMutablePointer.allocate(capacity: 1))
    }

    /// Turns references to rows (buffer and channel) into places in the arena.
    func resolve(_ place: (_ reference: Int) -> Int, in lists: [Rows]) {
        for rows in lists {
            for index in 0..<rows.count { rows.start[index] = place(rows.start[index]) }
        }
    }

    deinit {
        for buffer in integers { buffer.deallocate() }
        for buffer in flags { buffer.deallocate() }
        for buffer in floats { buffer.deallocate() }
    }
}

/// The channels of one result: where the row of each begins in a shard's arena. A row holds the pixels of all images of
/// the shard, image after image.
///
/// Splitting, joining and shuffling channels therefore only makes another list.
struct Rows: @unchecked Sendable {
    // Sendable: the list belongs to a PlanMemory that outlives it.
    let start: UnsafeMutablePointer<Int>
    let count: Int
    /// Pixels of one image.
    let plane: Int

    var places: UnsafePointer<Int> { UnsafePointer(start) }
}
