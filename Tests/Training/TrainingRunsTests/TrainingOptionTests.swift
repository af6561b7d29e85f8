import Datasets
import Diagnostics
import TestSupport
import Testing
import TrainingRuns
import VGNets

@Suite struct TrainingOptionTests {
    @Test func namesAreUniqueAndFoundInAnySpelling() {
        let names = TrainingOption.all.flatMap { [$0.name] + $0.otherNames }
        #expect(Set(names).count == names.count)
        #expect(TrainingOption.named("input_size")?.name == "input-size")
        #expect(TrainingOption.named("weight-decay")?.name == "wd")
        #expect(TrainingOption.named("epoch") == nil)
    }

    @Test(arguments: [
        (
            "epochs", ["1", "100000"], ["0", "100001", "1.5", "", "three", "99999999999999999999"],
            "a whole number from 1 to 100000"
        ),
        ("lr", ["0.1", "1e-9", "1e30"], ["0", "-1", "nan", "inf"], "a number above 0"),
        ("momentum", ["0", "0.999"], ["1", "-0.1"], "a number from 0 to below 1"),
        ("smoothing", ["0", "1"], ["1.1"], "a number from 0 to 1"),
        ("crop", ["center", "PADDED"], ["middle", ""], "center, padded or resized"),
        ("flip", ["true", "False"], ["yes"], "true or false"),
        ("start", ["default", "unit-gain"], ["gain"], "default or unit-gain"),
        ("init", ["net.h5"], [""], "a file"),
    ])
    func valuesHaveBounds(name: String, good: [String], bad: [String], expected: String) throws {
        let option = try #require(TrainingOption.named(name))
        for text in good {
            var settings = TrainingSettings()
            try settings.set(option, to: text)
            try settings.check()
        }
        for text in bad {
            var settings = TrainingSettings()
            let error = #expect(throws: KernelVizError.self) { try settings.set(option, to: text) }
            #expect(error?.description == "\(name): '\(text)'; expected \(expected).")
            #expect(settings == TrainingSettings())
        }
    }

    @Test func whatIsSetIsWhatTheCommandLineHas() throws {
        var settings = TrainingSettings()
        for (name, text) in [("epochs", "7"), ("wd", "0.01"), ("crop", "padded"), ("flip", "false"), ("limit", "9")] {
            try settings.set(#require(TrainingOption.named(name)), to: text)
        }
        #expect(
            settings.arguments == ["--epochs", "7", "--wd", "0.01", "--crop", "padded", "--no-flip", "--limit", "9"])
        #expect(
            settings.projectArguments == [
                "--epochs", "7", "--batch", "512", "--lr", "0.2", "--warmup-epochs", "5", "--weight-decay", "0.01",
                "--momentum", "0.9", "--label-smoothing", "0.1", "--crop", "padded", "--no-flip", "--limit", "9",
                "--validation", "0", "--validation-seed", "1",
            ])
        #expect(TrainingSettings().arguments.isEmpty)
        settings.batch = 0
        let error = #expect(throws: KernelVizError.self) { try settings.check() }
        #expect(error?.description == "batch: '0'; expected a whole number from 1 to 65536.")
    }

    @Test func aTrainingOfMoreStepsThanYearsHoldIsRefused() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let net = try TrainableNetwork(named: "vgnetg-1.0mp-thumbnail", seed: 1, classes: 2)
            var recipe = TrainingRecipe(inputSize: 32)
            recipe.batch = 2
            for epochs in [50_000_000, Int.max] {
                recipe.epochs = epochs
                let error = #expect(throws: KernelVizError.self) {
                    try TrainingRun(
                        net, on: TrainingRun.Images(training: ImageDataSet.open(root + "/data")), recipe: recipe,
                        folder: root + "/run")
                }
                // 48 images in batches of 2.
                #expect(
                    error?.description
                        == "\(epochs) epochs: 24 steps each; expected at most 1,000,000,000 steps in all. "
                        + "Train for fewer epochs or with larger batches.")
            }
        }
    }
}
