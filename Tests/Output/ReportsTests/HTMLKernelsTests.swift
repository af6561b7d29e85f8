import Architectures
import Classification
import Figures
import Foundation
import Kernels
import Statistics
import Tensors
import TestSupport
import Testing

@testable import Reports

/// What a page carries of its kernels, byte by byte.
@Suite struct HTMLKernelsTests {
    private func layer(_ shape: Shape, number: Int = 1) -> ConvLayer {
        ConvLayer(
            number: number, name: "layer \(number)", tensorName: "a\(number).weight", weightShape: shape, stride: 1,
            connectivity: .depthwise(multiplier: 1), role: .body)
    }

    private func kernel(_ label: KernelLabel, _ shape: KernelShape, fit: Double = 0.5) -> KernelClassification {
        KernelClassification(label: label, shape: shape, fit: fit, margin: 0.1, sigmaPixels: nil, dcGain: 0)
    }

    /// Two kernels of one row each of the values given, the rest zeros.
    private func packed(_ rows: [[Float]], _ kernels: [KernelClassification], exact: Bool) throws -> (
        json: [String: Any], columns: [UInt8]
    ) {
        let shape: Shape = [rows.count, 1, 3, 3]
        let bank = KernelBank(
            layer: layer(shape), weight: Tensor(shape: shape, scalars: rows.flatMap { $0 + [0, 0, 0, 0, 0, 0] }))
        // 300,000 kernels of 3×3 on one page are too many for single precision.
        let many = [[(kernels: 4096, size: 3)]] + Array(repeating: [(kernels: 4096, size: 3)], count: 73)
        let budget = exact ? HTMLBudget(layers: [[(2, 3)]], networks: 1) : HTMLBudget(layers: many, networks: 1)
        #expect(budget.isExact == exact)
        var held = HTMLKernels()
        held.add(
            LayerStatistics(layer: bank.layer, classifications: kernels), bank: bank, identifier: "n0-1", budget: budget
        )
        let bytes = held.bytes
        let length = Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16 | Int(bytes[3]) << 24
        let object = try JSONSerialization.jsonObject(with: Data(bytes[4..<4 + length])) as? [String: Any]
        let layers = try #require(object?["layers"] as? [[String: Any]])
        return (try #require(layers.first), Array(bytes[(4 + length)...]))
    }

    /// 1 is 0x3F800000, −2 is 0xC0000000 in IEEE 754.
    @Test func weightsThatFitAreInSinglePrecision() throws {
        let page = try packed([[1, -2, 0], [0, 0, 0.5]], [kernel(.edge, .line), kernel(.zero, .dead)], exact: true)
        #expect(page.json["exact"] as? Bool == true)
        #expect(page.json["count"] as? Int == 2 && page.json["inputs"] as? Int == 1)
        #expect(Array(page.columns[..<8]) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
        #expect(page.columns.count == 2 * (36 + 9))
    }

    /// 127 is the kernel's largest magnitude: of −2 the half is 63.5, away from zero 64; −128 is what is not finite.
    @Test func elseTheyAreBytesOfEachKernelsLargest() throws {
        let page = try packed(
            [[1, -2, .nan], [0, 0, 0]], [kernel(.edge, .line), kernel(.zero, .dead)], exact: false)
        #expect(page.columns.prefix(4).map(Int8.init(bitPattern:)) == [64, -127, -128, 0])
        // Behind 18 weights the largest of each: 2 is 0x40000000.
        #expect(Array(page.columns[18..<26]) == [0, 0, 0, 0x40, 0, 0, 0, 0])
        #expect(page.columns.count == 2 * (9 + 4 + 9))
    }

    /// A width at its bound is below zero; a second label 20 % probable is 1000 · its place + 200.
    @Test func factsOfKernelsAreColumns() throws {
        var blur = kernel(.blur, .box, fit: 0.987)
        blur.sigmaBoundPixels = 3
        var edge = kernel(.edge, .line, fit: 1)
        edge.sigmaPixels = 1.25
        let page = try packed([[1, 1, 1], [1, 0, -1]], [blur, edge], exact: true)
        let facts = Array(page.columns[72...])
        #expect(Array(facts[..<2]) == [1, 2])
        #expect(KernelShape.allCases[Int(facts[2])] == .box && KernelShape.allCases[Int(facts[3])] == .line)
        #expect(Array(facts[4..<6]) == [99, 100])
        func number(_ place: Int) -> Int16 { Int16(bitPattern: UInt16(facts[place]) | UInt16(facts[place + 1]) << 8) }
        #expect([number(6), number(8)] == [-300, 125])
        #expect([number(10), number(12)] == [-1, -1], "no reader was asked")
        #expect([number(14), number(16)] == [0, 0])
    }

    /// zlib's header for its best compression and, at the end, the sum of Adler, 0x11E60398 for "Wikipedia" as RFC 1950's
    /// formula gives it.
    @Test func bytesArePackedAsZlibDoes() {
        let packed = HTMLPacked.deflated(Array("Wikipedia".utf8))
        #expect(Array(packed.prefix(2)) == [0x78, 0xDA])
        #expect(Array(packed.suffix(4)) == [0x11, 0xE6, 0x03, 0x98])
        #expect(HTMLPacked.deflated([UInt8](repeating: 7, count: 100_000)).count < 200)
        #expect(HTMLPacked.element([], id: "x").contains("data-bytes=\"0\""))
    }

    /// Of (3, 4) shares of 9/25 and 16/25; of (0, −2) all, with the sign.
    @Test func partnersAreTheStrongestLinksWithTheirSigns() throws {
        let shape: Shape = [2, 1, 3, 3]
        let kernels = try (1...2).map { number in
            try LabelledKernels(
                bank: KernelBank(
                    layer: layer(shape, number: number),
                    weight: Tensor(shape: shape, scalars: .init(repeating: 1, count: 18))),
                classifications: [kernel(.blur, .box), kernel(.blur, .box)])
        }
        let stage = KernelPaths.Stage(from: kernels[0], to: kernels[1], links: [3, 4, 0, -2])
        let found = try #require(HTMLPartners.of(stage))
        #expect(found.fedBy.count == 2 && found.fedBy.places == [1, 0, 1, 0])
        #expect(found.fedBy.shares == [640, 360, -1000, 0])
        #expect(found.feeds.places == [0, 1, 1, 0] && found.feeds.shares == [360, 0, -1000, 640])
    }
}

/// How much a page holds.
@Suite struct HTMLBudgetTests {
    @Test func fewNetworksLieOpenWithEverything() {
        let budget = HTMLBudget(layers: [[(kernels: 4096, size: 3), (kernels: 64, size: 5)]], networks: 1)
        #expect(budget.isExact && budget.hasPartners && budget.hasAllFigures && !budget.isCollection)
        #expect(budget.kernelLimit == 4096 && budget.note.isEmpty)
    }

