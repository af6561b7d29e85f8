import MatchingLoopsBaseline

/// All that matching kernels of one size needs to know: the prior and the templates.
package final class MatchingTables: Sendable {
    /// The templates of one family.
    package struct Family: Sendable {
        /// Template-major weights, N·N numbers a template; the number of templates is a multiple of four.
        package var weights: [Float]
        /// C·t / √(tᵀCt), in the same order; without their mean in families whose templates sum to 0.
        package var projected: [Float]
        /// √(tᵀCt) of each.
        package var norms: [Float]
        /// What each looks like, 0…255.
        package var kinds: [Int32]

        /// Joins what belongs together.
        package init(weights: [Float], projected: [Float], norms: [Float], kinds: [Int32]) {
            (self.weights, self.projected, self.norms, self.kinds) = (weights, projected, norms, kinds)
        }
    }

    /// N.
    package let size: Int
    /// The families by the orbits of their templates; nil for other sizes than 3×3, where a table gives the prior and where
    /// an image of a template is missing.
    package let orbits: [TemplateOrbits]?
    private let prior: ConstantBuffer<Float>
    private let families: [Plain]
    /// The same by their addresses, which hold as long as this object.
    let pointers: Pointers

    private struct Plain: Sendable {
        let weights: ConstantBuffer<Float>
        let projected: ConstantBuffer<Float>
        let kinds: ConstantBuffer<Int32>

        var family: MatchingLoopsBaseline.FitScan.Family {
            (weights.pointer, projected.pointer, kinds.pointer, kinds.count)
        }
    }

    /// What the loops take.
    struct Pointers: @unchecked Sendable {
        let prior: UnsafePointer<Float>
        let isMeasured: Bool
        /// 1ᵀC1.
        let ones: Float
        let families: TemplateMatcher.Three<MatchingLoopsBaseline.FitScan.Family>
        let orbits: TemplateMatcher.Three<MatchingLoopsBaseline.OrbitScan.Family>?
    }

    /// Prepares the tables.
    ///
    /// - Parameters:
    ///   - size: N.
    ///   - powers: ρ^d for the distances 0..<N.
    ///   - measured: a measured C, row-major, that takes the place of `powers`; empty for none.
    ///   - ones: 1ᵀC1.
    ///   - families: bumps, first and second derivatives.
    package init(size: Int, powers: [Float], measured: [Float], ones: Float, families: [Family]) {
        let cells = size * size
        precondition(powers.count == size && (measured.isEmpty || measured.count == cells * cells))
        precondition(families.count == 3)
        for family in families {
            let count = family.kinds.count
            precondition(count > 0 && count % 4 == 0 && family.norms.count == count)
            precondition(family.weights.count == count * cells && family.projected.count == count * cells)
        }
        self.size = size
        let prior = ConstantBuffer(measured.isEmpty ? powers : measured)
        let plain = families.map {
            Plain(
                weights: ConstantBuffer($0.weights), projected: ConstantBuffer($0.projected),
                kinds: ConstantBuffer($0.kinds))
        }
        let found = size == 3 && measured.isEmpty ? families.compactMap(TemplateOrbits.init) : []
        orbits = found.count == 3 ? found : nil
        pointers = Pointers(
            prior: prior.pointer, isMeasured: !measured.isEmpty, ones: ones,
            families: (plain[0].family, plain[1].family, plain[2].family),
            orbits: found.count == 3 ? (found[0].family, found[1].family, found[2].family) : nil)
        (self.prior, self.families) = (prior, plain)
    }
}
