import Diagnostics
import Evaluation
import Figures
import Numerics

/// The layer of a network whose feature maps Fig. 6 shows, with what all its layers show.
struct FeatureMapsChoice {
    /// The layer's number and name.
    let layer: String
    /// Its maps.
    let maps: FeatureMapsFigure
    /// Sentences on the network's layers.
    let findings: [String]

    /// Rows of maps that are good pictures, and of those that are just so.
    private static let pictureRows = [28, 14]
    /// The size at which small networks are run where their own leaves no layer with such maps.
    private static let largeInput = 224

    /// Compares the maps around every layer that keeps the resolution, and takes the one with the most channels that
    /// pass it nearly unchanged.
    ///
    /// Throws `gallery.noMaps` where no layer keeps the resolution, and what reading and running throw.
    init(_ network: String, picture: String) throws {
        var runnable = try RunnableNetwork(named: network)
        let ownSize = runnable.inputSize
        var found = try Self.candidates(runnable, picture)
        if !found.contains(where: { $0.maps.mapHeight >= Self.pictureRows[1] }), ownSize < Self.largeInput {
            runnable = try RunnableNetwork(named: network, inputSize: Self.largeInput)
            found = try Self.candidates(runnable, picture)
        }
        let rows = Self.pictureRows.first { rows in found.contains { $0.maps.mapHeight >= rows } } ?? 0
        guard
            let best = found.filter({ $0.maps.mapHeight >= rows }).max(by: {
                Self.rank($0.maps.similarity) < Self.rank($1.maps.similarity)
            })
        else {
            throw KernelVizError(
                code: "gallery.noMaps", subject: network, found: "no layer that keeps the resolution",
                expected: "at least one N×N convolution of stride 1 behind the first")
        }
        layer = "#\(best.layer.number) \(best.layer.name)"
        maps = best.maps
        let shares = found.map { $0.maps.similarity.share(above: 0.95) }.sorted()
        var findings = [
            "In the network's \(found.count) layers of stride 1, \(NumberFormat.percent(shares[0])) … "
                + "\(NumberFormat.percent(shares[shares.count - 1])) of the outputs show an input channel with |r| > 0.95 "
                + "(median \(NumberFormat.percent(OrderStatistics.median(ofSorted: shares)))); drawn is the layer with the most of them "
                + "among those whose maps have at least \(rows) rows."
        ]
        if runnable.inputSize != ownSize {
            findings.append(
                "Run at \(runnable.inputSize)×\(runnable.inputSize) instead of \(ownSize)×\(ownSize), so that maps are "
                    + "pictures.")
        }
        self.findings = findings
    }

    private static func candidates(
        _ network: RunnableNetwork, _ picture: String
    ) throws -> [(layer: FeatureMaps.Layer, maps: FeatureMapsFigure)] {
        let maps = try FeatureMaps(network, picture: picture)
        return try maps.layers.filter { !$0.readsInput }.compactMap { layer in
            let figure = try maps.figure(layer: layer.number)
            return figure.keepsResolution ? (layer, figure) : nil
        }
    }

    private static func rank(_ pairs: ChannelPairs) -> Double {
        pairs.share(above: 0.95) + 1e-3 * pairs.share(above: 0.8)
    }
}
