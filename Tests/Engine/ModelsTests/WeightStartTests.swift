import Engine
import Models
import Tensors
import Testing
import VGNets

@Suite struct WeightStartTests {
    /// By hand: rows and columns of ones have Σ ½^|i−j| = 3 + 4·½ + 2·¼ = 5.5 each; a difference over two pixels has
    /// 1 + 1 − 2·¼.
    @Test(
        arguments: [
            ([1, 1, 1, 1, 1, 1, 1, 1, 1], 5.5), ([0, 0, 0, 0, -2, 0, 0, 0, 0], 2),
            ([0, 0, 0, -1, 0, 1, 0, 0, 0], 1.224_744_871), ([0, 0, 0, 0, 0, 0, 0, 0, 0], 0),
        ] as [([Float], Double)])
    func gainsAreThoseOfACorrelatedField(kernel: [Float], gain: Double) {
        #expect(abs(KernelGain.gain(kernel[...], rows: 3, columns: 3) - gain) < 1e-8)
    }

    @Test func withoutCorrelationTheGainIsTheNorm() {
        let kernel: [Float] = [3, 4, 0, 0, 0, 0, 0, 0, 0]
        #expect(abs(KernelGain.gain(kernel[...], rows: 3, columns: 3, correlation: 0) - 5) < 1e-9)
    }

    /// By hand: rows of ones that know nothing of each other have 3 + 2 · 2 · ½ each; two weights on a diagonal have
    /// 1 + 1 + 2 · 0.9 where pixels correlate along it, and 1 + 1 on the other one.
    @Test func gainsAreThoseOfAMeasuredField() {
        func across(_ rows: Int, _ columns: Int) -> Double {
            rows != 0 ? 0 : columns == 0 ? 1 : abs(columns) == 1 ? 0.5 : 0
        }
        func diagonal(_ rows: Int, _ columns: Int) -> Double {
            rows == columns ? [1, 0.9, 0.8][abs(rows)] : 0
        }
        let ones = [Float](repeating: 1, count: 9)
        #expect(abs(KernelGain.gain(ones[...], rows: 3, columns: 3, by: across) - 15.0.squareRoot()) < 1e-9)
        let along: [Float] = [1, 0, 0, 0, 1, 0, 0, 0, 0]
        #expect(abs(KernelGain.gain(along[...], rows: 3, columns: 3, by: diagonal) - 3.8.squareRoot()) < 1e-9)
        let against: [Float] = [0, 1, 0, 1, 0, 0, 0, 0, 0]
        #expect(abs(KernelGain.gain(against[...], rows: 3, columns: 3, by: diagonal) - 2.0.squareRoot()) < 1e-9)
    }

    private static func tensors(_ config: VGNetConfig, _ start: WeightStart = .standard) throws -> [String: Tensor] {
        let graph = try VGNet(config, seed: 5, start: start).graph
        return Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.tensor) })
    }

    @Test func unitGainScalesTheDepthwiseKernelsAlone() throws {
        let config = try VGNetWeightsTests.config()
        let (drawn, scaled) = (try Self.tensors(config), try Self.tensors(config, .unitGain))
        for (name, tensor) in drawn {
            let other = try #require(scaled[name])
            guard name.contains("half3x3") || name.contains("mux") else {
                #expect(tensor == other, "\(name)")
                continue
            }
            for start in stride(from: 0, to: other.scalars.count, by: 9) {
                let kernel = other.scalars[start..<start + 9]
                #expect(abs(KernelGain.gain(kernel, rows: 3, columns: 3) - 1) < 1e-5)
                let factor = kernel[start] / tensor.scalars[start]
                for index in kernel.indices {
                    #expect(abs(kernel[index] - factor * tensor.scalars[index]) < 1e-5)
                }
            }
        }
    }

    @Test func designsShareTheStartOfWhatTheyHaveInCommon() throws {
        let config = try VGNetWeightsTests.config()
        let plain = try Self.tensors(config)
        let deeper = try Self.tensors(config.replacing(blocks: [2, 4, 2, 1]))
        for (name, tensor) in plain where name.contains("stage1") || name.contains("stage3") || name.contains("stem") {
            #expect(deeper[name] == tensor, "\(name)")
        }
        let normalized = try Self.tensors(config.replacing(depthwise: .branched))
        #expect(
            normalized["features/stage2/1/half3x3/0/weight"] == plain["features/stage2/1/half3x3/weight"])
        let attentive = try Self.tensors(config.replacing(squeezeExcite: SqueezeExcite()))
        #expect(
            attentive["features/stage2/1/conv1x1/0/0/weight"] == plain["features/stage2/1/conv1x1/0/weight"])
        #expect(
            plain["features/stage2/1/conv1x1/0/weight"]?.scalars.prefix(9)
                != plain["features/stage3/1/conv1x1/0/weight"]?.scalars.prefix(9))
    }
}
