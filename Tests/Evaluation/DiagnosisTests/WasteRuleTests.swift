import TestSupport
import Testing

@testable import Diagnosis

/// Dead and redundant parts planted in the trained network.
@Suite struct WasteRuleTests {
    @Test func filtersOfZeros() throws {
        let found = try BrokenNetwork.diagnose(rules: ["dead-kernels"]) {
            for cell in 0..<9 { ($0["conv_dw_3.weight"][cell], $0["conv_dw_3.weight"][5 * 9 + cell]) = (0, 1e-9) }
        }.findings
        #expect(found.map(\.place.channels) == [[0, 5]])
        #expect(found.first?.severity == .note && found.first?.cost?.parameters == 18)
        // 64 channels of 16×16 pixels by 9 weights: 18·256 for two of them.
        #expect(found.first?.cost?.macs == 2 * 9 * 16 * 16)
    }

    /// MobileNetV1 is a chain: what a layer does not pass on is lost.
    @Test func aLayerOfZerosThatNothingPassesIsAnError() throws {
        let found = try BrokenNetwork.diagnose(rules: ["dead-kernels"]) {
            $0["conv_dw_3.weight"] = Array(repeating: 0, count: 64 * 9)
        }.findings
        #expect(found.map(\.severity) == [.error] && found.first?.place.channels.count == 64)
        #expect(found.first?.message.contains("every picture gets the same answer") == true)
    }

    /// The second block of MobileNetV3-Small adds its result to what it reads.
    @Test(.needsSharedFiles) func aBranchOfZerosIsAWarning() throws {
        try withTemporaryFolder { folder in
            var tensors = try BrokenNetwork.Tensors(SharedFiles.path("weights/mobilenetv3_small_torchvision.h5"))
            let name = "features.3.block.2.0.weight"
            tensors[name] = Array(repeating: 0, count: tensors[name].count)
            try tensors.write(to: folder + "/net.safetensors")
            let found = try BrokenNetwork.diagnose(folder + "/net.safetensors", rules: ["dead-kernels"]).findings
            let own = found.filter { $0.place.layers.map(\.name) == ["features.3.block.2.0"] }
            #expect(own.map(\.severity) == [.warning], "\(found.map(\.place))")
        }
    }

    /// Beside one weight of a million all other filters are small, and no zeros.
    @Test func anExplodedFilterMakesNoOtherDead() throws {
        let found = try BrokenNetwork.diagnose(rules: ["dead-kernels", "exploding"]) {
            $0["conv_dw_3.weight"][0] = 1e6
        }.findings
        #expect(found.map(\.rule) == ["exploding"])
    }

    @Test func scalesOfZero() throws {
        let found = try BrokenNetwork.diagnose(rules: ["dead-normalisation"]) {
            $0["conv_pw_4_bn.weight"][2] = 0
            $0["conv_pw_4_bn.running_var"][11] = 0
        }.findings
        #expect(found.filter { $0.place.layers.map(\.name) == ["conv_pw_4"] }.map(\.place.channels) == [[2, 11]])
    }

    /// A ReLU in front makes every input of the layer 0 or more; weights below 0 and a shift below 0 never get above it.
    @Test func aChannelThatCannotFireIsProven() throws {
        let found = try BrokenNetwork.diagnose(rules: ["never-fires"]) { tensors in
            for cell in 0..<9 { tensors["conv_dw_6.weight"][3 * 9 + cell] = -0.1 }
            tensors["conv_dw_6_bn.weight"][3] = 1
            tensors["conv_dw_6_bn.running_mean"][3] = 0
            tensors["conv_dw_6_bn.bias"][3] = -1
        }.findings.filter { $0.place.layers.map(\.name) == ["conv_dw_6"] }
        #expect(found.map(\.place.channels) == [[3]])
        #expect(found.first?.message.contains("cannot fire") == true)
    }

    /// Twenty deviations below the ReLU: at most one pixel in 401 by Cantelli's inequality.
    @Test func aChannelFarBelowTheRectifierIsBounded() throws {
        let found = try BrokenNetwork.diagnose(rules: ["never-fires"]) { tensors in
            tensors["conv_pw_7_bn.weight"][8] = 1
            tensors["conv_pw_7_bn.running_var"][8] = 1
            tensors["conv_pw_7_bn.bias"][8] = -20
        }.findings.filter { $0.place.layers.map(\.name) == ["conv_pw_7"] }
        #expect(found.map(\.place.channels) == [[8]])
        let chance = found.first?.evidence.first?.value ?? 0
        #expect(abs(chance - 1 / 401.0) < 1e-4)
    }

    @Test func filtersThatAreMultiplesOfEachOther() throws {
        let found = try BrokenNetwork.diagnose(rules: ["redundant-kernels"]) { tensors in
            for column in 0..<128 {
                tensors["conv_pw_5.weight"][40 * 128 + column] = -2 * tensors["conv_pw_5.weight"][9 * 128 + column]
            }
        }.findings
        #expect(found.map(\.place.channels) == [[40]])
    }

    /// Every row a sum of the first four: of rank 4.
    @Test func aLayerOfLowRank() throws {
        let found = try BrokenNetwork.diagnose(rules: ["low-rank"]) { tensors in
            let old = tensors["conv_pw_5.weight"]
            for row in 4..<128 {
                for column in 0..<128 {
                    let parts = (0..<4).map { Float((row * (2 * $0 + 3)) % 7 - 3) * old[$0 * 128 + column] }
                    tensors["conv_pw_5.weight"][row * 128 + column] = parts.reduce(0, +)
                }
            }
        }.findings.filter { $0.place.layers.map(\.name) == ["conv_pw_5"] }
        #expect((1...4).contains(Int(found.first?.evidence.first?.value ?? 0)))
    }

    /// One channel a thousand times the others: with one scale they are all rounded to 0.
    @Test func rangesThatDifferByOrders() throws {
        let found = try BrokenNetwork.diagnose(rules: ["int8"]) { tensors in
            for cell in 0..<9 { tensors["conv_dw_8.weight"][cell] *= 1_000 }
        }.findings.filter { $0.place.layers.map(\.name) == ["conv_dw_8"] }
        #expect((found.first?.place.channels.count ?? 0) > 200)
        #expect((found.first?.evidence.first?.value ?? 100) < DiagnosisLimits.leastDecibels)
    }
}
