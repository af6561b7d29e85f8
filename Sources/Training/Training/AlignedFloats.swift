import Glibc

/// Memory for numbers, zero at first, on large pages where the system has them; released with its owner.
final class AlignedFloats: @unchecked Sendable {
    // Sendable: threads write to parts of it that do not overlap.
    let base: UnsafeMutablePointer<Float>
    let count: Int
    private let byteCount: Int

    /// Reserves room for `count` numbers; nil where the system has none.
    init?(count: Int) {
        let page = 1 << 21
        let (bytes, overflow) = max(1, count).multipliedReportingOverflow(by: 4)
        guard !overflow, bytes < Int.max - 2 * page else { return nil }
        byteCount = (bytes + page - 1) / page * page
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        guard let raw = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0), raw != MAP_FAILED else {
            return nil
        }
        madvise(raw, byteCount, 14)  // MADV_HUGEPAGE; a wish only.
        base = raw.bindMemory(to: Float.self, capacity: byteCount / 4)
        self.count = count
    }

    deinit { munmap(base, byteCount) }
}
