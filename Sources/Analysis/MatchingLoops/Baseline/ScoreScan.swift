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
        let scores = UnsafeRawPointer(scores).assumingMemoryBound(to: Float.self)
        let family = UnsafeRawPointer(family).assumingMemoryBound(to: Int32.self)
        let shares = UnsafeMutableRawPointer(out).assumingMemoryBound(to: Float.self)
        let scale = Float(sizes.buckets)
        let whole = Float(sizes.count &+ 1)
        for lane in 0..<16 {
            let wanted = Int(family[lane])
            // What is looked up for nothing costs less than a branch.
            let isNone = wanted < 0 || wanted >= sizes.families
            let table = isNone ? 0 : wanted
            let score = isNone ? 1 : scores[lane]
            let own = sorted + table &* sizes.stride
            let bucket = Int((score < 1 ? score > 0 ? score : 0 : 1) * scale)
            var place = Int(starts[table &* (sizes.buckets &+ 1) &+ bucket])
            // Eight at a time: more lie in few buckets.
            var below = 8
            while below == 8 {
                let next = UnsafeRawPointer(own + place).loadUnaligned(as: SIMD8<Float>.self)
                let ones = SIMD8<Int32>.zero.replacing(with: 1, where: next .< score)
                below = Int(ones.wrappedSum())
                place &+= below
            }
            shares[lane] = isNone ? whole : Float(1 &+ sizes.count &- place)
        }
        out.pointee /= Lanes(repeating: whole)
    }
}
