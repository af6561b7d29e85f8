/// Memory for the constants and tables of a plan, written while it is made, read only afterwards.
final class ConstantArena: @unchecked Sendable {
    // Sendable: nothing is added once the plan is made.
    private var blocks: [UnsafeMutableRawPointer]
    /// The packed weights of matrix products, in the order of the steps.
    let stream: UnsafePointer<Float>
    /// Numbers in the stream so far, and the most that it takes.
    private(set) var streamCount = 0
    private let streamCapacity: Int

    /// An arena whose stream takes so many numbers; what is never written takes no memory.
    init(streamCapacity: Int) {
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, streamCapacity * MemoryLayout<Float>.stride), alignment: 64)
        blocks = [raw]
        stream = UnsafePointer(raw.bindMemory(to: Float.self, capacity: max(1, streamCapacity)))
        self.streamCapacity = streamCapacity
    }

    /// Adds packed weights and returns their place in the stream.
    func addToStream(_ weights: [Float]) -> Int {
        precondition(streamCount + weights.count <= streamCapacity, "steps tell how much they pack")
        defer { streamCount += weights.count }
        weights.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            (UnsafeMutablePointer(mutating: stream) + streamCount).initialize(from: start, count: source.count)
        }
        return streamCount
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
