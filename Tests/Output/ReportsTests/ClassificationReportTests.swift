import Classification
import Kernels
import Reports
import Statistics
import TestSupport
import Testing

@Suite struct ClassificationReportTests {
    private func report() throws -> ClassificationReport {
        func repeated(_ kernel: [Float], _ count: Int) -> [Float] {
            Array(repeating: kernel, count: count).flatMap { $0 }
        }
        let blurs = repeated(NamedKernel.gaussian(sigmaPixels: 1.2).values, 3) + FixedKernels.sobelX.values
        let network = MemoryNetwork.make([
            .init(
                name: "features.0.a_rather_long_name_of_a_layer.conv", shape: [4, 1, 3, 3], stride: 2, scalars: blurs),
            .init(
                name: "b,1", shape: [2, 1, 3, 3], stride: nil,
                scalars: repeated(NamedKernel.delta().values, 1) + repeated([0], 9)),
            .init(name: "strip", shape: [1, 1, 1, 3], scalars: [1, 1, 1]),
        ])
        return ClassificationReport(try NetworkStatistics.analyse(network))
    }

    @Test func theTableIsAlignedAndSaysWhatItRestsOn() throws {
        let table = try report().table()
        #expect(
            table == """
                net.h5: TestNet 1.0, 2 layers, 6 kernels
                ┌───┬────────────────────────────────┬──────┬────────┬─────────┬──────────┬──────┬──────┬──────┬───────┬─────────────────┬─────────┬──────┐
                │ # │ layer                          │ size │ stride │ kernels │ identity │ blur │ edge │ zero │ other │ commonest shape │ DC gain │    σ │
                ├───┼────────────────────────────────┼──────┼────────┼─────────┼──────────┼──────┼──────┼──────┼───────┼─────────────────┼─────────┼──────┤
                │ 1 │ features.0.a_ra…f_a_layer.conv │ 3×3  │      2 │       4 │        · │ 75 % │ 25 % │    · │     · │ gaussian 75 %   │    1.00 │ 1.20 │
                │ 2 │ b,1                            │ 3×3  │      ? │       2 │     50 % │    · │    · │ 50 % │     · │ delta 50 %      │    1.00 │    · │
                ├───┼────────────────────────────────┼──────┼────────┼─────────┼──────────┼──────┼──────┼──────┼───────┼─────────────────┼─────────┼──────┤
                │   │ all layers                     │      │        │       6 │     17 % │ 50 % │ 17 % │ 17 % │     · │                 │         │      │
                └───┴────────────────────────────────┴──────┴────────┴─────────┴──────────┴──────┴──────┴──────┴───────┴─────────────────┴─────────┴──────┘
                The kernels are learned, not random: 100 % of the live kernels are identity, blur or edge (random kernels that look so: 48 %).
                False-positive rate of 3×3 labels (random kernels): identity 0.8 %, blur 2.1 %, edge 44.7 % in layers that differ from their own shuffled weights, identity 0.4 %, blur 0.9 %, edge 2.0 % in others, where each kernel is tested.
                0 of 6 labels are uncertain: a careful reader gives them with a probability below 0.8.
                In 1 of 1 layers with zero kernels a gap of a decade or more separates them from the living ones.
                Left out, not square: #3 strip (1×3).

                """)
    }

    @Test func coloursComeOnlyWhenAsked() throws {
        let report = try report()
        #expect(!report.table(coloured: false).contains("\u{1B}"))
        #expect(report.table(coloured: true).contains("\u{1B}[1;32m75 %\u{1B}[0m"))
    }

    @Test func theJSONKeepsItsContract() throws {
        let json = try report().json
        for part in [
            "\"schema\" : \"kernelviz.classification/1\"", "\"sha256\" : \"0000", "\"stride\" : null", "\"stride\" : 2",
            "\"family\" : \"TestNet\"",
        ] {
            #expect(json.contains(part), "\(part)")
        }
        #expect(
            json.contains(
                """
                      "counts" : {
                        "blur" : 3,
                        "edge" : 1,
                        "identity" : 0,
                        "other" : 0,
                        "zero" : 0
                      },
                """))
    }

    @Test func theCSVHasOneLineALayer() throws {
        let lines = try report().csv.split(separator: "\n").map(String.init)
        #expect(lines.count == 3)
        #expect(
            lines[0]
                == "checkpoint,sha256,family,layer_number,layer_name,size,stride,role,connectivity,kernels,"
                + "identity_count,blur_count,edge_count,zero_count,other_count,"
                + "identity_share,blur_share,edge_share,zero_share,other_share,"
                + "identity_low,identity_high,blur_low,blur_high,edge_low,edge_high,zero_low,zero_high,"
                + "other_low,other_high,dc_gain,sigma_pixels,sigma_at_bound_count,uncertain_count,non_finite_count,structure_score,"
                + "sigma_p5,sigma_p25,sigma_p75,sigma_p95,delta_count,shifted_count,sharpen_count,gaussian_count,"
                + "directional_count,box_count,ring_count,sobel_x_count,sobel_y_count,diagonal_count,one_sided_count,"
                + "laplacian_count,line_count,saddle_count,low_pass_count,band_pass_count,high_pass_count,"
                + "all_pass_count,sparsity,variance_entropy,normalised_entropy,zero_gap_decades,mixture_components,"
                + "blueprint_explained_variance,blueprint_explained_above_chance,salience,salient_above_chance")
        let zeros = String(repeating: "0", count: 64)
        #expect(
            lines[2].hasPrefix("net.h5,\(zeros),TestNet,2,\"b,1\",3,,body,depthwise,2,1,0,0,1,0,0.5,0.0,0.0,0.5,0.0,"))
        // A delta passes all frequencies; of two kernels one is all zeros, and one component holds the variance.
        #expect(lines[2].hasSuffix(",1.0,,0,0,0,,,,,,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0.5,0.0,,,,,,,"))
        let columns = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }
        // The quoted name of the second layer holds a comma.
        #expect(columns[0] == columns[1] && columns[2] == columns[0] + 1)
    }

    /// A column's name and its values stand side by side: no line is longer than the header, none shorter.
    @Test func everyLineHasTheColumnsOfItsHeader() throws {
        func fields(_ line: Substring) -> Int {
            var (count, isQuoted) = (1, false)
            for letter in line {
                if letter == "\"" { isQuoted.toggle() } else if letter == ",", !isQuoted { count += 1 }
            }
            return count
        }
        for (text, columns) in [(try report().csv, 67), (try report().kernelCSV, 35)] {
            let lines = text.split(separator: "\n")
            #expect(lines.map(fields) == Array(repeating: columns, count: lines.count))
            let names = lines[0].split(separator: ",")
            #expect(Set(names).count == columns)
            #expect(Array(names.prefix(3)) == ["checkpoint", "sha256", "family"])
        }
    }

    @Test func theKernelCSVHasOneLineAKernel() throws {
        let lines = try report().kernelCSV.split(separator: "\n").map(String.init)
        #expect(lines.count == 7)
        let columns = lines[0].split(separator: ",", omittingEmptySubsequences: false).count
        #expect(lines[1].split(separator: ",", omittingEmptySubsequences: false).count == columns)
        #expect(lines[4].contains(",3,0,edge,sobel-x,"))
    }

    @Test func theSameStatisticsGiveTheSameBytes() throws {
        let (a, b) = (try report(), try report())
        #expect(a.json == b.json && a.csv == b.csv && a.kernelCSV == b.kernelCSV && a.table() == b.table())
    }
}
