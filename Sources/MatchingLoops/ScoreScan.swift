/// Where scores stand among those of random kernels; see `TemplateScan` for how the source is compiled.
package enum ScoreScan {
    package typealias Lanes = SIMD16<Float>
    package typealias Indices = SIMD16<Int32>

    /// The share of random kernels that score at least as high, (1 + how many do) / (1 + how many there are).
    ///
    /// - Parameters:
    ///   - scores: one score a kernel, 0…1.
    ///   - family: which table each is looked up in; one that there is none of gives 1.
    ///   - sorted: `stride` numbers a table, ascending: `count` scores, then +∞, eight at least.
    ///   - starts: `buckets + 1` numbers a table: the place of the first score of at least b / buckets.
    ///   - out: where they go.
    package static func shares(
        _ scores: UnsafePointer<Lanes>, _ family: UnsafePointer<Indices>, _ sorted: UnsafePointer<Float>,
        _ starts: UnsafePointer<Int32>, _ sizes: (families: Int, count: Int, stride: Int, buckets: Int),
        _ out: UnsafeMutablePointer<Lanes>
    ) {
        // What is looked up for nothing costs less than a branch.
        let isNone = (family.pointee .< 0) .| (family.pointee .>= Indices(repeating: Int32(sizes.families)))
        let scale = Float(sizes.buckets)
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 4) { room in
            guard let room = room.baseAddress else { return }
            let one = Lanes(repeating: 1)
            var (score, table) = (scores.pointee, family.pointee)
            score.replace(with: one, where: isNone)
            table.replace(with: Indices.zero, where: isNone)
            var bounded = score.replacing(with: Lanes.zero, where: score .< Lanes.zero)
            bounded.replace(with: one, where: score .> one)
            room[0] = score
            room[1] = bounded * scale
            UnsafeMutableRawPointer(room + 2).storeBytes(of: table, as: Indices.self)
            let numbers = UnsafeMutableRawPointer(room).assumingMemoryBound(to: Float.self)
            let tables = UnsafeRawPointer(room + 2).assumingMemoryBound(to: Int32.self)
            for lane in 0..<16 {
                let score = numbers[lane]
                let table = Int(tables[lane])
                let own = sorted + table &* sizes.stride
                var place = Int(starts[table &* (sizes.buckets &+ 1) &+ Int(numbers[16 &+ lane])])
                // Eight at a time: more lie in few buckets.
                var below = 8
                while below == 8 {
                    let next = UnsafeRawPointer(own + place).loadUnaligned(as: SIMD8<Float>.self)
                    let ones = SIMD8<Int32>.zero.replacing(with: 1, where: next .< score)
                    below = Int(ones.wrappedSum())
                    place &+= below
                }
                numbers[48 &+ lane] = Float(1 &+ sizes.count &- place)
            }
            out.pointee = (room[3] / Lanes(repeating: Float(sizes.count &+ 1))).replacing(with: one, where: isNone)
        }
    }
}
