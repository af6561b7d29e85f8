import Diagnostics
import Engine
import Evaluation
import Figures
import Tensors

/// Effective receptive fields, measured by what a change of one pixel does to the units around it.
///
/// By the translation that convolutions keep, the response of unit q to pixel p depends on where p lies to q, so that one
/// changed pixel shows the field at every unit's distance at once, and 64 pixels show it between them. Each response is
/// the root mean square over channels, units, pixels and pictures of noise.
public struct ReceptiveFields: Sendable {
    /// Pictures of noise of mean 0 and deviation 1 (as pixels come from preprocessing).
    public static let pictures = 2
    /// Changed pixels a picture, along each axis: between them they meet every place within a stride of 32.
    static let shifts = (0..<8).map { 4 * $0 + $0 % 4 }

    private let graph: Graph
    private let channels: Int
    private let side: Int
    private let stages: [(name: String, node: String, geometry: UnitGeometry)]

    /// Chooses the last convolution of each resolution.
    ///
    /// Throws `gallery.noFields` where no convolution keeps its place.
    public init(_ network: RunnableNetwork) throws {
        try self.init(
            network.graph, name: network.name, channels: network.inputChannels, side: network.inputSize)
    }

    /// The same for a graph that reads square pictures of `channels` channels.
    init(_ graph: Graph, name: String, channels: Int, side: Int) throws {
        (self.graph, self.channels, self.side) = (graph, channels, side)
        let places = UnitGeometry.all(of: graph, pixels: side)
        var stages: [(name: String, node: String, geometry: UnitGeometry)] = []
        for layer in FeatureMaps.layers(of: graph) {
            guard let geometry = places[layer.result], geometry.count > 0 else { continue }
            if stages.last?.geometry.step == geometry.step { stages.removeLast() }
            stages.append(("#\(layer.number)", layer.result, geometry))
        }
        guard !stages.isEmpty else {
            throw KernelVizError(
                code: "gallery.noFields", subject: name, found: "no N×N convolution whose units have a place",
                expected: "at least one", advice: "Choose another network")
        }
        self.stages = stages
    }

    /// How the fields were measured, in one sentence.
    public static let method =
        "Response: root mean square change of a unit when one pixel changes by one standard deviation, in \(pictures) "
        + "pictures of noise, \(shifts.count * shifts.count) pixels each, over all channels."

    /// Runs the network on every changed picture.
    ///
    /// `progress` is called after each run; what it throws ends the work. Throws what planning and running throw.
    public func measure(progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }) throws -> [ReceptiveField] {
        let shape: Shape = [1, channels, side, side]
        let plan = try ExecutionPlan(graph, inputShape: shape, taps: stages.map(\.node))
        var workspace = plan.makeWorkspace()
        var generator = SeededGenerator(seed: 1)
        let corner = max(0, side / 2 - 16)
        let spots = Self.shifts.flatMap { y in Self.shifts.map { (y: corner + y, x: corner + $0) } }
            .filter { $0.y < side && $0.x < side }
        var fields = stages.map { Accumulator($0.geometry, pixels: side, corner: corner) }
        for picture in 0..<Self.pictures {
            let noise = (0..<shape.elementCount).map { _ in Float(generator.normal()) }
            let base = try plan.runWithTaps(Tensor(shape: shape, scalars: noise), in: &workspace).taps
            for (index, spot) in spots.enumerated() {
                var changed = noise
                for channel in 0..<channels { changed[(channel * side + spot.y) * side + spot.x] += 1 }
                let taps = try plan.runWithTaps(Tensor(shape: shape, scalars: changed), in: &workspace).taps
                for (stage, tap) in taps.enumerated() { fields[stage].add(base[stage], tap, spot) }
                try progress(picture * spots.count + index + 1, Self.pictures * spots.count)
            }
        }
        return zip(stages, fields).map { $1.field(named: $0.name) }
    }

    /// Responses by where the changed pixel lay to the unit.
    private struct Accumulator {
        let geometry: UnitGeometry
        let bin: Int
        let side: Int
        /// Where bins begin: the changed pixels then fall into as many bins as there are of them within a stride.
        private let phase: Double
        private var sums: [Double]
        private var counts: [Int]

        init(_ geometry: UnitGeometry, pixels: Int, corner: Int) {
            self.geometry = geometry
            // As fine as the 64 pixels are apart within the stride.
            bin = geometry.step <= 4 ? 1 : geometry.step <= 8 ? 2 : 4
            let origin = Double(corner) - geometry.start
            phase = origin - (origin / Double(bin)).rounded(.down) * Double(bin)
            let window = min(geometry.isGlobal ? pixels : geometry.reach + 2 * bin, pixels)
            side = 2 * (window / 2 / bin) + 1
            sums = Array(repeating: 0, count: side * side)
            counts = Array(repeating: 0, count: side * side)
        }

        mutating func add(_ base: Tensor, _ changed: Tensor, _ spot: (y: Int, x: Int)) {
            let (channels, rows, columns) = (base.shape[1], base.shape[2], base.shape[3])
            func place(_ unit: Int, _ pixel: Int) -> Int? {
                let offset = Double(pixel) - (geometry.start + Double(unit * geometry.step))
                // The bin that holds the unit's own place lies in the middle.
                let own = Int((-phase / Double(bin)).rounded(.down))
                let place = Int(((offset - phase) / Double(bin)).rounded(.down)) - own + side / 2
                return (0..<side).contains(place) ? place : nil
            }
            for row in 0..<rows {
                guard let y = place(row, spot.y) else { continue }
                for column in 0..<columns {
                    guard let x = place(column, spot.x) else { continue }
                    var sum = 0.0
                    for channel in 0..<channels {
                        let index = (channel * rows + row) * columns + column
                        let difference = Double(changed.scalars[index] - base.scalars[index])
                        sum += difference * difference
                    }
                    sums[y * side + x] += sum / Double(channels)
                    counts[y * side + x] += 1
                }
            }
        }

        func field(named name: String) -> ReceptiveField {
            ReceptiveField(
                name: name, stride: geometry.step, binPixels: bin, side: side,
                response: zip(sums, counts).map { $1 > 0 ? ($0 / Double($1)).squareRoot() : nil },
                theoreticalSide: geometry.isGlobal ? nil : geometry.reach)
        }
    }
}
