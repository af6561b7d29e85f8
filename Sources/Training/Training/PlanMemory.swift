import Engine

/// The index lists of a plan: where rows lie in the arena and which gradients are added to. Released with its owner.
final class PlanMemory: @unchecked Sendable {
    // Sendable: written while planning only, read by all threads afterwards.
    /// The numbers of each thread's table of rows.
    private(set) var tableCount = 0
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

    /// A list of rows that begin at these numbers.
    func rows(at offsets: [Int], plane: Int) -> Rows {
        let list = list([-1] + offsets)
        return Rows(start: list + 1, count: offsets.count, plane: plane)
    }

    /// A list of rows whose places are channels of buffers until they are resolved.
    func rows(_ channels: [ChannelPlace], plane: Int) -> Rows {
        rows(at: channels.map { $0.storage << 32 + $0.channel }, plane: plane)
    }

    /// Where a row lies: in the arena of a shard or in the memory of the thread that works on it.
    enum Place {
        case arena(Int)
        case transient(Int)
    }

    /// Turns channels of buffers into places.
    ///
    /// Lists that lead to a thread's memory get a part of each thread's table, where ``Rows/write(into:transient:)``
    /// completes them for the images at hand.
    func resolve(in lists: [Rows], _ place: (_ channel: ChannelPlace) -> Place) {
        for rows in lists {
            var isMoving = false
            for index in 0..<rows.count {
                switch place(rows.place(index)) {
                case .arena(let place): rows.start[index] = place
                case .transient(let place):
                    rows.start[index] = -1 - place
                    isMoving = true
                }
            }
            guard isMoving else { continue }
            rows.tableIndex = tableCount
            tableCount += rows.count
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

    /// Where the list begins in a thread's table; −1 for lists whose rows all lie in the arena.
    var tableIndex: Int {
        get { start[-1] }
        nonmutating set { start[-1] = newValue }
    }

    /// The channel of a buffer that a row is, before it is resolved.
    func place(_ index: Int) -> ChannelPlace {
        ChannelPlace(storage: start[index] >> 32, channel: start[index] & 0xFFFF_FFFF)
    }

    /// Completes a list in a thread's table: `transient` is where the thread's memory begins, seen from the arena of the
    /// shard and from its first image at hand.
    func write(into table: UnsafeMutablePointer<Int>, transient: Int) {
        for index in 0..<count {
            table[tableIndex + index] = start[index] >= 0 ? start[index] : transient - 1 - start[index]
        }
    }
}
