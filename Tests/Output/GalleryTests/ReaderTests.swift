import Diagnostics
import Figures
import Files
import TestSupport
import Testing

@testable import Gallery

/// Training logs and evaluations as figures read them.
@Suite struct ReaderTests {
    @Test func columnsOfOneKindShareAnAxis() throws {
        let log = try TrainingLog(
            csv: "epoch,train_loss,val_top1,lr,val_loss,seconds\r\n1,2.5,0.3,0.1,2.4,10\r\n2, 2.0 ,,0.05,nan,11\r\n",
            subject: "run.csv")
        #expect(log.stepName == "epoch")
        #expect(log.panels.map(\.title) == ["loss", "accuracy", "learning rate", "seconds"])
        #expect(log.panels[0].series.map(\.name) == ["train_loss", "val_loss"])
        #expect(log.panels[0].series[0].points.map(\.value) == [2.5, 2])
        // Not measured is no gap.
        #expect(log.panels[1].series[0].points.map(\.step) == [1])
        #expect(log.panels[0].series[1].points[1].value.isNaN)
        let numbered = try TrainingLog(csv: "loss\n3\n2", subject: "x")
        #expect(numbered.stepName == "row" && numbered.panels[0].series[0].points.map(\.step) == [1, 2])
    }

    @Test func badLogsGetOneClearSentence() {
        func of(_ csv: String) -> String { sentence { _ = try TrainingLog(csv: csv, subject: "run.csv") } }
        #expect(of("") == "run.csv: an empty file; expected a header and rows of numbers separated by commas.")
        #expect(of("epoch,loss\n") == "run.csv: a header alone; expected at least one row of numbers.")
        #expect(of("epoch,loss\n1,2,3\n") == "run.csv: 3 cells in line 2; expected 2, as in the header.")
        #expect(of("epoch,loss\n1,low\n") == "run.csv: 'low' in line 2; expected a number.")
        #expect(of("epoch\n1\n") == "run.csv: no column beside 'epoch'; expected at least one quantity.")
        #expect(
            of("loss,loss\n1,1\n")
                == "run.csv: two columns of one name or one without a name; expected a header of different names.")
    }

    @Test func benchmarksBecomeFigures() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/bench.json"
            let benchmark = """
                {"network": "net", "batch": 1, "threads": 2, "operators": "avx512", "precision": "f32",
                 "inputShape": [1, 3, 224, 224], "macs": 50000000, "workspaceBytes": 1, "latency": {"median": 2.5,
                  "minimum": 2, "percentile10": 2.1, "percentile90": 3, "runs": 9}, "steps": [STEPS]}
                """
            func write(steps: String, scaling: String) throws {
                let text = benchmark.replacing("STEPS", with: steps)
                let points = scaling.isEmpty ? "" : ", \"scaling\": [{\(scaling), \"benchmark\": \(text)}]"
                try AtomicFile.write(
                    text: """
                        {"schema": "kernelviz.bench/1", "limits": {"gigaflops": 100, "operators": "avx512",
                          "firstLevelGigabytesPerSecond": 3, "secondLevelGigabytesPerSecond": 2,
                          "memoryGigabytesPerSecond": 1},
                         "benchmarks": [{"peakShare": 0.5, "benchmark": \(text)}]\(points)}
                        """, to: path)
            }
            // 2·10⁶ multiply-adds take 40 µs at 100 GFLOP/s; 50·10⁶ on two threads 0.5 ms.
            try write(
                steps: """
                    {"name": "stem.conv", "kind": "convolution", "macs": 2000000, "byteCount": 1,
                     "minimumMilliseconds": 0.08, "medianMilliseconds": 0.09}
                    """,
                scaling: "\"network\": \"net\", \"axis\": \"width\", \"value\": 2")
            let file = try BenchmarkFile(contentsOf: path)
            let texts = try file.stepTimes(widthMillimetres: 170).flatMap(\.texts).map(\.text)
            #expect(texts.contains { $0.contains("80 µs in all") && $0.contains("limit 40 µs (50 %)") })
            #expect(try file.scaling(widthMillimetres: 170).texts.map(\.text).contains("width (× its own)"))
            try write(steps: "", scaling: "")
            let empty = try BenchmarkFile(contentsOf: path)
            #expect(
                sentence { _ = try empty.stepTimes(widthMillimetres: 170) }
                    == "\(path): a benchmark without times of steps; expected one with them. "
                    + "Run 'kernelviz bench NETWORK --steps --format json -o bench.json'.")
            #expect(sentence { _ = try empty.scaling(widthMillimetres: 170) }.contains("without scaling"))
            try AtomicFile.write(text: "{}", to: path)
            #expect(sentence { _ = try BenchmarkFile(contentsOf: path) }.contains("no benchmark"))
        }
    }

    @Test func evaluationsAreReadPerImage() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.json"
            try AtomicFile.write(
                text: """
                    {"schema": "kernelviz.evaluation/1", "network": "vgnetg-1.0mp", "parameters": 997358,
                     "macs": 141300232, "inputShape": [2, 3, 224, 224], "latencyMilliseconds": 8.0, "top1": 0.666,
                     "anything": [1, 2]}
                    """, to: path)
            let network = try #require(EvaluatedNetwork.read(path).first)
            #expect(network.name == "vgnetg-1.0mp" && network.macs == 141_300_232)
            #expect(network.value(.latency) == 4 && network.value(.parameters) == 0.997358)
            #expect(abs(network.value(.accuracy) - 66.6) < 1e-9)
            let figure = try EvaluatedNetwork.scatter([network], x: .parameters, y: .accuracy)
            #expect(figure.texts.map(\.text).contains("vgnetg-1.0mp"))
            // What 'eval --data' writes beside it: the accuracy alone.
            let accuracy = folder + "/b.json"
            try AtomicFile.write(
                text: "{\"schema\": \"kernelviz.accuracy/1\", \"network\": \"net\", \"images\": 100, \"top1\": 0.59}",
                to: accuracy)
            let counts = folder + "/c.json"
            try AtomicFile.write(
                text: "{\"network\": \"net\", \"parameters\": 470072, \"macs\": 41e6, \"latencyMilliseconds\": 2.5}",
                to: counts)
            let joined = try EvaluatedNetwork.read([accuracy, path, counts])
            #expect(joined.map(\.name) == ["net", "vgnetg-1.0mp"])
            #expect(joined[0].value(.accuracy) == 59 && joined[0].value(.latency) == 2.5)
            #expect(joined[0].value(.parameters) == 0.470072)
            // Accuracy against parameters, the areas show the latency: nothing had to be asked for.
            let table = try EvaluatedNetwork.scatter(joined, x: .parameters)
            #expect(table.title == "Accuracy against parameters")
            #expect(table.texts.map(\.text).contains("area: latency (ms, batch 1, 1 thread)"))
            try AtomicFile.write(
                text: """
                    {"networks": [{"network": "a", "parameters": 1, "macs": 2, "top1": 0.5},
                     {"network": "b", "parameters": 3, "macs": 4, "top1": null}]}
                    """, to: path)
            let several = try EvaluatedNetwork.read(path)
            #expect(several.map(\.name) == ["a", "b"] && several.map(\.top1) == [0.5, nil])
            try AtomicFile.write(text: "{}", to: path)
            #expect(
                sentence { _ = try EvaluatedNetwork.read(path) }
                    == "\(path): no evaluation of a network; expected the JSON that 'kernelviz eval --format json' "
                    + "or 'kernelviz sweep' writes. Run 'kernelviz eval NETWORK --format json -o a.json'.")
        }
    }

    /// Of 40, 42 and 46 % error two are at most the baseline's 42 %; the net without a result does not count.
    @Test func aSweepsBaselineIsSetAgainstTheOthers() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/results.json"
            try AtomicFile.write(
                text: """
                    {"title": "derived against 4", "baseline": "b", "networks": [
                     {"network": "a", "parameters": 1, "top1": 0.58}, {"network": "b", "parameters": 1, "top1": 0.58},
                     {"network": "c", "parameters": 1, "top1": 0.60}, {"network": "d", "parameters": 1, "top1": 0.54},
                     {"network": "e", "parameters": 1, "top1": null}]}
                    """, to: path)
            let figure = try EvaluatedNetwork.distribution(ofSweep: path)
            let texts = figure.texts.map(\.text)
            #expect(texts.contains("derived against 4") && texts.contains("3 other designs, median 42.00 %"))
            #expect(texts.contains("b: 42.00 %") && texts.contains("2 of 3 are as good or better"))
            // The line rises by a third at each error, from 0 to 1.
            let steps = figure.marks.compactMap { mark -> [Double]? in
                if case .path(let path) = mark, path.points.count == 8 { path.points.map(\.y) } else { nil }
            }
            let line = try #require(steps.first)
            let heights = line.map { (line[0] - $0) / (line[0] - line[7]) * 3 }
            #expect(zip(heights, [0, 0, 1, 1, 2, 2, 3, 3]).allSatisfy { abs($0 - $1) < 1e-9 })
            try AtomicFile.write(text: "{\"networks\": [{\"network\": \"a\", \"parameters\": 1}]}", to: path)
            #expect(
                sentence { _ = try EvaluatedNetwork.distribution(ofSweep: path) }
                    == "Errors of 1 designs: 0 designs with an error; expected at least two.")
        }
    }

    /// t(2) = 4.3027: .60 ± 4.3027·.1/√3 = .3516 … .8484; one training has no bar.
    @Test func repeatedTrainingsHaveBarsAndTheirNumber() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/results.json"
            try AtomicFile.write(
                text: """
                    {"title": "t", "baseline": "a", "networks": [
                     {"network": "a", "parameters": 1000000, "top1": 0.6,
                      "runs": [{"top1": 0.5}, {"top1": 0.6}, {"top1": 0.7}]},
                     {"network": "b", "parameters": 2000000, "top1": 0.6, "trainings": 3, "top1StandardDeviation": 0.1},
                     {"network": "c", "parameters": 3000000, "top1": 0.7, "runs": [{"top1": 0.7}]}]}
                    """, to: path)
            let networks = try EvaluatedNetwork.read(path)
            for network in networks[..<2] {
                let spread = try #require(network.top1Spread)
                #expect(abs(spread.low - 0.35159) < 1e-4 && abs(spread.high - 0.84841) < 1e-4 && spread.count == 3)
            }
            #expect(networks[2].top1Spread == nil)
            let words = try EvaluatedNetwork.scatter(networks, x: .parameters).texts.map(\.text).joined(separator: " ")
            #expect(
                words.contains("Bars of top-1 (%): 95 % interval of the mean over trainings (n = 3).")
                    && words.contains("1 network was measured once."))
            let distribution = try EvaluatedNetwork.distribution(ofSweep: path).texts.map(\.text).joined(separator: " ")
            #expect(distribution.contains("Bars of the designs: 95 % interval of the mean over trainings (n = 3)."))
            #expect(distribution.contains("of the design set against them."))
        }
    }

    @Test func evaluationsHaveTheIntervalsThatTheyWrote() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.json"
            try AtomicFile.write(
                text: """
                    {"network": "n", "parameters": 1, "inputShape": [2, 3, 8, 8], "latencyMilliseconds": 8.0, "runs": 20,
                     "latencySpreadMilliseconds": [6.0, 10.0], "images": 1000, "top1": 0.59, "top1Interval": [0.56, 0.62]}
                    """, to: path)
            let network = try #require(EvaluatedNetwork.read(path).first)
            let time = try #require(network.latencySpread)
            #expect(time.low == 3 && time.high == 5 && time.count == 20)
            let share = try #require(network.top1Spread)
            #expect(share.low == 0.56 && share.high == 0.62 && share.count == 1000)
        }
    }

    @Test func aLearningCurveLeavesSpeedOut() throws {
        let log = try TrainingLog(
            csv: "epoch,loss,test_top1,learning_rate,seconds\n1,2,0.5,0.1,9\n2,1,0.6,0.05,9\n", subject: "x")
        let texts = try log.learningCurve(title: "net").texts.map(\.text)
        #expect(["loss", "accuracy", "learning rate"].allSatisfy(texts.contains))
        #expect(!texts.contains { $0.contains("seconds") })
    }
}
