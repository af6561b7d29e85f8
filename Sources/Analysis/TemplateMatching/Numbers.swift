/// A table that never moves or changes, so that loops can be handed its address without any closure.
final class ConstantBuffer<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    private let memory: UnsafeMutableBufferPointer<Element>
    let count: Int

    init(_ elements: [Element]) {
        memory = .allocate(capacity: max(1, elements.count))
        _ = memory.initialize(from: elements)
        count = elements.count
    }

    deinit { memory.deallocate() }

    /// Never nil: a table has room for one element at least.
    var pointer: UnsafePointer<Element> { UnsafePointer(memory.baseAddress.unsafelyUnwrapped) }
}
