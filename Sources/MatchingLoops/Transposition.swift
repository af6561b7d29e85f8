/// Rows into columns; see `TemplateScan` for how the source is compiled.
package enum Transposition {
    package typealias Lanes = SIMD16<Float>

    /// Sixteen rows of sixteen numbers become sixteen records: `records[k][r] = rows[r][k]`.
    package static func records(_ rows: UnsafePointer<Lanes>, _ records: UnsafeMutablePointer<Lanes>) {
        turn(
            (
                rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7], rows[8], rows[9], rows[10],
                rows[11], rows[12], rows[13], rows[14], rows[15]
            ),
            records)
    }

    /// Sixteen rows anywhere, given by their addresses, become sixteen columns: `columns[j][lane] = rows[lane][j]`.
    @inline(__always)
    static func columns(
        _ table: UnsafePointer<Float>, _ places: UnsafePointer<Int32>, _ columns: UnsafeMutablePointer<Lanes>
    ) {
        turn(
            (
                row(table, places[0]), row(table, places[1]), row(table, places[2]), row(table, places[3]),
                row(table, places[4]), row(table, places[5]), row(table, places[6]), row(table, places[7]),
                row(table, places[8]), row(table, places[9]), row(table, places[10]), row(table, places[11]),
                row(table, places[12]), row(table, places[13]), row(table, places[14]), row(table, places[15])
            ),
            columns)
    }

    @inline(__always)
    private static func row(_ table: UnsafePointer<Float>, _ place: Int32) -> Lanes {
        UnsafeRawPointer(table + Int(place) &* 16).loadUnaligned(as: Lanes.self)
    }

    private typealias Block = (
        Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes
    )

    /// Dealing two halves into each other four times turns a block about its diagonal.
    @inline(__always)
    private static func turn(_ block: Block, _ to: UnsafeMutablePointer<Lanes>) {
        let turned = deal(deal(deal(deal(block))))
        to[0] = turned.0
        to[1] = turned.1
        to[2] = turned.2
        to[3] = turned.3
        to[4] = turned.4
        to[5] = turned.5
        to[6] = turned.6
        to[7] = turned.7
        to[8] = turned.8
        to[9] = turned.9
        to[10] = turned.10
        to[11] = turned.11
        to[12] = turned.12
        to[13] = turned.13
        to[14] = turned.14
        to[15] = turned.15
    }

    @inline(__always)
    private static func deal(_ r: Block) -> Block {
        (
            low(r.0, r.8), high(r.0, r.8),
            low(r.1, r.9), high(r.1, r.9),
            low(r.2, r.10), high(r.2, r.10),
            low(r.3, r.11), high(r.3, r.11),
            low(r.4, r.12), high(r.4, r.12),
            low(r.5, r.13), high(r.5, r.13),
            low(r.6, r.14), high(r.6, r.14),
            low(r.7, r.15), high(r.7, r.15)
        )
    }

    @inline(__always)
    private static func low(_ a: Lanes, _ b: Lanes) -> Lanes {
        var both = Lanes.zero
        both.evenHalf = a.lowHalf
        both.oddHalf = b.lowHalf
        return both
    }

    @inline(__always)
    private static func high(_ a: Lanes, _ b: Lanes) -> Lanes {
        var both = Lanes.zero
        both.evenHalf = a.highHalf
        both.oddHalf = b.highHalf
        return both
    }
}
