import Datasets
import Diagnostics
import Evaluation
import Files
import Images
import Testing
import TestSupport

@Suite struct AccuracyTests {
    @Test("A network with other classes than the data set is not measured")
    func refusesOtherClasses() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder)
            let network = try RunnableNetwork(named: "vgnetg-1.0mp-thumbnail", inputSize: 8)
            let data = try ImageDataSet.open(folder, testing: network)
            #expect(
                sentence { try AccuracyEvaluation.evaluate(network, on: data) }
                    == "\(folder)/test: 2 classes; expected 100, as vgnetg-1.0mp-thumbnail has. "
                    + "Name the network's outputs with --labels to match classes by name, or choose another data set or net."
            )
        }
    }

    @Test("Two random crops of a picture that is the same everywhere agree")
    func measuresShifts() throws {
        try withTemporaryFolder { folder in
            // 256 × 256 and larger: 224 of the middle 256 are cut out, nothing black comes in.
            for (index, side) in [(0, 256), (1, 300)] {
                let bytes = [UInt8](repeating: UInt8(60 + 90 * index), count: side * side * 3)
                try ImageFile.writePNG(RGBImage(width: side, height: side, bytes: bytes), to: "\(folder)/\(index).png")
            }
            try AtomicFile.write(text: "file,class\n0.png,0\n1.png,1\n", to: folder + "/list.csv")
            let network = try RunnableNetwork(named: "vgnetg-1.0mp")
            let data = try ImageDataSet.open(folder + "/list.csv", testing: network)
            #expect(data.classNames.count == 1000)
            let result = try AccuracyEvaluation.evaluate(network, on: data, options: .with { $0.measuresShifts = true })
            #expect(result.shiftConsistency?.share == 1)
            #expect(result.precisionCost == nil)
            let rounded = try AccuracyEvaluation.evaluate(
                network, on: data, options: .with { $0.precision = .bfloat16 })
            let cost = try #require(rounded.precisionCost)
            #expect(cost.images == 2 && (0...2).contains(cost.agreeing))
            #expect(cost.largestDifference > 0 && cost.largestDifference < 0.03 * cost.largestLogit)
        }
    }

    @Test func turnedPicturesAreCounted() throws {
        try withTemporaryFolder { folder in
            try TinyImages.writeTurned(folder)
            let network = try RunnableNetwork(named: "vgnetg-1.0mp-thumbnail", inputSize: 8)
            let names = ["class0", "class1"] + (2..<100).map { "other\($0)" }
            let result = try AccuracyEvaluation.evaluate(
                network, on: ImageDataSet.open(folder), options: .with { $0.classNames = names })
            #expect(result.turned == 1)
        }
    }
}
