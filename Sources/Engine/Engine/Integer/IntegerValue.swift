/// Where the bytes of a result lie: all channels of a pixel side by side.
struct ByteView: Sendable {
    var storage: Int
    /// Bytes before the first channel of a pixel.
    var channel: Int
    var channels: Int
    /// Bytes from one pixel to the next.
    var stride: Int
    var height: Int
    var width: Int
    var scale: ByteScale

    var pixels: Int { height * width }
}

/// Where the floats of a result lie: channel-major.
struct FloatView: Sendable {
    var storage: Int
    var channels: Int
    var height: Int
    var width: Int

    var pixels: Int { height * width }
}

/// A result in bytes, in floats, or in both.
struct IntegerValue: Sendable {
    var bytes: ByteView?
    var floats: FloatView?
}

/// The memory that results in bytes and floats need.
struct IntegerStorages {
    private struct Storage {
        let byteCount: Int
        var first = Int.max
        var last = -1
    }

    private var storages: [Storage] = []

    mutating func add(byteCount: Int) -> Int {
        storages.append(Storage(byteCount: byteCount))
        return storages.count - 1
    }

    /// Notes that a step reads or writes a storage.
    mutating func touch(_ storage: Int, at step: Int) {
        storages[storage].first = min(storages[storage].first, step)
        storages[storage].last = max(storages[storage].last, step)
    }

    /// Bytes of these storages, each once.
    func byteCount(_ indices: [Int]) -> Int { Set(indices).reduce(0) { $0 + storages[$1].byteCount } }

    /// Bytes from the start of the arena to each storage, at multiples of 64, and the size of all.
    func placed() -> (offsets: [Int], byteCount: Int) {
        let requests = storages.map { storage in
            storage.last < 0
                ? nil
                : ArenaPlanner.Request(
                    size: (storage.byteCount + 63) / 64 * 64, life: storage.first...storage.last)
        }
        let plan = ArenaPlanner.place(requests, order: .birth)
        return (plan.offsets, plan.size)
    }
}

/// Constants of one step in memory aligned to 64 bytes.
final class ConstantMemory<Element: BitwiseCopyable>: @unchecked Sendable {
    // Sendable: read only once the initializer has returned.
    let start: UnsafePointer<Element>
    private let raw: UnsafeMutableRawPointer

    init(_ elements: [Element]) {
        raw = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, elements.count) * MemoryLayout<Element>.stride, alignment: 64)
        let typed = raw.bindMemory(to: Element.self, capacity: max(1, elements.count))
        for (index, element) in elements.enumerated() { (typed + index).initialize(to: element) }
        start = UnsafePointer(typed)
    }

    deinit { raw.deallocate() }
}
