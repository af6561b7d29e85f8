import Classification
import Diagnostics
import Glibc
import Kernels
import Numerics
import Statistics

/// The kernels of one or several networks, each divided by its norm, on the two leading principal components of them all.
public struct KernelMap: Sendable {
    /// A kernel in the plane.
    public struct Point: Sendable, Equatable {
        /// Its place along the first component.
        public let x: Double
        /// Its place along the second one.
        public let y: Double
        /// What the classifier calls it.
        public let label: KernelLabel
    }

    /// A network's kernels in the plane.
    public struct Network: Sendable, Equatable {
        /// Its name.
        public let title: String
        /// Its kernels of the map's size that are neither zero nor broken.
        public let points: [Point]
        /// Kernels that have no direction: zero ones, and those with weights that are not finite.
        public let leftOut: Int
        /// Kernels of other sizes.
        public let otherSizes: Int

        /// What the kernels of each label have in common, where there are three or more of them.
        public let axes: [LabelAxis]

        /// That of a label; nil for fewer than three kernels.
        func axis(_ label: KernelLabel) -> LabelAxis? { axes.first { $0.label == label } }
    }

    /// A kernel that stands for what a label means.
    public struct Prototype: Sendable, Equatable {
        /// N·N weights of norm 1.
        public let kernel: [Double]
        /// Its place in the plane.
        public let place: Point
    }

    /// N: rows and columns of the kernels.
    public let size: Int
    /// The networks that have such kernels.
    public let networks: [Network]
    /// Networks without a kernel of the size.
    public let missing: [String]
    /// The two components, N·N weights of norm 1, whose largest weight is positive.
    public let components: [[Double]]
    /// The share of the variance that each component explains, 0…1.
    public let explained: [Double]
    /// What identity, blur and edge look like.
    public let prototypes: [Prototype]
    /// How many kernels the components rest on; all, or an even sample of large networks.
    public let basisCount: Int

    /// Places the kernels of the most frequent size, or of `size`. Each network counts alike in mean and components.
    ///
    /// Throws `figures.noPoints` where there are fewer than three kernels, or none of the size.
    public init(_ networks: [(title: String, layers: [LabelledKernels])], size wanted: Int? = nil) throws {
        let size = wanted ?? Self.mostFrequentSize(networks.flatMap(\.layers))
        let found = networks.map { Found($0.layers, size: size) }
        let count = found.reduce(0) { $0 + $1.units.count }
        guard count >= 3 else {
            throw KernelVizError(
                code: "figures.noPoints", subject: "map of kernels",
                found: "\(count) kernels of \(size)×\(size) with a direction", expected: "at least 3",
                advice: "Choose another network")
        }
        let basis = Basis(found.map(\.units).filter { !$0.isEmpty }, cells: size * size)
        self.size = size
        self.networks = zip(networks, found).compactMap { network, found in
            guard !found.units.isEmpty else { return nil }
            let points = zip(found.units, found.labels).map { basis.point($0, $1) }
            let axes = KernelLabel.allCases.compactMap { label in
                LabelAxis(label, zip(found.units, found.labels).filter { $0.1 == label }.map(\.0)) {
                    basis.point($0, label)
                }
            }
            return Network(
                title: network.title, points: points, leftOut: found.leftOut, otherSizes: found.otherSizes, axes: axes)
        }
        missing = zip(networks, found).filter { $0.1.units.isEmpty }.map(\.0.title)
        (components, explained, basisCount) = (basis.components, basis.explained, basis.count)
        prototypes = Self.prototypes(size).map { Prototype(kernel: $0.1, place: basis.point($0.1, $0.0)) }
    }

    private static func mostFrequentSize(_ layers: [LabelledKernels]) -> Int {
        let counts = layers.reduce(into: [Int: Int]()) { $0[$1.bank.size, default: 0] += $1.bank.count }
        return counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key ?? 3
    }

    /// The kernels of a network that have a place.
    private struct Found {
        var units: [[Double]] = []
        var labels: [KernelLabel] = []
        var leftOut = 0
        var otherSizes = 0

