import Diagnostics
import Engine
import Evaluation
import Files
import Images
import Models
import TestSupport
import Testing
import VGNets

@testable import Gallery

@Suite struct FeatureMapsTests {
    @Test func layersAreTheSpatialConvolutionsWithTheirFinishedResults() throws {
        let net = try VGNet(VGNetConfig.published("vgnetg-1.0mp-thumbnail"), seed: 1)
        let layers = FeatureMaps.layers(of: net.graph)
        #expect(layers[0].readsInput)
        #expect(layers.map(\.number) == Array(1...layers.count))
        // Stem, 4 + 7 + 13 + 2 blocks with one depthwise convolution each, the last unit.
        #expect(layers.count == 1 + 26 + 1)
        for layer in layers { #expect(net.graph.node(named: layer.result) != nil) }
    }

    @Test func figure6ShowsTheLayerWithTheMostSimilarChannels() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/picture.png"
            let picture = RGBImage(
                width: 48, height: 48, bytes: (0..<48 * 48 * 3).map { UInt8(truncatingIfNeeded: $0 * $0 / 97) })
            try ImageFile.writePNG(picture, to: path)
            let choice = try FeatureMapsChoice("vgnetg-1.0mp-thumbnail", picture: path)
            #expect(choice.maps.keepsResolution && choice.maps.mapHeight == 32)
            // The same over all layers, by hand.
            let maps = try FeatureMaps(RunnableNetwork(named: "vgnetg-1.0mp-thumbnail"), picture: path)
            let all = try maps.layers.dropFirst().map { try maps.figure(layer: $0.number) }.filter(\.keepsResolution)
            let large = all.filter { $0.mapHeight >= 28 }
            #expect(choice.maps.similarity.share(above: 0.95) == large.map { $0.similarity.share(above: 0.95) }.max())
            #expect(choice.findings.count == 1)
            #expect(choice.findings[0].hasPrefix("In the network's \(all.count) layers of stride 1, "))
            #expect(choice.findings[0].hasSuffix("among those whose maps have at least 28 rows."))
        }
    }

    @Test(.needsSharedFiles) func smallNetsAreRunOnLargerPicturesForFigure6() throws {
        let choice = try FeatureMapsChoice(
            SharedFiles.path("weights/regnetx_200mf_tinyimagenet100.h5"),
            picture: SharedFiles.path("images/n01440764_tench.JPEG"))
        #expect(choice.maps.mapHeight == 14)
        #expect(choice.findings.last?.hasPrefix("Run at 224×224 instead of 64×64") == true)
    }

    @Test func mapsOfASmallNetAreDrawnAroundALayer() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/picture.png"
            let picture = RGBImage(
                width: 40, height: 32, bytes: (0..<40 * 32 * 3).map { UInt8(truncatingIfNeeded: $0 * 7 % 251) })
            try ImageFile.writePNG(picture, to: path)
            let config = try VGNetConfig.published("vgnetg-1.0mp-thumbnail").replacing(
                channels: [8, 16, 24, 32, 40], blocks: [2, 2, 2, 2])
            let network = try RunnableNetwork(config: config, source: .published, seed: 3)
            let maps = try FeatureMaps(network, picture: path)
            let stem = try maps.figure(layer: 1).figure(network: "net", subject: "stem", widthMillimetres: 120)
            #expect(stem.texts.map(\.text).contains { $0.contains("3 channels of 32×32 → 8 of 32×32") })
            let second = try maps.figure(layer: 2)
            #expect(second.similarity.best.allSatisfy { abs($0.correlation) <= 1 })
            let error = #expect(throws: KernelVizError.self) { _ = try maps.figure(layer: 99) }
            #expect(
                error?.description
                    == "\(network.name): no layer #99; expected a number from 1 to \(maps.layers.count).")
        }
    }
}
