import TrainingOperatorInterface

/// Memory for the numbers of a call; ``free()`` releases all of it.
final class LoopMemory {
    private var blocks: [UnsafeMutableRawPointer] = []

    /// A copy of `elements`.
    func copy<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
        let block = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        for (index, element) in elements.enumerated() { (block + index).initialize(to: element) }
        blocks.append(UnsafeMutableRawPointer(block))
        return block
    }

    /// Zeros.
    func zeros(_ count: Int) -> UnsafeMutablePointer<Float> { copy([Float](repeating: 0, count: count)) }

    /// Rows that are read.
    func rows(_ numbers: [Float], at places: [Int]) -> SourceRows { SourceRows(copy(numbers), copy(places)) }

    /// Releases what was copied.
    func free() {
        for block in blocks { block.deallocate() }
        blocks = []
    }
}

extension Array {
    /// The first `count` elements at a place in memory.
    init(_ count: Int, at start: UnsafePointer<Element>) {
        self.init(UnsafeBufferPointer(start: start, count: count))
    }
}
