import Kernels
import Architectures
import Statistics

/// A layer that a figure of the paper shows.
struct PaperLayer {
    /// Which of a network's layers.
    enum Place {
        /// The N-th depthwise convolution, from 1.
        case depthwise(Int)
        /// The N-th spatial convolution, the stem counted.
        case spatial(Int)
        /// The last spatial convolution.
        case last
    }

    /// Which inputs an output reads; kernels of different kinds are not of the same sort.
    enum Kind: String {
        case depthwise, grouped, standard

        init(_ layer: ConvLayer) {
            self =
                switch layer.connectivity {
                case .standard: .standard
                case .grouped: .grouped
                case .depthwise: .depthwise
                }
        }
    }

    /// The family that the engine knows the network by, or the paper's name of one that it does not know.
    let family: String
    /// The network as the paper calls it.
    let network: String
    let place: Place
    /// The kernels' size.
    var size = 3
    /// Output channels in the paper, by which the nearest network of the family is chosen.
    let channels: Int
    var stride = 1
    /// What a layer that stands for it must be as well.
    var kind = Kind.depthwise
    /// The paper's statement that the layer illustrates.
    var claim: PaperClaim.Statement
    /// How far into the network the layer lies, 0…1, for the nearest layer of another family.
    let depth: Double

    /// "MobileNetV2 #7".
    var text: String {
        switch place {
        case .depthwise(let number), .spatial(let number): "\(network) #\(number)"
        case .last: "\(network), last layer"
        }
    }
}

/// A layer at hand that stands for one of the paper's.
struct ChosenLayer {
    let network: ConvNetwork
    let layer: ConvLayer
    /// Whether it is the very layer of the paper's network.
    let isExact: Bool

    /// The nearest layer on a shelf: the same place in the same family, else the same stride at a similar depth, in the
    /// family if it can be; always of the same kind, and no stem.
    ///
    /// Nil where no network has such a layer with square kernels.
    init?(_ wanted: PaperLayer, among networks: [ConvNetwork]) {
        var best: (choice: ChosenLayer, distance: Double)?
        for network in networks {
            let layers = network.familyLayers.filter {
                $0.number != nil && $0.kernelHeight == $0.kernelWidth && ![.upsampling, .stem].contains($0.role)
                    && PaperLayer.Kind($0) == wanted.kind
            }
            guard !layers.isEmpty else { continue }
            let isFamily = network.family == wanted.family
            let isForm = Self.hasForm(network, wanted)
            let samePlace = isFamily ? Self.samePlace(wanted, in: network) : nil
            // A smaller network of the family may not have the place, or have another kind of layer there.
            for (layer, isPlace) in [
                (samePlace, true), (Self.similar(wanted, layers, of: network.spatialLayers.count), false),
            ] {
                guard let layer, PaperLayer.Kind(layer) == wanted.kind else { continue }
                let ratio = Double(layer.outputChannels) / Double(wanted.channels)
                let isExact =
                    isPlace && network.title.hasPrefix(wanted.network) && isForm && ratio == 1
                    && layer.kernelHeight == wanted.size
                var distance = abs(ratio > 1 ? ratio - 1 : 1 / ratio - 1) + (!isFamily ? 100 : isForm ? 0 : 60)
                if isFamily, !isPlace { distance += 20 }
                if layer.kernelHeight != wanted.size { distance += 10 }
                if layer.stride.map({ $0 > 1 }) != (wanted.stride > 1) { distance += 50 }
                if distance < best?.distance ?? .infinity {
                    best = (ChosenLayer(network: network, layer: layer, isExact: isExact), distance)
                }
            }
        }
        guard let best else { return nil }
        self = best.choice
    }

    /// A layer that was chosen by other means.
    init(network: ConvNetwork, layer: ConvLayer, isExact: Bool) {
        (self.network, self.layer, self.isExact) = (network, layer, isExact)
    }

    /// MobileNetV3's two forms have different layers.
    private static func hasForm(_ network: ConvNetwork, _ wanted: PaperLayer) -> Bool {
        !["Small", "Large"].contains { wanted.network.contains($0) && !network.title.contains($0) }
    }

    private static func samePlace(_ wanted: PaperLayer, in network: ConvNetwork) -> ConvLayer? {
        let spatial = network.familyLayers.filter { $0.number != nil }
        switch wanted.place {
        case .depthwise(let number): return spatial.filter(\.isDepthwise).dropFirst(number - 1).first
        case .spatial(let number): return spatial.dropFirst(number - 1).first
        case .last: return spatial.last
        }
    }

    /// The layer of the wanted stride whose depth is nearest; the last one for the last one.
    private static func similar(_ wanted: PaperLayer, _ layers: [ConvLayer], of count: Int) -> ConvLayer? {
        if case .last = wanted.place { return layers.last }
        let strides = layers.filter { (($0.stride ?? 1) > 1) == (wanted.stride > 1) }
        let sized = strides.filter { $0.kernelHeight == wanted.size }
        let depth = { (layer: ConvLayer) in Double(layer.number ?? 1) / Double(max(1, count)) }
        return (sized.isEmpty ? strides.isEmpty ? layers : strides : sized).min {
            (abs(depth($0) - wanted.depth), $0.number ?? 0) < (abs(depth($1) - wanted.depth), $1.number ?? 0)
        }
    }
}