    /// 100 networks of 50 layers of 512: 3/4 of 9.5 MB less 32 kB a network are 4,725,000 bytes; a kernel takes
    /// 9 + 4 + 9, so that 32 of each layer (3.52 MB) are held and not 64 (7.04 MB).
    @Test func manyKernelsAreCutToTheRoomThatThereIs() {
        let layers = Array(repeating: Array(repeating: (kernels: 512, size: 3), count: 50), count: 100)
        let budget = HTMLBudget(layers: layers, networks: 100)
        #expect(budget.isCollection && !budget.isExact && !budget.hasPartners && !budget.hasAllFigures)
        #expect(budget.kernelLimit == 32)
        #expect(budget.note.contains("1/127"))
    }
}

/// Pages of one network and of many.
@Suite struct HTMLPageTests {
    private func page(of count: Int) throws -> String {
        let delta = NamedKernel.delta().values
        let network = MemoryNetwork.make([.init(name: "a", shape: [2, 1, 3, 3], scalars: delta + delta)])
        let analysed = try AnalysedNetwork.analyse(network)
        return try HTMLReport(Array(repeating: analysed, count: count), derivation: nil, version: "0").page()
    }

    @Test func aNetworkAloneLiesOpen() throws {
        let page = try page(of: 1)
        #expect(page.contains("<section class=\"network\" id=\"n0\">"))
        #expect(page.contains("<details open class=\"layer\""))
        #expect(page.contains("id=\"n0-kernels\"") && !page.contains("id=\"n0-body\""))
        #expect(page.contains("<dialog id=\"kernel\"") && page.contains("id=\"sort\""))
    }

    @Test func manyAreListedClosedAndPacked() throws {
        let page = try page(of: 5)
        #expect(page.contains("<a href=\"#n4\">") && page.contains("<details class=\"network\" id=\"n4\""))
        #expect(page.contains("id=\"n4-body\"") && !page.contains("class=\"layer\""))
        #expect(page.contains("Find networks"))
    }

    /// Nothing is asked of a network, and nothing of a library.
    @Test func thePageStandsAlone() throws {
        let page = try page(of: 1)
        for word in ["src=", "@import", "fetch(", "XMLHttpRequest", "http://", "https://"] {
            #expect(!page.contains(word), "\(word)")
        }
    }
}

/// What a page does not draw it says.
@Suite struct HTMLLeftOutTests {
    /// A convolution of 2 × 5 slices behind the stem.
    private func plots(_ limits: HTMLNetworkPlots.Limits, isFull: Bool = true) throws -> HTMLNetworkPlots {
        let slices = (0..<90).map { Float($0 * 37 % 19 - 9) }
        let network = MemoryNetwork.make([.init(name: "a", shape: [2, 5, 3, 3], scalars: slices)])
        let analysed = try AnalysedNetwork.analyse(network)
        var plots = HTMLNetworkPlots(analysed.statistics, isFull: isFull, limits: limits)
        for kernels in try LabelledKernels.all(of: analysed) { try plots.add(kernels) }
        return plots
    }

    @Test func whatIsWithinTheLimitsIsDrawn() throws {
        let plots = try plots(.init(kernels: 10, slices: 10))
        #expect(plots.leftOut(paths: nil).isEmpty)
        let names = try plots.figures(paths: nil).map(\.name)
        #expect(names.contains("Map of kernels") && names.contains("Outputs × inputs"))
    }

    @Test func largeFiguresAreNamed() throws {
        let plots = try plots(.init(kernels: 9, slices: 9))
        let names = try plots.figures(paths: nil).map(\.name)
        #expect(!names.contains("Map of kernels") && !names.contains("Outputs × inputs"))
        let sentences = plots.leftOut(paths: nil)
        #expect(sentences.count == 2)
        #expect(sentences.first?.contains("above 9 kernels") == true)
        #expect(sentences.last?.contains("1 standard convolution has more than 9 slices") == true)
    }

    @Test func missingPathsHaveTheirReason() throws {
        let plots = try plots(.init())
        #expect(plots.leftOut(paths: (stages: [], leftOut: [])).isEmpty, "no two depthwise layers")
        #expect(
            plots.leftOut(paths: (stages: [], leftOut: ["4 → 5: too far", "5 → 6: too far"]))
                == ["No paths between kernels: 4 → 5: too far (and 1 more)."])
    }

    @Test func pagesOfManyNetworksNameWhatTheyLack() throws {
        #expect(try plots(.init(), isFull: false).leftOut(paths: nil).first?.contains("map and atlas") == true)
    }
}
