import OperatorInterface

/// The memory that results need: how much, and from which step to which.
struct StorageTable {
    /// Blocks of one size.
    struct Storage {
        let blocks: Int
        let format: ElementFormat
        /// Words from one block to the next.
        var blockStride: Int
        /// Whether it is a part of each thread's strip rather than of the arena.
        let isInStrip: Bool
        var firstStep = Int.max
        var lastStep = -1
        /// Its place, once ``place()`` was called; for strips the place in the strip.
        var offset = 0

        var floatCount: Int { blocks * blockStride }
    }

    private(set) var storages: [Storage] = []
    /// Words of the arena.
    private(set) var floatCount = 0

    /// Room for so many blocks of `pixels` pixels.
    mutating func add(blocks: Int, pixels: Int, format: ElementFormat) -> Int {
        storages.append(
            Storage(blocks: blocks, format: format, blockStride: pixels * format.pixelWords, isInStrip: false))
        return storages.count - 1
    }

    /// Room in each thread's strip; its size and place are set later.
    mutating func addStrip(blocks: Int, format: ElementFormat) -> Int {
        storages.append(Storage(blocks: blocks, format: format, blockStride: 0, isInStrip: true))
        return storages.count - 1
    }

    /// Says where in the strip a storage lies and how far its blocks are apart.
    mutating func setStrip(_ storage: Int, blockStride: Int, offset: Int) {
        storages[storage].blockStride = blockStride
        storages[storage].offset = offset
    }

    /// Notes that a step reads or writes a storage.
    mutating func touch(_ storage: Int, at step: Int) {
        storages[storage].firstStep = min(storages[storage].firstStep, step)
        storages[storage].lastStep = max(storages[storage].lastStep, step)
    }

    /// Gives every storage that is touched a place, so that no two that live at one time overlap.
    ///
    /// Storages are placed in order of birth in the first gap that is free: small nets then stay in the cache.
    mutating func place() {
        var live: [Int] = []
        let order = storages.indices.filter { !storages[$0].isInStrip && storages[$0].lastStep >= 0 }
            .sorted { (storages[$0].firstStep, $0) < (storages[$1].firstStep, $1) }
        for index in order {
            live.removeAll { storages[$0].lastStep < storages[index].firstStep }
            var start = 0
            for other in live {
                if storages[other].offset - start >= storages[index].floatCount { break }
                start = max(start, storages[other].offset + storages[other].floatCount)
            }
            storages[index].offset = start
            live.append(index)
            live.sort { storages[$0].offset < storages[$1].offset }
            floatCount = max(floatCount, start + storages[index].floatCount)
        }
    }

    /// Words between the start of the arena (or strip) and a block.
    func offset(_ place: BlockPlace) -> Int {
        storages[place.storage].offset + place.block * storages[place.storage].blockStride
    }
}
