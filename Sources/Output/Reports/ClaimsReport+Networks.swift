import Diagnostics
import Numerics
import Statistics

/// The statements over networks, and where these come from.
extension ClaimsReport {
    /// One statement over all networks on which it can be tested.
    struct Pooled: Encodable {
        /// Which statement.
        let claim: String
        /// What is set side by side, above 0 where it is as stated.
        let effect: String
        /// The mean and its interval; null of fewer than two networks.
        let found: Nullable<MetaAnalysis>
        /// The p-value after Holm over the statements that have one.
        let pHolm: Nullable<Double>
        /// Whether the mean is above 0 and pHolm below 0.05.
        let holds: Bool
    }

    /// Every statement, in the paper's order.
    var pooled: [Pooled] {
        PooledClaim.all(of: entries.map(\.claims)).map {
            Pooled(
                claim: $0.statement.rawValue, effect: $0.statement.effect, found: Nullable($0.analysis),
                pHolm: Nullable($0.pHolm), holds: $0.holds)
        }
    }

    /// Effect, interval and heterogeneity of each statement.
    var overNetworks: TextTable {
        var table = TextTable([
            .init("over networks", .left), .init("networks", .right), .init("effect", .right), .init("95 %", .right),
            .init("between (τ)", .right), .init("I²", .right), .init("p", .right), .init("p (Holm)", .right),
            .init("verdict", .left),
        ])
        for (statement, row) in zip(PaperClaim.Statement.allCases, pooled) {
            guard let found = row.found.value else {
                let count = entries.flatMap(\.claims).count { $0.statement == statement && $0.effect != nil }
                var cells: [TextTable.Cell] = [.init(statement.rawValue), .init("\(count)")]
                for _ in 0..<6 { cells.append(.init("·")) }
                table.add(cells + [.init("")])
                continue
            }
            table.add([
                .init(statement.rawValue), .init("\(found.networks)"), .init(Self.text(found.mean, found.scale)),
                .init("\(Self.text(found.low, found.scale))…\(Self.text(found.high, found.scale))"),
                .init(NumberFormat.fixed(found.tau, 2)), .init(NumberFormat.percent(found.heterogeneity)),
                .init(Self.probability(found.pValue)), .init(row.pHolm.value.map(Self.probability) ?? "·"),
                .init(row.holds ? "holds" : ""),
            ])
        }
        return table
    }

    /// What the table rests on, one sentence each.
    var notes: [String] {
        var notes = [
            "The network is the unit: effects are above 0 where they are as stated (differences of shares; ρ of rank "
                + "correlations), joined with random effects (DerSimonian and Laird; intervals after Hartung and Knapp), "
                + "p after Holm over the statements; 'holds' below \(ClaimRules.pooledSignificance).",
            "Networks of one family or trained from the same weights are no independent witnesses.",
        ]
        if hasProvenance {
            let unknown = entries.filter { $0.provenance == nil }.map { TextTable.fileName($0.path) }
            if !unknown.isEmpty { notes.append("Of unknown provenance: \(unknown.joined(separator: ", ")).") }
            let standIns = entries.count { $0.provenance?.isStandIn == true }
            if standIns > 0 {
                notes.append("\(standIns) stand in for a network of the paper; --no-stand-ins leaves them out.")
            }
        }
        if !leftOut.isEmpty {
            notes.append("Left out as stand-ins: \(leftOut.map(TextTable.fileName).joined(separator: ", ")).")
        }
        return notes
    }

    /// Who trained each network on what.
    var provenances: TextTable {
        var table = TextTable([
            .init("checkpoint", .left), .init("trained by", .left), .init("trained on", .left),
            .init("numbers", .left), .init("stands in for", .left),
        ])
        for entry in entries {
            let known = entry.provenance
            var cells: [TextTable.Cell] = [.init(TextTable.shortened(TextTable.fileName(entry.path), to: 36))]
            for text in [known?.trainedBy ?? "", known?.trainedOn ?? "", known?.numbers ?? ""] {
                cells.append(.init(text.isEmpty ? "unknown" : text.printable))
            }
            let original = known?.standsInFor ?? ""
            table.add(cells + [.init(original.isEmpty ? "·" : original.printable)])
        }
        return table
    }

    /// "+0.42": a difference of shares or ρ.
    private static func text(_ value: Double, _ scale: ClaimEffect.Scale) -> String {
        let read = ClaimEffect.readable(value, scale)
        return read < 0 ? signed(read) : "+" + NumberFormat.fixed(read, 2)
    }
}
