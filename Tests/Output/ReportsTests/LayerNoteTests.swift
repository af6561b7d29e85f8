import Kernels
import Statistics
import TestSupport
import Testing
import Architectures

@testable import Reports

/// What stands outside the table's plain rows is said in every form, and names of any script keep it aligned.
@Suite struct LayerNoteTests {
    private func report() throws -> ClassificationReport {
        let blurs = Array(repeating: NamedKernel.gaussian(sigmaPixels: 1).values, count: 8).flatMap { $0 }
        let network = MemoryNetwork.make(
            [
                .init(name: "a", shape: [8, 1, 3, 3], stride: 2, scalars: blurs, dilation: 2),
                .init(name: "up", shape: [8, 1, 3, 3], stride: 2, scalars: blurs, role: .upsampling),
                .init(name: "fixed", shape: [8, 1, 3, 3], scalars: blurs, isFixed: true),
                .init(name: "head", shape: [8, 1, 3, 3], scalars: blurs, isOutsideFamily: true),
            ],
            leftOut: [
                LeftOutTensor(
                    name: "strip.weight", shape: [16, 16, 1, 7], reason: .rectangular, extents: [1, 7], kernels: 256),
                LeftOutTensor(
                    name: "caps.W", shape: [3, 21, 16, 64], reason: .notAConvolution, extents: [], kernels: 0),
            ], isOrderKnown: false)
        return ClassificationReport(try NetworkStatistics.analyse(network))
    }

    @Test func theTableSaysWhatIsNoPlainLayer() throws {
        let table = try report().table()
        for line in [
            "Order unknown: neither the file nor its names tell which layer follows which, so nothing is said about depth.",
            "Outside TestNet, layers of their own: #4.", "Transposed convolutions, which widen their input: #2.",
            "Fixed by design, no evidence of learning: #3.", "#1 has dilation 2.",
            "Left out: 1 tensor of rectangular kernels: strip.weight (1×7); 1 tensor that is no convolution: caps.W "
                + "(3×21×16×64).",
        ] {
            #expect(table.contains(line + "\n"), "\(line)")
        }
        #expect(table.contains("│ 2 │ up         │ 3×3  │     ↑2 │"))
    }

    @Test func JSONAndCSVListWhatIsLeftOut() throws {
        let report = try report()
        let json = report.json
        for part in [
            "\"reason\" : \"rectangular kernels\"", "\"reason\" : \"not a convolution\"", "\"name\" : \"strip.weight\"",
            "\"kernels\" : 256", "\"orderKnown\" : false", "\"role\" : \"upsampling\"", "\"outsideFamily\" : true",
            "\"fixed\" : true", "\"dilation\" : 2",
        ] {
            #expect(json.contains(part), "\(part)")
        }
        let lines = report.csv.split(separator: "\n")
        #expect(lines.count == 1 + 4 + 2)
        let commas = lines.map { $0.count { $0 == "," } }
        #expect(Set(commas).count == 1)
        #expect(lines.contains { $0.contains(",strip.weight,1x7,,left out: rectangular kernels,,256,") })
    }

    /// Rows and columns are both shown where their strides differ; one number stands where they do not.
    @Test func bothStridesAreShownWhereTheyDiffer() throws {
        let blurs = Array(repeating: NamedKernel.gaussian(sigmaPixels: 1).values, count: 8).flatMap { $0 }
        let report = ClassificationReport(
            try NetworkStatistics.analyse(
                MemoryNetwork.make([
                    .init(name: "a", shape: [8, 1, 3, 3], stride: 2, scalars: blurs, unevenStrides: [2, 1]),
                    .init(name: "b", shape: [8, 1, 3, 3], stride: 2, scalars: blurs),
                ])))
        let table = report.table()
        #expect(table.contains("│ 3×3  │    2×1 │"), "\(table)")
        #expect(table.contains("│ 3×3  │      2 │"))
        #expect(report.csv.contains(",a,3,2x1,") && report.csv.contains(",b,3,2,"))
        let json = report.json.replacing(" ", with: "").replacing("\n", with: "")
        #expect(json.contains("\"stride\":2,\"strides\":[2,1],"))
        #expect(json.contains("\"stride\":2,\"structure\""), "\(json)")
    }

    // MARK: - Names of any script

    /// Columns by Unicode's East Asian Width (UAX #11) and combining classes.
    @Test(arguments: [
        ("conv", 4), ("畳み込み", 8), ("🦆", 2), ("👩‍👩‍👧", 2), ("e\u{301}", 1), ("שלום", 4), ("한글", 4), ("ﾊﾝ", 2), ("❤️", 2),
        ("↑2", 2),
    ])
    func widthsOfText(text: String, width: Int) { #expect(text.displayWidth == width) }

    @Test func rowsEndInOneColumn() {
        var table = TextTable([.init("layer", .left), .init("n", .right)])
        for name in ["conv", "畳み込み", "🦆", "שלום", "e\u{301}", "a\u{202E}b\u{1B}c"] {
            table.add([.init(name), .init("1")])
        }
        let lines = table.text.split(separator: "\n").map(String.init)
        #expect(Set(lines.map(\.displayWidth)).count == 1)
        #expect(table.text.contains("a\\u{202E}b\\u{1B}c"))
        // What follows right-to-left letters does not turn with them.
        #expect(table.text.contains("שלום\u{200E}"))
        #expect(!table.text.contains("\u{202E}") && !table.text.contains("\u{1B}"))
    }

    @Test func longNamesAreCutByColumns() {
        let name = String(repeating: "畳", count: 20)
        let short = TextTable.shortened(name, to: 15)
        #expect(short.displayWidth <= 15 && short.contains("…"))
        #expect(TextTable.shortened("features.0.conv", to: 30) == "features.0.conv")
    }
}
