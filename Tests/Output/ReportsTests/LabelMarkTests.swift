import Architectures
import Classification
import Kernels
import Statistics
import TestSupport
import Testing

@testable import Reports

/// Labels of a page tell themselves apart without colour.
@Suite struct LabelMarkTests {
    /// One piece in the middle third for identity, two at the ends for edge: 18 units are the whole width.
    @Test func theBarOfALabelHasItsForm() {
        func pieces(_ label: KernelLabel) -> [String] {
            HTMLControls.bar(of: label).split(separator: "<rect ").dropFirst().map { String($0.prefix { $0 != " " }) }
        }
        #expect(pieces(.identity) == ["x=\"6.0\""])
        #expect(pieces(.edge) == ["x=\"0.0\"", "x=\"12.0\""])
        #expect(pieces(.zero).count == 3)
    }

    /// The script draws the same forms below the kernels: shares of a kernel's width.
    @Test func theScriptKnowsTheForms() {
        #expect(HTMLControls.kinds.contains("\"names\":[\"identity\",\"blur\",\"edge\",\"zero\",\"other\"]"))
        #expect(
            HTMLControls.kinds.contains(
                "\"bars\":[[[0.3333333333333333,0.6666666666666666]],[[0.0,1.0]],[[0.0,0.3333333333333333],"))
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
