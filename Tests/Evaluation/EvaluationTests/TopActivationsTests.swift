import Architectures
import Datasets
import Diagnostics
import Engine
import Files
import Images
import Tensors
import TestSupport
import Testing
import VGNets

@testable import Evaluation

@Suite struct ChannelPeaksTests {
    private func peaks(_ maps: [[Float]], columns: Int = 2) -> ChannelPeaks {
        var all = ChannelPeaks()
        for (picture, map) in maps.enumerated() { all.add(ChannelPeaks(map[...], columns: columns, picture: picture)) }
        return all
    }

    @Test func thePeakIsTheFirstOfTheLargestUnits() {
        let channel = peaks([[1, 2, 5, 5]])
        #expect(channel.peaks == [.init(picture: 0, row: 1, column: 0, activation: 5)])
        // 13/4, and √(55/4 − (13/4)²).
        #expect(channel.mean == 3.25)
        #expect(abs(channel.deviation - 1.785357) < 1e-6)
    }

    @Test func fourPicturesAreKeptTheStrongestFirstOfEqualOnesTheEarlier() {
        let channel = peaks([[0, 3], [0, 7], [0, 3], [0, 1], [9, 0], [0, 7]])
        #expect(channel.peaks.map(\.picture) == [4, 1, 5, 0])
        #expect(channel.peaks.map(\.activation) == [9, 7, 7, 3])
    }

    @Test func whatIsTheSameEverywhereExcitesNothing() {
        #expect(peaks([[2, 2], [2, 2]]).peaks.isEmpty)
        #expect(peaks([[2, 2], [2, 2]]).mean == 2)
        #expect(peaks([[.nan, .infinity]]).peaks.isEmpty)
        #expect(peaks([[.nan, .infinity]]).mean.isNaN)
    }

    @Test func numbersThatAreNotFiniteArePassedOver() {
        #expect(peaks([[.infinity, 1, .nan, 4]]).peaks.map(\.column) == [1])
        #expect(peaks([[.infinity, 1, .nan, 4]]).mean == 2.5)
    }

    /// A kernel that two channels share: the stronger of them stands for the picture.
    @Test func channelsWithOneKernelHaveOnePeakAPicture() {
        var channel = ChannelPeaks([1, 2], columns: 2, picture: 0)
        channel.add(ChannelPeaks([5, 0], columns: 2, picture: 0))
        #expect(channel.peaks == [.init(picture: 0, row: 0, column: 0, activation: 5)])
    }
}

@Suite struct TopActivationsTests {
    /// One convolution of stride 2 that reads the middle pixel, negated behind it, and a channel of zeros.
    private func network() throws -> (RunnableNetwork, ConvNetwork) {
        var scalars = [Float](repeating: 0, count: 2 * 27)
        for channel in 0..<3 { scalars[channel * 9 + 4] = 1 }
        var graph = Graph()
        let input = graph.add(.input, name: "input")
        let weight = graph.addParameter("a.weight", Tensor(shape: [2, 3, 3, 3], scalars: scalars))
        let scale = graph.addParameter("scale", Tensor(shape: [2], scalars: [-1, 1]))
        let shift = graph.addParameter("shift", Tensor(shape: [2], scalars: [0, 0]))
        let convolution = graph.add(
            .convolution(Convolution(weight: weight, stride: 2, padding: .symmetric(1))), input, name: "conv")
        let norm = graph.add(.affine(scale: scale, shift: shift), convolution, name: "norm")
        graph.add(.activation(.relu), norm, name: "relu")
        let config = try VGNetConfig.published("vgnetg-1.0mp-thumbnail").replacing(
            channels: [8, 16, 24, 32, 40], blocks: [2, 2, 2, 2])
        let runnable = try RunnableNetwork(config: config, source: .published, seed: 1).replacing(graph: graph)
        let other = [Float](repeating: 2, count: 9)
        let layers = MemoryNetwork.make([
            .init(name: "a", shape: [2, 3, 3, 3], stride: 2, scalars: scalars),
            .init(name: "b", shape: [1, 1, 3, 3], scalars: other),
        ])
        return (runnable, layers)
    }

    /// A grey picture with one darker pixel.
    private func write(_ path: String, dark: UInt8, y: Int, x: Int) throws {
        var bytes = [UInt8](repeating: 128, count: 32 * 32 * 3)
        for channel in 0..<3 { bytes[(y * 32 + x) * 3 + channel] = dark }
        try ImageFile.writePNG(RGBImage(width: 32, height: 32, bytes: bytes), to: path)
    }

    /// Black is Σ (0 − mean)/deviation = −(0.485/0.229 + 0.456/0.224 + 0.406/0.225) = −5.958062 in the input.
    @Test func theDarkestPixelExcitesANegatedChannelMost() throws {
        try withTemporaryFolder { folder in
            try write(folder + "/0.png", dark: 60, y: 6, x: 8)
            try write(folder + "/1.png", dark: 0, y: 20, x: 10)
            try AtomicFile.write(Array("no picture".utf8), to: folder + "/2.png")
            let (runnable, layers) = try network()
            let images = try ImageFolder.open(folder).images
            let top = try TopActivations.measure(runnable, of: layers, on: images, limit: 10)
            #expect(top.pictures.map(\.name) == ["0.png", "1.png"] && top.available == 3)
            #expect(top.unreadable.count == 1 && top.unreadable[0].contains("2.png"))
            #expect(top.leftOut.map(\.reason) == ["no convolution that runs has its weights"])
            let layer = try #require(top.layer(ofWeight: "a.weight"))
            #expect(layer.rows.reach == 3 && layer.rows.step == 2 && layer.rows.start == 0)
            let peaks = layer.channels[0].peaks
            #expect(peaks.map(\.picture) == [1, 0])
            #expect(peaks.map(\.row) == [10, 3] && peaks.map(\.column) == [5, 4])
            #expect(abs(peaks[0].activation - 5.958062) < 1e-4)
            #expect(layer.channels[1].peaks.isEmpty, "a kernel of zeros gives the same everywhere")
        }
    }

    @Test func aFolderWithoutAReadablePictureIsAnError() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(Array("no picture".utf8), to: folder + "/2.png")
            let (runnable, layers) = try network()
            let images = try ImageFolder.open(folder).images
            let error = #expect(throws: KernelVizError.self) {
                _ = try TopActivations.measure(runnable, of: layers, on: images, limit: 10)
            }
            #expect(error?.code == "data.empty")
        }
    }

    /// A window of 1 row and 7 columns: three pixels to each side, none above or below.
    @Test func rowsAndColumnsReachAsFarAsTheirKernels() throws {
        var graph = Graph()
        let input = graph.add(.input, name: "input")
        let weight = graph.addParameter("w", Tensor(shape: [1, 1, 1, 7], scalars: .init(repeating: 1, count: 7)))
        let padding = Padding.explicit(top: 0, left: 3, bottom: 0, right: 3)
        graph.add(.convolution(Convolution(weight: weight, padding: padding)), input, name: "conv")
        let rows = UnitGeometry.all(of: graph, pixels: 20)["conv"]
        let columns = UnitGeometry.all(of: graph, pixels: 20, along: .columns)["conv"]
        #expect(rows?.reach == 1 && rows?.start == 0 && rows?.count == 20)
        #expect(columns?.reach == 7 && columns?.start == 0 && columns?.count == 20)
    }
}
