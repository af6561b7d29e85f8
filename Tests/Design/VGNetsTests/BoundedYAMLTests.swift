import Diagnostics
import Testing

@testable import VGNets

@Suite("Aliases of YAML") struct BoundedYAMLTests {
    /// Nine of nine of nine …: 1.7 kB that stand for 9^12 letters.
    private static let bomb: String = {
        var text = "channels: [8, 16, 16, 32, 32]\nblocks: [1, 2, 2, 1]\nbanks:\n  a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
        for level in 1...12 {
            let inner = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",")
            text += "  a\(level): &a\(level) [\(inner)]\n"
        }
        return text
    }()

    @Test("What would multiply without measure is refused before a parser sees it", arguments: ["", "  *a12 : x\n"])
    func refusesBombs(key: String) {
        let error = #expect(throws: KernelVizError.self) { try VGNetConfig(yaml: Self.bomb + key, subject: "b.yaml") }
        #expect(error?.code == "yaml.tooLarge")
        #expect(error?.description.hasPrefix("b.yaml: YAML whose aliases (*name) multiply without measure") == true)
    }

    @Test("Aliases of ordinary plans pass")
    func passesOrdinaryAliases() throws {
        let config = try VGNetConfig(
            yaml: "channels: &c [8, 16, 16, 32, 32]\nblocks: &b [1, 2, 2, 1]\nclasses: 10\n", subject: "a.yaml")
        #expect(config.classes == 10)
        let root = try BoundedYAML.compose("a: &x {e: 1}\nb: [*x, *x]\nc: 2 * x & y\n", subject: "a.yaml")
        #expect(root?.mapping?["b"]?.sequence?.count == 2)
    }

    /// Two anchors, four aliases: 20 bytes at most 1 + 2 · max(4, 2²) = 9 times.
    @Test func theBoundIsTheFormula() {
        #expect(BoundedYAML.expandedBytes("&a &b *a *a *b *b *c") == 20 * 9)
        #expect(BoundedYAML.expandedBytes("&a *c") == 5)
    }
}
