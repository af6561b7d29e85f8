import Engine
import Tensors
import Testing

@testable import Diagnosis

@Suite struct MeasureTests {
    /// E[max(Z, 0)] = 1/√(2π) and E[max(Z, 0)²] = 1/2 for a standard normal Z.
    @Test func theMomentsOfARectifiedNormal() {
        let input = ChannelMoments.Moments(means: [0], variances: [1])
        let found = ChannelMoments.activated(.relu, input)
        #expect(abs(found.means[0] - 0.398942) < 1e-3)
        #expect(abs(found.variances[0] - (0.5 - 0.159155)) < 2e-3)
    }

    @Test(arguments: [
        (ActivationFunction.relu, -2.0, 3.0, 0.0, 3.0), (.relu6, -1, 9, 0, 6), (.hardSwish, -4, 1, -0.375, 2.0 / 3),
        (.hardSigmoid, -9, 9, 0, 1), (.hardSwish, -9, -4, 0, 0),
    ])
    func theRangeOfAFunction(_ function: ActivationFunction, _ a: Double, _ b: Double, _ low: Double, _ high: Double) {
        let found = function.range(a, b)
        #expect(abs(found.low - low) < 1e-9 && abs(found.high - high) < 1e-9, "\(found)")
    }

    /// [[2, 1, 0], [1, 2, 1], [0, 1, 2]] has 2 ± √2 and 2.
    @Test func eigenvalues() {
        let found = Eigenvalues.of([2, 1, 0, 1, 2, 1, 0, 1, 2], size: 3)
        let expected = [2 + 2.0.squareRoot(), 2, 2 - 2.0.squareRoot()]
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(found)")
        #expect(Eigenvalues.of([7], size: 1) == [7])
        #expect(Eigenvalues.of([], size: 0) == [])
        // The trace and the sum of squares hold for any matrix.
        var generator = SeededGenerator(seed: 2)
        let size = 40
        var matrix = [Double](repeating: 0, count: size * size)
        for a in 0..<size {
            for b in a..<size {
                let value = generator.normal()
                (matrix[a * size + b], matrix[b * size + a]) = (value, value)
            }
        }
        let values = Eigenvalues.of(matrix, size: size)
        let trace = (0..<size).reduce(0.0) { $0 + matrix[$1 * size + $1] }
        #expect(abs(values.reduce(0, +) - trace) < 1e-9)
        #expect(abs(values.reduce(0) { $0 + $1 * $1 } - matrix.reduce(0) { $0 + $1 * $1 }) < 1e-8)
        #expect(values == values.sorted(by: >))
    }

    /// Evenly spaced quantiles of a uniform distribution fit it, and not a normal one.
    @Test func kolmogorovsProbability() {
        let sorted = (0..<1_000).map { (Double($0) + 0.5) / 500 - 1 }
        let own = InitialDistribution(name: "own", shape: .uniform, scale: 1)
        #expect(own.probability(sorted: sorted) > 0.999)
        #expect(InitialDistribution(name: "other", shape: .normal, scale: 0.577).probability(sorted: sorted) < 0.01)
        #expect(InitialDistribution(name: "wider", shape: .uniform, scale: 1.2).probability(sorted: sorted) < 1e-5)
    }

    /// Fields of MobileNetV1's first layers: 3 by the stem, then 7 and 11 and 19 behind its strides.
    @Test func receptiveFieldsGrowWithTheStridesBefore() {
        var graph = Graph()
        var node = graph.add(.input, name: "input")
        for (index, stride) in [2, 1, 2, 1].enumerated() {
            let weight = graph.addParameter("w\(index)", Tensor(shape: [1, 1, 3, 3]))
            node = graph.add(
                .convolution(Convolution(weight: weight, stride: stride, padding: .symmetric(1))), node,
                name: "c\(index)")
        }
        #expect(ReceptiveFields(graph).nodes.map(\.size) == [1, 3, 7, 11, 19])
    }

    /// A kernel that passes its input on has the input's own spectrum, a 2×2 mean half of the high frequencies at most.
    @Test func aBlurAliasesLessThanAnIdentity() throws {
        func share(_ kernel: [Float]) throws -> Double {
            let shape: Shape = [1, 1, 3, 3]
            let layer = SubjectLayer(
                layer: .init(
                    number: 1, name: "c", tensorName: "c.weight", weightShape: shape, stride: 2,
                    connectivity: .depthwise(multiplier: 1), role: .downsampling),
                weight: Tensor(shape: shape, scalars: kernel))
            return try #require(Aliasing.share(layer, stride: 2)).share
        }
        let identity = try share([0, 0, 0, 0, 1, 0, 0, 0, 0])
        let blur = try share([1, 2, 1, 2, 4, 2, 1, 2, 1])
        let edge = try share([0, -1, 0, -1, 4, -1, 0, -1, 0])
        #expect(blur < identity / 4 && identity < edge && edge > DiagnosisLimits.aliasedShare)
    }
}
