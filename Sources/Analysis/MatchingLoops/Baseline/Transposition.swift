/// Rows into columns, four by four; see `TemplateScan` for how the source is compiled.
package enum Transposition {
    package typealias Lanes = SIMD16<Float>
    private typealias Four = SIMD4<Float>

    /// Sixteen rows of sixteen numbers become sixteen records: `records[k][r] = rows[r][k]`.
    package static func records(_ rows: UnsafePointer<Lanes>, _ records: UnsafeMutablePointer<Lanes>) {
        let numbers = UnsafeRawPointer(rows).assumingMemoryBound(to: Float.self)
        columns(records, 16) { numbers + 16 &* $0 }
    }

    /// Sixteen rows of `count` numbers, wherever each begins, become columns: `columns[j][lane] = row(lane)[j]`.
    @inline(__always)
    static func columns(
        _ columns: UnsafeMutablePointer<Lanes>, _ count: Int, _ row: (_ lane: Int) -> UnsafePointer<Float>
    ) {
        let numbers = UnsafeMutableRawPointer(columns).assumingMemoryBound(to: Float.self)
        var lane = 0
        while lane < 16 {
            let (a, b, c, d) = (row(lane), row(lane &+ 1), row(lane &+ 2), row(lane &+ 3))
            var j = 0
            while j &+ 4 <= count {
                turn(four(a + j), four(b + j), four(c + j), four(d + j), numbers + (16 &* j &+ lane))
                j &+= 4
            }
            while j < count {
                store(Four(a[j], b[j], c[j], d[j]), numbers + (16 &* j &+ lane))
                j &+= 1
            }
            lane &+= 4
        }
    }

    /// Four rows become four columns, sixteen numbers apart.
    @inline(__always)
    private static func turn(_ a: Four, _ b: Four, _ c: Four, _ d: Four, _ to: UnsafeMutablePointer<Float>) {
        let (ac, bd) = (low(a, c), low(b, d))
        let (ac2, bd2) = (high(a, c), high(b, d))
        store(low(ac, bd), to)
        store(high(ac, bd), to + 16)
        store(low(ac2, bd2), to + 32)
        store(high(ac2, bd2), to + 48)
    }

    @inline(__always)
    private static func four(_ pointer: UnsafePointer<Float>) -> Four {
        UnsafeRawPointer(pointer).loadUnaligned(as: Four.self)
    }

    @inline(__always)
    private static func store(_ four: Four, _ pointer: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: four, as: Four.self)
    }

    /// The first two numbers of each, in turn.
    @inline(__always)
    private static func low(_ a: Four, _ b: Four) -> Four { Four(a[0], b[0], a[1], b[1]) }

    /// The last two numbers of each, in turn.
    @inline(__always)
    private static func high(_ a: Four, _ b: Four) -> Four { Four(a[2], b[2], a[3], b[3]) }
}
