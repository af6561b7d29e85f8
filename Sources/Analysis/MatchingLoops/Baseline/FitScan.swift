/// From the best template of each family to the share that it explains; see `TemplateScan` for how the source is compiled.
package enum FitScan {
    package typealias Lanes = SIMD16<Float>
    package typealias Indices = SIMD16<Int32>

    /// The rows of matches, behind those of `FeatureScan.Row`: weight-space and functional R² of the best blur, first and
    /// second derivative.
    package enum Row {
        package static var fits: Int { 10 }
        package static var functional: Int { 13 }
        /// How many rows there are in all.
        package static var count: Int { 16 }
    }

    /// The places behind the strongest cell: each family's best template, then what it looks like.
    package enum Place {
        package static var templates: Int { 1 }
        package static var kinds: Int { 4 }
        /// How many there are in all.
        package static var count: Int { 7 }
    }

    /// The templates of one family, template-major: their weights, C·t / √(tᵀCt), what each looks like; a multiple of four.
    ///
    /// A tuple, as all copies of this source must take the same type.
    package typealias Family = (
        weights: UnsafePointer<Float>, projected: UnsafePointer<Float>, kinds: UnsafePointer<Int32>, count: Int
    )

    /// All features of sixteen kernels of any size under any prior. Separate arguments, as all copies of this source must take
    /// the same types.
    ///
    /// - Parameters:
    ///   - values: sixteen kernels one after the other, `16 · size²` numbers.
    ///   - prior: ρ^d for the distances 0..<N, or all of C where `isMeasured`.
    ///   - ones: 1ᵀC1.
    ///   - families: bumps, first and second derivatives.
    ///   - block: where the scaled cells go, `size²` elements.
    ///   - rows: ``Row/count`` elements.
    ///   - places: ``Place/count`` elements.
    ///   - scratch: `2 · size²` elements that are overwritten.
    package static func features(
        _ values: UnsafePointer<Float>, _ size: Int, _ prior: UnsafePointer<Float>, _ isMeasured: Bool, _ ones: Float,
        _ families: (Family, Family, Family), _ block: UnsafeMutablePointer<Lanes>,
        _ rows: UnsafeMutablePointer<Lanes>, _ places: UnsafeMutablePointer<Indices>,
        _ scratch: UnsafeMutablePointer<Lanes>
    ) {
        FeatureScan.features(values, size, prior, isMeasured, block, rows, places, scratch)
        match(block, size &* size, families.0, rows, places, scratch, 0)
        match(block, size &* size, families.1, rows, places, scratch, 1)
        match(block, size &* size, families.2, rows, places, scratch, 2)
        finish(rows, Float(size &* size), ones)
    }

    /// The largest (tᵀw)² of one family and the tᵀCw/√(tᵀCt) of the template that reaches it.
    private static func match(
        _ block: UnsafePointer<Lanes>, _ cells: Int, _ family: Family, _ rows: UnsafeMutablePointer<Lanes>,
        _ places: UnsafeMutablePointer<Indices>, _ columns: UnsafeMutablePointer<Lanes>, _ number: Int
    ) {
        let templates = places + (Place.templates &+ number)
        TemplateScan.best(block, cells, family.weights, family.count, rows + (Row.fits &+ number), templates)
        let found = UnsafeRawPointer(templates).assumingMemoryBound(to: Int32.self)
        let kinds = UnsafeMutableRawPointer(places + (Place.kinds &+ number)).assumingMemoryBound(to: Int32.self)
        // Each kernel's own template, one cell a row.
        let numbers = UnsafeMutableRawPointer(columns).assumingMemoryBound(to: Float.self)
        for lane in 0..<16 {
            let template = Int(found[lane])
            kinds[lane] = family.kinds[template]
            let own = family.projected + template &* cells
            for cell in 0..<cells { numbers[cell &* 16 &+ lane] = own[cell] }
        }
        var cross = Lanes.zero
        for cell in 0..<cells { cross += columns[cell] * block[cell] }
        rows[Row.functional &+ number] = cross
    }

    /// Squares over energies, at most 1; `cells` is N·N, `ones` is 1ᵀC1.
    ///
    /// Before, the rows of fits hold (tᵀw)², the functional ones tᵀCw/√(tᵀCt).
    static func finish(_ rows: UnsafeMutablePointer<Lanes>, _ cells: Float, _ ones: Float) {
        let one = Lanes(repeating: 1)
        let sum = rows[FeatureScan.Row.sum]
        let energy = rows[FeatureScan.Row.energy]
        let output = rows[FeatureScan.Row.outputEnergy]
        let mean = sum / cells
        let centredOutput = output + mean * (mean * ones - 2 * rows[FeatureScan.Row.outputOfOnes])
        let shape = energy - sum * sum / cells
        // Rounding leaves a flat kernel a centred energy of some 1e-7 of its energy: it has no shape to match.
        let centred = Lanes(repeating: .infinity).replacing(with: shape, where: shape .> energy * 1e-5)
        // What is left of a flat kernel's output without its mean is rounding.
        let floor = output * 1e-6
        var family = 0
        while family < 3 {
            let fit = rows[Row.fits &+ family] / (family == 0 ? energy + 1e-20 : centred)
            rows[Row.fits &+ family] = fit.replacing(with: one, where: fit .> one)
            let cross = rows[Row.functional &+ family]
            let whole = family == 0 ? output : centredOutput
            let share = cross * cross / whole
            rows[Row.functional &+ family] = Lanes.zero.replacing(
                with: share.replacing(with: one, where: share .> one), where: whole .> floor)
            family &+= 1
        }
    }
}
