import InstructionSets
import MatchingLoopsBaseline

#if arch(x86_64)
    import MatchingLoopsAVX2
    import MatchingLoopsAVX512
#endif

/// Matching kernels with templates by the fastest loops that this processor runs; all give the same bits.
package struct TemplateMatcher: Sendable {
    /// One cell of sixteen kernels.
    package typealias Lanes = SIMD16<Float>
    /// One number of sixteen kernels.
    package typealias Indices = SIMD16<Int32>

    /// Gaussians, first and second derivatives.
    typealias Three<Family> = (Family, Family, Family)

    /// The loops of one module.
    struct Loops: Sendable {
        typealias In<Element> = UnsafePointer<Element>
        typealias Out<Element> = UnsafeMutablePointer<Element>
        typealias Family = MatchingLoopsBaseline.FitScan.Family
        typealias Orbits = MatchingLoopsBaseline.OrbitScan.Family
        typealias Widths = MatchingLoopsBaseline.BlurScan.Widths

        let best: @Sendable (In<Lanes>, Int, In<Float>, Int, Out<Lanes>, Out<Indices>) -> Void
        let gaussians: @Sendable (In<Lanes>, Int, Lanes, Out<Double>, Out<Double>) -> Void
        let blurs: @Sendable (In<Float>, In<Int>, Int, Widths, Out<Lanes>, Out<Lanes>) -> Void
        let pairs: @Sendable (In<Float>, Int, Int, Out<Double>) -> Void
        let features:
            @Sendable (
                In<Float>, Int, In<Float>, Bool, Float, Three<Family>, Out<Lanes>, Out<Lanes>, Out<Indices>,
                Out<Lanes>
            ) -> Void
        let orbits:
            @Sendable (
                In<Float>, In<Float>, Three<Orbits>, Out<Lanes>, Out<Lanes>, Out<Indices>, Out<Lanes>
            ) -> Void
        let shapes: @Sendable (In<Lanes>, Int, In<Lanes>, In<Indices>, Out<Lanes>) -> Void
        let shares:
            @Sendable (
                In<Lanes>, In<Indices>, In<Float>, In<Int32>, (families: Int, count: Int, stride: Int, buckets: Int),
                Out<Lanes>
            ) -> Void
        let transpose: @Sendable (In<Lanes>, Out<Lanes>) -> Void
    }

    /// The instruction set: "avx512", "avx2" or "baseline".
    package let name: String
    let loops: Loops

    /// The instruction sets of this processor, the fastest first.
    package static let available = InstructionSet.supported.reversed().compactMap { set in
        loops(compiledFor: set).map { TemplateMatcher(name: set.rawValue, loops: $0) }
    }

    /// The loops of some instructions; nil where they have none of their own.
    private static func loops(compiledFor instructions: InstructionSet) -> Loops? {
        switch instructions {
        case .baseline:
            return Loops(
                best: MatchingLoopsBaseline.TemplateScan.best, gaussians: MatchingLoopsBaseline.GaussianFit.solve,
                blurs: MatchingLoopsBaseline.BlurScan.measure,
                pairs: MatchingLoopsBaseline.TemplateScan.pairProducts,
                features: MatchingLoopsBaseline.FitScan.features,
                orbits: MatchingLoopsBaseline.OrbitScan.features, shapes: MatchingLoopsBaseline.ShapeScan.measure,
                shares: MatchingLoopsBaseline.ScoreScan.shares, transpose: MatchingLoopsBaseline.Transposition.records)
        #if arch(x86_64)
            case .avx2:
                return Loops(
                    best: MatchingLoopsAVX2.TemplateScan.best, gaussians: MatchingLoopsAVX2.GaussianFit.solve,
                    blurs: MatchingLoopsAVX2.BlurScan.measure,
                    pairs: MatchingLoopsAVX2.TemplateScan.pairProducts, features: MatchingLoopsAVX2.FitScan.features,
                    orbits: MatchingLoopsAVX2.OrbitScan.features, shapes: MatchingLoopsAVX2.ShapeScan.measure,
                    shares: MatchingLoopsAVX2.ScoreScan.shares, transpose: MatchingLoopsAVX2.Transposition.records)
            case .avx512:
                return Loops(
                    best: MatchingLoopsAVX512.TemplateScan.best, gaussians: MatchingLoopsAVX512.GaussianFit.solve,
                    blurs: MatchingLoopsAVX512.BlurScan.measure,
                    pairs: MatchingLoopsAVX512.TemplateScan.pairProducts,
                    features: MatchingLoopsAVX512.FitScan.features,
                    orbits: MatchingLoopsAVX512.OrbitScan.features, shapes: MatchingLoopsAVX512.ShapeScan.measure,
                    shares: MatchingLoopsAVX512.ScoreScan.shares, transpose: MatchingLoopsAVX512.Transposition.records)
            case .avx512bf16: return nil
        #else
            default: return nil
        #endif
        }
    }

    /// The fastest set.
    package static let fastest = available[0]
}
