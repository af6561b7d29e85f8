/// Memory for the constants and tables of a plan, written while it is made, read only afterwards.
final class ConstantArena: @unchecked Sendable {
    // Sendable: nothing is added once the plan is made.
    private var blocks: [UnsafeMutableRawPointer] = []
    /// The packed weights of matrix products so far, in the order of the steps, piece by piece.
    private var pieces: [[Float]] = []
    /// Numbers in all pieces.
    private(set) var streamCount = 0

    /// Adds packed weights and returns their place in the stream.
    func addToStream(_ weights: [Float]) -> Int {
        defer { streamCount += weights.count }
        pieces.append(weights)
        return streamCount
    }

    /// The stream in memory that stays; it takes no more weights afterwards. Each piece is let go once it is copied: a
    /// net's weights are large.
    func copyStream() -> UnsafePointer<Float> {
        let target = allocate(Float.self, count: streamCount)
        var place = 0
        for index in pieces.indices {
            pieces[index].withUnsafeBufferPointer { piece in
                if let start = piece.baseAddress { (target + place).initialize(from: start, count: piece.count) }
                place += piece.count
            }
            pieces[index] = []
        }
        return UnsafePointer(target)
    }

    /// A copy of `elements` that lives as long as the arena, aligned to a cache line.
    func copy<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
        let base = allocate(Element.self, count: elements.count)
        elements.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { base.initialize(from: start, count: source.count) }
        }
        return UnsafeBufferPointer(start: base, count: elements.count)
    }

    /// A copy of numbers; nil for none.
    func copy(_ scalars: [Float]?) -> UnsafePointer<Float>? {
        scalars.flatMap { copy($0).baseAddress }
    }

    private func allocate<Element>(_ type: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, count * MemoryLayout<Element>.stride), alignment: 64)
        blocks.append(raw)
        return raw.bindMemory(to: Element.self, capacity: max(1, count))
    }

    deinit { for block in blocks { block.deallocate() } }
}
