import Tensors
import Testing

@testable import Diagnosis

/// The trained network broken in one place: the rule that names it, and where.
@Suite struct BrokenNetworkTests {
    private func alarms(_ diagnosis: NetworkDiagnosis) -> [Finding] {
        diagnosis.findings.filter { $0.severity > .note }
    }

    private func normal(_ count: Int, deviation: Double, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float(generator.normal() * deviation) }
    }

    @Test func aWeightThatIsNoNumber() throws {
        let found = alarms(try BrokenNetwork.diagnose { $0["conv_pw_3.weight"][5] = .nan })
        #expect(found.map(\.rule) == ["non-finite"])
        #expect(found.first?.severity == .error && found.first?.place.layers.map(\.name) == ["conv_pw_3"])
        #expect(found.first?.evidence.first?.value == 1)
    }

    @Test func aStatisticThatIsNoNumberIsNamedByItsTensor() throws {
        let found = try BrokenNetwork.diagnose(rules: ["non-finite"]) { $0["conv_dw_2_bn.bias"][1] = .infinity }
            .findings
        #expect(found.map(\.place.tensors) == [["conv_dw_2_bn.bias"]])
    }

    @Test func negativeVariances() throws {
        let found = alarms(
            try BrokenNetwork.diagnose {
                $0["conv_dw_4_bn.running_var"][3] = -0.5
                $0["conv_dw_4_bn.running_var"][9] = -2
            })
        #expect(found.first?.rule == "negative-variance" && found.first?.severity == .error)
        #expect(found.first?.place.channels == [3, 9])
    }

    @Test func varianceBeyondAnyUse() throws {
        let found = try BrokenNetwork.diagnose(rules: ["exploding"]) { $0["conv_pw_2_bn.running_var"][7] = 3e9 }
            .findings
        #expect(found.map(\.place.channels) == [[7]])
    }

    /// He's deviation of a depthwise 3×3 kernel by its fan in is √(2/9).
    @Test func aDepthwiseLayerThatNeverTrained() throws {
        let found = alarms(
            try BrokenNetwork.diagnose {
                $0["conv_dw_6.weight"] = normal(128 * 9, deviation: (2.0 / 9).squareRoot(), seed: 3)
            })
        #expect(found.filter { $0.rule == "untrained" }.flatMap { $0.place.layers.map(\.name) } == ["conv_dw_6"])
        #expect(
            found.filter { $0.rule == "statistics-mismatch" }.flatMap { $0.place.layers.map(\.name) } == ["conv_dw_6"])
        #expect(found.count == 2, "\(found)")
    }

    /// 128 inputs: He's deviation is √(2/128). 1×1 layers have no shape, so that their distribution speaks alone.
    @Test func aPointwiseLayerThatNeverTrained() throws {
        let found = try BrokenNetwork.diagnose(rules: ["untrained"]) {
            $0["conv_pw_5.weight"] = normal(128 * 128, deviation: (2.0 / 128).squareRoot(), seed: 5)
        }.findings
        #expect(found.map { $0.place.layers.map(\.name) } == [["conv_pw_5"]])
        #expect(found.first?.message.contains("He normal") == true)
    }

    @Test func aNetworkThatNeverTrainedIsOneFinding() throws {
        let found = try BrokenNetwork.diagnose(rules: ["untrained"]) { tensors in
            for (seed, name) in tensors.names.enumerated() where tensors.shape(name).count == 4 {
                let fan = tensors.shape(name).dropFirst().reduce(1, *)
                tensors[name] = normal(
                    tensors[name].count, deviation: (2 / Double(fan)).squareRoot(), seed: UInt64(seed))
            }
        }.findings
        #expect(found.count == 1 && (found.first?.place.layers.count ?? 0) >= 20)
    }

    @Test func statisticsThatWereNeverTaken() throws {
        let found = try BrokenNetwork.diagnose(rules: ["frozen"]) {
            $0["conv_dw_5_bn.running_mean"] = Array(repeating: 0, count: 128)
            $0["conv_dw_5_bn.running_var"] = Array(repeating: 1, count: 128)
        }.findings
        #expect(found.map { $0.place.layers.map(\.name) } == [["conv_dw_5"]])
        #expect(found.first?.severity == .warning)
    }

    @Test func aLayerInThePlaceOfAnother() throws {
        let found = try BrokenNetwork.diagnose(rules: ["frozen", "statistics-mismatch"]) {
            $0["conv_dw_9.weight"] = $0["conv_dw_8.weight"]
        }.findings
        #expect(
            found.filter { $0.rule == "frozen" }.map { $0.place.layers.map(\.name) } == [["conv_dw_8", "conv_dw_9"]])
        #expect(found.contains { $0.rule == "statistics-mismatch" && $0.place.layers.map(\.name) == ["conv_dw_9"] })
    }

    @Test func twoNetworksInOneFile() throws {
        let found = try BrokenNetwork.diagnose(rules: ["two-networks"]) { tensors in
            let (names, values) = (tensors.names, tensors.values)
            tensors.attributes = [:]
            tensors.names = ["one", "two"].flatMap { head in names.map { "\(head).\($0)" } }
            tensors.values = Dictionary(
                uniqueKeysWithValues: ["one", "two"].flatMap { head in values.map { ("\(head).\($0)", $1) } })
        }.findings
        #expect(found.map(\.place.tensors) == [["one", "two"]])
    }
}
