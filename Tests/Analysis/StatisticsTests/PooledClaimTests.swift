import Testing

@testable import Statistics

@Suite struct PooledClaimTests {
    private static func claim(_ statement: PaperClaim.Statement, _ effect: ClaimEffect?) -> PaperClaim {
        PaperClaim(statement, "found", effect: effect, .supported)
    }

    private static func isNear(_ found: EffectInterval?, _ value: Double, _ low: Double, _ high: Double) -> Bool {
        guard let found else { return false }
        return abs(found.value - value) < 1e-6 && abs(found.low - low) < 1e-6 && abs(found.high - high) < 1e-6
    }

    /// The numbers are Python's: shares with half a kernel on either side, Fisher's z of variance .106, 1.959964 deviations.
    @Test func intervalsAreReadableAndPossible() {
        let share = Self.claim(.stridedBlur, .difference(80, of: 100, 40, of: 100))
        #expect(Self.isNear(share.effectInterval, 0.4, 0.2763527557, 0.5236472443))
        let rho = ClaimEffect(value: 0.5493061443340549, variance: 0.106, scale: .correlation)
        #expect(Self.isNear(Self.claim(.blurRises, rho).effectInterval, 0.5, -0.0885791338, 0.8297782994))
        // Two of two layers: half above the half, at most; without the bound .92.
        let all = Self.claim(.stridedMixture, .share(2, of: 2, less: 0.5))
        #expect(Self.isNear(all.effectInterval, 0.5, 0.0782828927, 0.5))
        #expect(Self.claim(.edgesFall, nil).effectInterval == nil)
    }

    /// The smaller of two p-values is doubled, the larger one stays.
    @Test func probabilitiesAreThoseOfAllStatements() throws {
        let networks = [62, 70, 66, 74].enumerated().map { index, blur in
            [
                Self.claim(.stridedBlur, .difference(blur, of: 100, 10, of: 100)),
                Self.claim(.lastBlur, .difference(30 + 15 * (index % 2), of: 100, 10, of: 100)),
            ]
        }
        let pooled = PooledClaim.all(of: networks)
        #expect(pooled.map(\.statement) == PaperClaim.Statement.allCases)
        let (blur, last) = (pooled[0], pooled[6])
        let (strong, weak) = (try #require(blur.analysis).pValue, try #require(last.analysis).pValue)
        #expect(strong < weak)
        #expect(abs((blur.pHolm ?? 0) - 2 * strong) < 1e-15 && last.pHolm == max(weak, 2 * strong))
        #expect(blur.holds && pooled.count { $0.analysis == nil } == 6)
        #expect(pooled[1].effectInterval == nil && !pooled[1].holds)
        // One network is no mean.
        #expect(PooledClaim.all(of: [networks[0]]).allSatisfy { $0.analysis == nil && !$0.holds })
    }
}
