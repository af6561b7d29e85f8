import Datasets
import Diagnostics
import Engine
import Evaluation
import Glibc
import Images
import Numerics
import Tensors

/// What a network does with pictures: which channels never fire, whether a shift changes its answer, and whether it is surer
/// when it is read in another way.
public struct PictureMeasurement: Sendable {
    /// How many pictures were run.
    public let images: Int
    /// By the weight's name, the channels of a layer that were 0 behind its function on every pixel of every picture.
    public let silentChannels: [String: [Int]]
    /// How often two crops of a picture, shifted against each other, get the same class; nil for a network without classes.
    public let consistency: ShareInterval?
    /// Other ways to read the network.
    public let readings: [OtherReading]
    /// How far the logarithm of the first class's probability spreads over the pictures, the largest less the smallest; nil
    /// for a network without classes.
    public let certaintySpread: Double?

    /// The ways in which the network is surer than as it is read; none where its certainty hardly depends on the picture.
    public var alarms: [OtherReading] {
        (certaintySpread ?? 0) < DiagnosisLimits.leastCertaintySpread ? [] : readings.filter(\.isAlarm)
    }

    init?(
        _ network: RunnableNetwork, _ layers: [SubjectLayer], _ source: PictureSource,
        progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws {
        guard network.inputChannels == 3 else { return nil }
        let watched = layers.filter { $0.place?.activation?.flatBelow != nil && $0.isFinite }
        var names: [String] = []
        var taps: [(layer: SubjectLayer, tap: String)] = []
        for layer in watched {
            guard let last = layer.place?.last else { continue }
            let name = network.graph[last].name
            if !names.contains(name) { names.append(name) }
            taps.append((layer, name))
        }
        let plan = try ExecutionPlan(network.graph, inputShape: network.inputShape(), taps: names)
        var workspace = plan.makeWorkspace()
        let hasClasses = network.outputMap == nil && network.classes > 1
        var trials = hasClasses ? try ReadingTrial.all(network, layers) : []
        var firing: [String: [Bool]] = [:]
        var agreements = 0
        var certainties: [Double] = []
        let indices = source.indices
        for (done, index) in indices.enumerated() {
            let image = try source.images.image(index)
            let input = network.input(of: [network.preprocessing.prepared(image)], filledTo: 1)
            let outcome = try plan.runWithTaps(input, in: &workspace)
            for (name, map) in zip(names, outcome.taps) { Self.note(map, in: &firing[name, default: []]) }
            if hasClasses {
                let own = Confidence(outcome.output.scalars)
                certainties.append(own.logarithm)
                for place in trials.indices { try trials[place].add(image, input, own) }
                let (a, b) = Self.shifted(image, network)
                let one = Confidence(try plan.run(network.input(of: [a], filledTo: 1), in: &workspace).scalars)
                let other = Confidence(try plan.run(network.input(of: [b], filledTo: 1), in: &workspace).scalars)
                if one.best == other.best { agreements += 1 }
            }
            try progress(done + 1, indices.count)
        }
        images = indices.count
        silentChannels = Dictionary(
            taps.map { layer, tap in
                let fired = firing[tap] ?? []
                return (layer.layer.tensorName, fired.indices.filter { !fired[$0] })
            }, uniquingKeysWith: { first, _ in first })
        consistency = hasClasses && images > 0 ? ShareInterval(count: agreements, total: images) : nil
        readings = trials.map(\.result)
        certaintySpread = certainties.max().flatMap { most in certainties.min().map { most - $0 } }
    }

    /// Notes the channels of a map that are not 0 throughout.
    private static func note(_ map: Tensor, in fired: inout [Bool]) {
        let channels = map.shape[1]
        let pixels = map.scalars.count / max(1, channels)
        if fired.isEmpty { fired = Array(repeating: false, count: channels) }
        for channel in 0..<channels where !fired[channel] {
            fired[channel] = map.scalars[channel * pixels..<(channel + 1) * pixels].contains { $0 != 0 }
        }
    }

    /// Two crops of the middle square, an eighth of the image apart at most, as for shift-consistency.
    private static func shifted(_ image: RGBImage, _ network: RunnableNetwork) -> (RGBImage, RGBImage) {
        let size = network.preprocessing.crop ?? network.inputSize
        let margin = max(1, size / 8)
        let side = size + margin
        let square = image.resized(shortSide: side, filter: network.preprocessing.filter).centerCropped(side)
        return (
            square.cropped(x: 0, y: 0, width: size, height: size),
            square.cropped(x: margin, y: margin / 2, width: size, height: size)
        )
    }
}

/// How sure a network is: the largest probability, and which output has it.
struct Confidence {
    /// The output with the largest logit.
    let best: Int
    /// The logarithm of its probability.
    let logarithm: Double

    init(_ logits: [Float]) {
        var best = 0
        for index in logits.indices where logits[index] > logits[best] { best = index }
        let top = Double(logits.isEmpty ? 0 : logits[best])
        let sum = logits.reduce(0.0) { $0 + exponential(Double($1) - top) }
        self.best = best
        logarithm = -Glibc.log(sum)
    }
}