        init(_ layers: [LabelledKernels], size: Int) {
            for layer in layers {
                guard layer.bank.size == size else {
                    otherSizes += layer.bank.count
                    continue
                }
                for (index, kernel) in layer.classifications.enumerated() {
                    guard kernel.label != .zero, let unit = layer.unit(index) else {
                        leftOut += 1
                        continue
                    }
                    units.append(unit)
                    labels.append(kernel.label)
                }
            }
        }
    }

    /// A unit impulse, a Gaussian of N/4 pixels, its two slopes and its negative Laplacian, each of norm 1.
    private static func prototypes(_ size: Int) -> [(KernelLabel, [Double])] {
        let half = Double(size - 1) / 2
        let sigma = Double(size) / 4
        func kernel(_ weight: (_ x: Double, _ y: Double) -> Double, isBalanced: Bool = false) -> [Double] {
            var cells = (0..<size * size).map { weight(Double($0 % size) - half, Double($0 / size) - half) }
            let mean = isBalanced ? cells.reduce(0, +) / Double(cells.count) : 0
            cells = cells.map { $0 - mean }
            let norm = cells.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return cells.map { $0 / norm }
        }
        func bump(_ x: Double, _ y: Double) -> Double { exp(-(x * x + y * y) / (2 * sigma * sigma)) }
        return [
            (.identity, NamedKernel.delta(size: size).values.map(Double.init)), (.blur, kernel(bump)),
            (.edge, kernel { $0 * bump($0, $1) }), (.edge, kernel { $1 * bump($0, $1) }),
            (.edge, kernel({ (2 * sigma * sigma - $0 * $0 - $1 * $1) * bump($0, $1) }, isBalanced: true)),
        ]
    }

    /// Mean and components of unit vectors.
    private struct Basis {
        let components: [[Double]]
        let explained: [Double]
        let count: Int
        private let mean: [Double]

        /// Products of a vector with itself that are summed at most: larger kernels are sampled.
        private static let limit = 400_000_000
        /// Cells up to which all components are computed.
        private static let wholeLimit = 49

        init(_ networks: [[[Double]]], cells: Int) {
            let most = min(20_000, max(512, Self.limit / (cells * cells)))
            let sampled = networks.map { $0.evenSample(max(1, most / networks.count)) }
            count = sampled.reduce(0) { $0 + $1.count }
            var mean = [Double](repeating: 0, count: cells)
            for units in sampled {
                let weight = 1 / Double(units.count * sampled.count)
                for unit in units { for cell in 0..<cells { mean[cell] += weight * unit[cell] } }
            }
            var covariance = SymmetricMatrix(size: cells)
            for units in sampled {
                let factor = (1 / Double(units.count * sampled.count)).squareRoot()
                for unit in units {
                    covariance.add(outerProductOf: (0..<cells).map { factor * (unit[$0] - mean[$0]) })
                }
            }
            let trace = covariance.trace
            let leading = Self.leading(covariance)
            components = leading.map { Self.turned($0.vector) }
            explained = leading.map { trace > 0 ? max(0, $0.value) / trace : 0 }
            self.mean = mean
        }

        func point(_ unit: [Double], _ label: KernelLabel) -> Point {
            func place(_ component: [Double]) -> Double {
                component.indices.reduce(0) { $0 + component[$1] * (unit[$1] - mean[$1]) }
            }
            return Point(x: place(components[0]), y: place(components[1]), label: label)
        }

        /// The two largest eigenvalues with their vectors; of large matrices one after the other.
        private static func leading(_ matrix: SymmetricMatrix) -> [(value: Double, vector: [Double])] {
            let size = matrix.size
            let none = (value: 0.0, vector: [Double](repeating: 0, count: size))
            if size <= wholeLimit {
                let all = matrix.eigen()
                return [all.first ?? none, all.dropFirst().first ?? none]
            }
            guard let first = matrix.leading() else { return [none, none] }
            var rest = SymmetricMatrix(size: size)
            rest.fill { row, column in
                matrix.values[row * size + column] - first.value * first.vector[row] * first.vector[column]
            }
            return [first, rest.leading() ?? none]
        }

        /// With the largest weight positive, so that the same kernels give the same picture.
        private static func turned(_ vector: [Double]) -> [Double] {
            let strongest = vector.indices.max { abs(vector[$0]) < abs(vector[$1]) - 1e-9 } ?? 0
            return vector[strongest] < 0 ? vector.map { -$0 } : vector
        }
    }
}
