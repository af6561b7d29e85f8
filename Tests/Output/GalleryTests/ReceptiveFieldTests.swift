import Engine
import Evaluation
import Tensors
import Testing

@testable import Gallery

@Suite struct ReceptiveFieldTests {
    /// MobileNetV1's chain of 3×3 kernels reaches 315 pixels (Araujo, Norris and Sim, "Computing Receptive Fields of
    /// Convolutional Neural Networks", Distill 2019, table of networks).
    @Test func unitsReachAsFarAsPublished() throws {
        var units = UnitGeometry(pixels: 224)
        for stride in [2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1] {
            units = try #require(units.behind(kernel: 3, stride: stride, padding: .symmetric(1)))
        }
        #expect(units.reach == 315 && units.step == 32 && units.count == 7)
        #expect(UnitGeometry(pixels: 2).behind(kernel: 5, stride: 1, padding: .symmetric(1)) == nil)
    }

    /// TensorFlow's SAME of an even picture and stride 2 pads nothing before: the first window's middle is pixel 1.
    @Test func placesFollowThePadding() throws {
        let same = try #require(UnitGeometry(pixels: 224).behind(kernel: 3, stride: 2, padding: .same))
        #expect(same.start == 1 && same.count == 112)
        let torch = try #require(UnitGeometry(pixels: 224).behind(kernel: 3, stride: 2, padding: .symmetric(1)))
        #expect(torch.start == 0 && torch.count == 112)
    }

    /// The field of one convolution is its kernel: y = Σ w·x, so a pixel to the right of a unit meets the weight to the right.
    @Test func theFieldOfOneConvolutionIsItsKernel() throws {
        let weights: [Float] = [1, -2, 3, 4, 5, -6, 7, 8, 9]
        var graph = Graph()
        let input = graph.add(.input, name: "input")
        let weight = graph.addParameter("w", Tensor(shape: [1, 1, 3, 3], scalars: weights))
        graph.add(.convolution(Convolution(weight: weight, padding: .symmetric(1))), input, name: "conv")
        let fields = try ReceptiveFields(graph, name: "test", channels: 1, side: 40).measure()
        #expect(fields.count == 1)
        let field = fields[0]
        #expect(field.side == 5 && field.binPixels == 1 && field.theoreticalSide == 3)
        for row in 0..<5 {
            for column in 0..<5 {
                let isInside = (1...3).contains(row) && (1...3).contains(column)
                let expected = isInside ? Double(abs(weights[(row - 1) * 3 + column - 1])) : 0
                #expect(abs((field.response[row * 5 + column] ?? -1) - expected) < 1e-3)
            }
        }
        #expect(field.effectiveArea == 9 && field.areaRatio == 1)
    }

    /// Where the picture is large enough every place around a unit is met, whatever the stride.
    @Test(arguments: [2, 4, 8, 16, 32]) func everyPlaceIsMet(stride: Int) throws {
        var graph = Graph()
        let input = graph.add(.input, name: "input")
        let weight = graph.addParameter("w", Tensor(shape: [1, 1, 3, 3], scalars: Array(repeating: 1, count: 9)))
        graph.add(
            .convolution(Convolution(weight: weight, stride: stride, padding: .symmetric(1))), input, name: "conv")
        let field = try ReceptiveFields(graph, name: "test", channels: 1, side: 160).measure()[0]
        #expect(field.stride == stride && field.response.allSatisfy { $0 != nil })
    }

    /// A gate behind a global mean makes every unit depend on all of the picture.
    @Test func gatesHaveNoSize() throws {
        var graph = Graph()
        let input = graph.add(.input, name: "input")
        let weight = graph.addParameter("w", Tensor(shape: [2, 3, 3, 3], scalars: (0..<54).map { Float($0 % 5) }))
        let convolution = graph.add(
            .convolution(Convolution(weight: weight, stride: 2, padding: .symmetric(1))), input, name: "conv")
        let mean = graph.add(.globalAveragePool, convolution, name: "mean")
        let gated = graph.add(.multiply, convolution, mean, name: "gated")
        let places = UnitGeometry.all(of: graph, pixels: 32)
        #expect(places["conv"]?.isGlobal == false && places["conv"]?.reach == 3)
        #expect(places["mean"] == nil && places["gated"]?.isGlobal == true && places["gated"]?.step == 2)
        _ = gated
    }
}
