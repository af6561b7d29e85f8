/// Gives results that live at different times places in one memory: each goes into the first gap that is large enough.
package enum ArenaPlanner {
    /// What one result needs.
    package struct Request: Sendable, Equatable {
        /// Numbers.
        package let size: Int
        /// The first and the last step that touch it.
        package let life: ClosedRange<Int>

        /// Groups the values.
        package init(size: Int, life: ClosedRange<Int>) {
            self.size = size
            self.life = life
        }
    }

    /// Who chooses first; of equals the earlier request.
    package enum Order: Sendable {
        /// The first born: small nets then stay in the cache.
        case birth
        /// The largest: leaves the fewest holes where lives are long.
        case size
    }

    /// Where each result begins, so that no two that live at one time overlap, and the size of the memory.
    ///
    /// A request that is nil takes no memory; its offset is 0.
    package static func place(_ requests: [Request?], order: Order) -> (offsets: [Int], size: Int) {
        var offsets = Array(repeating: 0, count: requests.count)
        var placed: [(range: Range<Int>, life: ClosedRange<Int>)] = []
        var size = 0
        for (index, request) in sorted(requests, by: order) {
            var start = 0
            for other in placed where other.life.overlaps(request.life) {
                if other.range.lowerBound - start >= request.size { break }
                start = max(start, other.range.upperBound)
            }
            offsets[index] = start
            size = max(size, start + request.size)
            let next = placed.firstIndex { $0.range.lowerBound > start } ?? placed.endIndex
            placed.insert((start..<start + request.size, request.life), at: next)
        }
        return (offsets, size)
    }

    private static func sorted(_ requests: [Request?], by order: Order) -> [(index: Int, request: Request)] {
        let present = requests.enumerated().compactMap { index, request in request.map { (index: index, request: $0) } }
        return present.sorted { a, b in
            switch order {
            case .birth: (a.request.life.lowerBound, a.index) < (b.request.life.lowerBound, b.index)
            case .size: (-a.request.size, a.index) < (-b.request.size, b.index)
            }
        }
    }
}
