import OperatorInterface

/// The memory that results need: how much, and from which step to which.
struct StorageTable {
    /// Blocks of one size.
    struct Storage {
        let blocks: Int
        let format: ElementFormat
        /// Words from one block to the next.
        var blockStride: Int
        /// Whether it is a part of each thread's scratch memory rather than of the arena.
        let isInScratch: Bool
        var firstStep = Int.max
        var lastStep = -1
        /// Its place, once ``place()`` was called; of scratch the place in it.
        var offset = 0

        var floatCount: Int { blocks * blockStride }
    }

    private(set) var storages: [Storage] = []
    /// Words of the arena.
    private(set) var floatCount = 0

    /// Room for so many blocks of `pixels` pixels.
    mutating func add(blocks: Int, pixels: Int, format: ElementFormat) -> Int {
        storages.append(
            Storage(blocks: blocks, format: format, blockStride: pixels * format.pixelWords, isInScratch: false))
        return storages.count - 1
    }

    /// Room in each thread's scratch memory; its size and place are set later.
    mutating func addScratch(blocks: Int, format: ElementFormat) -> Int {
        storages.append(Storage(blocks: blocks, format: format, blockStride: 0, isInScratch: true))
        return storages.count - 1
    }

    /// Says where in scratch memory a storage lies and how far its blocks are apart.
    mutating func setScratch(_ storage: Int, blockStride: Int, offset: Int) {
        storages[storage].blockStride = blockStride
        storages[storage].offset = offset
    }

    /// Notes that a step reads or writes a storage.
    mutating func touch(_ storage: Int, at step: Int) {
        storages[storage].firstStep = min(storages[storage].firstStep, step)
        storages[storage].lastStep = max(storages[storage].lastStep, step)
    }

    /// Gives every storage that is touched a place, so that no two that live at one time overlap.
    mutating func place() {
        let requests = storages.map { storage in
            storage.isInScratch || storage.lastStep < 0
                ? nil
                : ArenaPlanner.Request(size: storage.floatCount, life: storage.firstStep...storage.lastStep)
        }
        let plan = ArenaPlanner.place(requests, order: .birth)
        for index in storages.indices where requests[index] != nil { storages[index].offset = plan.offsets[index] }
        floatCount = plan.size
    }

    /// Words between the start of the arena (or scratch) and a block.
    func offset(_ place: BlockPlace) -> Int {
        storages[place.storage].offset + place.block * storages[place.storage].blockStride
    }
}
