/// Memory for the constants and tables of a plan, written while it is made, read only afterwards.
final class ConstantArena: @unchecked Sendable {
    // Sendable: nothing is added once the plan is made.
    private var blocks: [UnsafeMutableRawPointer] = []
    /// The packed weights of matrix products so far, in the order of the steps.
    private(set) var stream: [Float] = []

    /// Adds packed weights and returns their place in the stream.
    func addToStream(_ weights: [Float]) -> Int {
        defer { stream += weights }
        return stream.count
    }

    /// The stream in memory that stays; it takes no more weights afterwards.
    func copyStream() -> UnsafePointer<Float> {
        defer { stream = [] }
        return copy(stream).start
    }

    /// A copy of `elements` that lives as long as the arena, aligned to a cache line.
    func copy<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, elements.count * MemoryLayout<Element>.stride), alignment: 64)
        blocks.append(raw)
        let base = raw.bindMemory(to: Element.self, capacity: max(1, elements.count))
        elements.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { base.initialize(from: start, count: source.count) }
        }
        return UnsafeBufferPointer(start: base, count: elements.count)
    }

    /// A copy of numbers; nil for none.
    func copy(_ scalars: [Float]?) -> UnsafePointer<Float>? {
        scalars.flatMap { copy($0).baseAddress }
    }

    deinit { for block in blocks { block.deallocate() } }
}
