/// The sorted scores of random kernels in several families.
package final class ScoreTables: Sendable {
    static let buckets = 8192
    let sorted: ConstantBuffer<Float>
    let starts: ConstantBuffer<Int32>
    /// Scores of a family, and how far one family's are from the next's.
    let count: Int
    let stride: Int
    let families: Int

    /// Takes over the scores of each family, 0…1, ascending, equally many.
    package init(_ families: [[Float]]) {
        let count = families.first?.count ?? 0
        precondition(count > 0 && families.allSatisfy { $0.count == count })
        self.count = count
        self.families = families.count
        // Behind the scores as many that no kernel reaches as are looked at together.
        stride = count + 8
        sorted = ConstantBuffer(families.flatMap { $0 + Array(repeating: .infinity, count: 8) })
        starts = ConstantBuffer(
            families.flatMap { scores in
                var place = 0
                return (0...Self.buckets).map { bucket in
                    let bound = Float(bucket) / Float(Self.buckets)
                    while place < count, scores[place] < bound { place += 1 }
                    return Int32(place)
                }
            })
    }
}
