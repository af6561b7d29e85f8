import Architectures
import Classification
import Figures
import Kernels
import Statistics
import TestSupport
import Tensors
import Testing

@testable import Reports

/// Labels of a page tell themselves apart without colour.
@Suite struct LabelMarkTests {
    /// Three kernels called identity and one called edge.
    private func section() -> String {
        let shape: Shape = [4, 1, 3, 3]
        let layer = ConvLayer(
            number: 1, name: "a", tensorName: "a.weight", weightShape: shape, stride: 1,
            connectivity: .depthwise(multiplier: 1), role: .body)
        let bank = KernelBank(
            layer: layer, weight: Tensor(shape: shape, scalars: (0..<36).map { Float($0 % 7) - 3 }))
        let labels: [KernelLabel] = [.identity, .identity, .identity, .edge]
        let statistics = LayerStatistics(
            layer: layer,
            classifications: labels.map {
                KernelClassification(label: $0, subLabel: "", fit: 1, margin: 0.1, sigmaPixels: nil, dcGain: 0)
            })
        return HTMLLayer(statistics, bank: bank, identifier: "a").section
    }

    /// The bars below the kernels of a label: the path in its colour inside the grid's group.
    private func bars(_ label: KernelLabel, in page: String) throws -> Substring {
        let group = try #require(page.range(of: "<g data-label=\"\(label.rawValue)\"><path class=\"rim\""))
        let rest = page[group.upperBound...]
        let end = try #require(rest.range(of: "</g>"))
        let body = rest[..<end.lowerBound]
        let color = "<path fill=\"\(InlineSVG.hexadecimal(LabelPalette.color(label)))\" d=\""
        let start = try #require(body.range(of: color))
        return body[start.upperBound...].prefix { $0 != "\"" }
    }

    /// One piece in the middle third for identity, two at the ends for edge; x of the first kernel is 1, of the fourth
    /// 1 + 3·(3 + 1.5); y is 1 + 3 + .3.
    @Test func theBarBelowAKernelHasTheFormOfItsLabel() throws {
        let page = section()
        #expect(try bars(.identity, in: page).hasPrefix("M2 4.3h1v0.55h-1z"))
        #expect(try bars(.identity, in: page).count { $0 == "M" } == 3)
        #expect(try bars(.edge, in: page) == "M14.5 4.3h1v0.55h-1zM16.5 4.3h1v0.55h-1z")
    }

    @Test func theLegendHasTheLetters() throws {
        let delta = NamedKernel.delta().values
        let network = MemoryNetwork.make([.init(name: "a", shape: [2, 1, 3, 3], scalars: delta + delta)])
        let page = try HTMLReport([AnalysedNetwork.analyse(network)], derivation: nil, version: "0").page()
        for (label, letter) in [(KernelLabel.identity, "I"), (.blur, "B"), (.edge, "E"), (.zero, "Z"), (.other, "O")] {
            let button = try #require(page.range(of: "data-filter=\"\(label.rawValue)\""))
            let text = page[button.upperBound...].prefix(600)
            #expect(text.contains("\">\(letter)</i><svg class=\"mark\""), "\(label)")
        }
    }
}
