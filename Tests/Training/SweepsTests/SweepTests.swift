import Diagnostics
import Files
import Sweeps
import Testing
import TestSupport
import VGNets

@Suite struct SweepTests {
    static let plan = """
        title: tiny
        data: data
        seeds: [1, 2]
        baseline: G
        train: {epochs: 2, batch: 8, lr: 0.05, warmup: 1, crop: center, test-every: 0}
        design: {channels: [4, 8, 8, 8, 16], blocks: [1, 2, 1, 1], input_size: 8}
        nets:
          - {name: G, net: vgnetg-1.5mp-thumbnail}
          - {name: C SiLU, net: vgnetc-1.5mp-thumbnail, design: {activation: silu}, train: {lr: 0.1}}
        """

    private func sweep(_ root: String, _ out: String, plan text: String = plan) throws -> Sweep {
        try Sweep(SweepPlan(yaml: text, subject: "plan.yaml", folder: root), folder: "\(root)/\(out)")
    }

    @Test("A plan's designs and settings are those of its nets")
    func readsPlans() throws {
        let plan = try SweepPlan(yaml: Self.plan, subject: "plan.yaml", folder: "/somewhere")
        #expect(plan.dataPath == "/somewhere/data")
        #expect(plan.seeds == [1, 2])
        #expect(plan.nets.map(\.name) == ["G", "C SiLU"])
        let (gaussian, learnable) = (plan.nets[0], plan.nets[1])
        #expect(gaussian.config?.channels == [4, 8, 8, 8, 16])
        #expect(gaussian.config?.downsampling == .gaussian(.paper))
        #expect(gaussian.config?.isThumbnail == true)
        #expect(learnable.config?.downsampling == .learnable)
        #expect(learnable.config?.activation == .silu)
        #expect((gaussian.settings.rate, learnable.settings.rate) == (0.05, 0.1))
        #expect(learnable.settings.epochs == 2)
    }

    @Test("Several trainings at a time, several threads, a stop and a resumption change nothing")
    func isDeterministic() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let one = try sweep(root, "one")
            let expected = one.train(parallel: 1, threads: 1)
            #expect(expected.progress == (4, 4))
            #expect(expected.rows.map { $0.top1?.count } == [2, 2])
            // Parameters of the config alone, by the counts that equal PyTorch's.
            for (row, net) in zip(expected.rows, one.plan.nets) {
                let config = try #require(net.config).replacing(classes: 2)
                #expect(row.parameters == config.parameters.learnable)
                #expect(row.macs == config.macs(inputHeight: 8, inputWidth: 8))
            }
            let two = try sweep(root, "two")
            let steps = StepCount()
            _ = two.train(parallel: 2, threads: 2, shouldStop: { steps.count > 7 }) {
                if case .training(_, .step) = $0 { steps.add() }
            }
            #expect(two.results().progress.done < 4)
            #expect(two.train(parallel: 2, threads: 2) == expected)
            for (job, other) in zip(one.jobs, two.jobs) {
                #expect(
                    try InputFile.bytes(job.folder + "/checkpoint.h5")
                        == InputFile.bytes(other.folder + "/checkpoint.h5"))
            }
            // Nothing is trained twice.
            let again = StepCount()
            let repeated = two.train(parallel: 1, threads: 1, report: { if case .training = $0 { again.add() } })
            #expect(repeated == expected)
            #expect(again.count == 0)
        }
    }

    @Test("Nets are chosen on images held out of the training set; the test images are looked at for the choice alone")
    func choosesOnValidationImages() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let plain = try sweep(root, "plain")
            let first = plain.train(parallel: 2, threads: 1)
            #expect(first.heldOut == nil && first.choice == nil)
            #expect(first.rows.allSatisfy { $0.runs.allSatisfy { $0.testTop1 == nil } })
            // Six images a class are left of 24 each.
            let text = Self.plan.replacing("test-every: 0", with: "test-every: 1, validation: 36, validation-seed: 5")
            let held = try sweep(root, "held", plan: text)
            #expect(held.results().choice == nil)
            let results = held.train(parallel: 2, threads: 1)
            #expect(results.heldOut == HeldOutImages(count: 36, seed: 5))
            for row in results.rows {
                for run in row.runs {
                    // Shares of 36 validation and of 16 test images.
                    #expect(abs(try #require(run.top1).remainder(dividingBy: 1.0 / 36)) < 1e-9)
                    #expect(abs(try #require(run.testTop1).remainder(dividingBy: 1.0 / 16)) < 1e-9)
                }
            }
            let best = try #require(results.rows.max { ($0.top1?.mean ?? 0) < ($1.top1?.mean ?? 0) })
            let choice = try #require(results.choice)
            #expect(choice.network == best.network)
            #expect(choice.test == SampleSummary(best.runs.compactMap(\.testTop1)))
            #expect((choice.difference == nil) == (choice.network == "G"))
            let document = SweepDocument(results)
            #expect(document.chosenOn == "validation images" && document.choice?.network == best.network)
            #expect(SweepDocument(first).chosenOn == "test images")
            let log = try InputFile.text(held.jobs[0].folder + "/log.csv").split(separator: "\n")
            #expect(log[0].hasPrefix("epoch,loss,train_top1,validation_top1,test_top1,"))
            let cells = log.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            // The test set is measured after the last epoch alone.
            #expect(cells[1][3] != "" && cells[1][4] == "" && cells[2][3] != "" && cells[2][4] != "")
            // Another split is another training.
            let other = try sweep(root, "held", plan: text.replacing("seed: 5", with: "seed: 6"))
            let failure = try #require(other.train(parallel: 1, threads: 1).failures.first)
            #expect(failure.contains("validation-seed 5; expected validation-seed 6"), "\(failure)")
        }
    }

    @Test("All nets of a plan are compared on the same images")
    func refusesSeveralSplits() {
        let text = Self.plan.replacing("train: {lr: 0.1}", with: "train: {validation: 4}")
        let error = #expect(throws: KernelVizError.self) {
            try SweepPlan(yaml: text, subject: "plan.yaml", folder: ".")
        }
        #expect(
            error?.description
                == "plan.yaml: nets: 'G' and 'C SiLU' with different validation images; expected the same for all. Give "
                + "'validation' and 'validation-seed' in the plan's own 'train'.")
    }

    @Test("What a net costs when its branches are folded stands beside what it costs in training")
    func tellsDeployedCosts() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let text = Self.plan.replacing("activation: silu", with: "depthwise: branched")
            let held = try sweep(root, "out", plan: text)
            let rows = held.results().rows
            #expect(rows[0].deployed == SweepResults.Cost(parameters: rows[0].parameters, macs: rows[0].macs))
            let biased = try #require(held.plan.nets[1].config).replacing(depthwise: .biased, classes: 2)
            #expect(rows[1].deployed.parameters == biased.parameters.learnable)
            #expect(rows[1].deployed.macs == biased.macs(inputHeight: 8, inputWidth: 8))
            #expect(rows[1].deployed.parameters < rows[1].parameters && rows[1].deployed.macs <= rows[1].macs)
        }
    }

    @Test("A training that fails does not stop the others and is named")
    func reportsFailures() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let text = Self.plan.replacing("train: {lr: 0.1}", with: "train: {lr: 1e30}")
            let results = try sweep(root, "out", plan: text).train(parallel: 2, threads: 1)
            #expect(results.rows[0].top1?.count == 2)
            #expect(results.rows[1].top1 == nil)
            #expect(results.failures.count == 2)
            #expect(results.failures[0].hasPrefix("C SiLU, seed 1: epoch "), "\(results.failures)")
            #expect(results.failures[0].contains("NaN or infinite"))
            // The folder remembers: no step is made again, and the sentence is the same.
            let steps = StepCount()
            let again = try sweep(root, "out", plan: text)
            #expect(again.results().failures == results.failures)
            let repeated = again.train(
                parallel: 1, threads: 1, report: { if case .training(_, .step) = $0 { steps.add() } })
            #expect(repeated.failures == results.failures && steps.count == 0)
            // Another training in the same folder is not that one.
            let mended = try sweep(root, "out", plan: Self.plan).train(parallel: 2, threads: 1)
            #expect(mended.failures.isEmpty && mended.progress == (4, 4))
        }
    }

    @Test("A folder of another plan is not taken for this one's")
    func refusesOtherPlans() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            _ = try sweep(root, "out").train(parallel: 2, threads: 1)
            let text = Self.plan.replacing("activation: silu", with: "activation: silu, last: learnable")
            let results = try sweep(root, "out", plan: text).train(parallel: 1, threads: 1)
            #expect(results.rows[0].top1?.count == 2)
            #expect(
                results.failures.first == """
                    C SiLU, seed 1: \(root)/out/c-silu/seed-1/checkpoint.h5: a training of another design, with \
                    'last: shared8'; expected 'last: learnable'. Resume with the same settings, or start afresh in \
                    another folder.
                    """)
        }
    }

    @Test(
        "Mistakes in a plan are named with their place",
        arguments: [
            ("nets: []", "plan.yaml: data: is missing; expected the path of a data set."),
            ("data: x\nnets: []", "plan.yaml: nets: no net; expected at least one."),
            (
                "data: x\nnet: []",
                "plan.yaml: net: unknown field (line 2); expected one of title, data, test_data, seeds, "
                    + "baseline, train, design, nets. The nearest name is 'nets'."
            ),
            (
                "data: x\ntrain: {epoch: 3}\nnets: [vgnetg-1.0mp]",
                "plan.yaml: train.epoch: unknown option (line 2); "
                    + "expected an option of 'kernelviz train'. The nearest name is 'epochs'."
            ),
            (
                "data: x\ntrain: {epochs: three}\nnets: [vgnetg-1.0mp]",
                "plan.yaml: train.epochs: 'three' (line 2); "
                    + "expected a whole number from 1 to 100000."
            ),
            (
                "data: x\ntrain: {epochs: 0}\nnets: [vgnetg-1.0mp]",
                "plan.yaml: train.epochs: '0' (line 2); expected a whole number from 1 to 100000."
            ),
            (
                "data: x\ntrain: {momentum: 1}\nnets: [vgnetg-1.0mp]",
                "plan.yaml: train.momentum: '1' (line 2); expected a number from 0 to below 1."
            ),
            (
                "data: x\ntrain: {crop: [1]}\nnets: [vgnetg-1.0mp]",
                "plan.yaml: train.crop: 'a nested value' (line 2); expected center, padded or resized."
            ),
            (
                "data: x\nseeds: [1, 1]\nnets: [vgnetg-1.0mp]",
                "plan.yaml: seeds: a seed twice; expected different whole "
                    + "numbers."
            ),
            (
                "data: x\nseeds: [-1]\nnets: [vgnetg-1.0mp]",
                "plan.yaml: seeds: '-1'; expected whole numbers from 0 to 4294967295."
            ),
            (
                "data: x\nnets: [vgnetg-1.0mp, vgnetg-1.0mp]",
                "plan.yaml: nets: 'vgnetg-1.0mp' and 'vgnetg-1.0mp' would "
                    + "share the folder 'vgnetg-1.0mp'; expected different names. Give one of them another 'name'."
            ),
            (
                "data: x\nbaseline: vgnetg\nnets: [vgnetg-1.0mp]",
                "plan.yaml: baseline: no net called 'vgnetg'; expected the "
                    + "name of one of the nets. Known names: vgnetg-1.0mp."
            ),
            (
                "data: x\nnets: [{net: vgnetg-1.0mp, design: {chanels: [2]}}]",
                "plan.yaml: nets[0].design: chanels: unknown "
                    + "field (line 1); expected a field of a VGNet config. The nearest name is 'channels'."
            ),
            (
                "data: x\nnets: [{name: a}]",
                "plan.yaml: nets[0]: has no 'net'; expected a published name or a config file."
            ),
            (
                "data: x\n  y: [",
                "plan.yaml: not YAML (line 2, column 4: mapping values are not allowed in this context); "
                    + "expected a plan in YAML or JSON."
            ),
            ("", "plan.yaml: is empty; expected a plan in YAML or JSON."),
            (
                "data: x\nnets: [{net: mobilenetv1-0.25, design: {blocks: [1]}}]",
                "plan.yaml: nets[0].design: fields of a "
                    + "VGNet for mobilenetv1-0.25; expected none, as it is no VGNet."
            ),
        ])
    func namesMistakes(text: String, expected: String) {
        do {
            _ = try SweepPlan(yaml: text, subject: "plan.yaml", folder: ".")
            Issue.record("no error for \(text)")
        } catch { #expect("\(error)" == expected) }
    }

    @Test("A data set without a test part needs one in the plan")
    func needsATestSet() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let text = Self.plan.replacing("data: data", with: "data: data/train")
            let error = #expect(throws: KernelVizError.self) { try sweep(root, "out", plan: text) }
            #expect(
                error?.description == "\(root)/data/train: no test images; expected a data set with a test part. "
                    + "Name one as 'test_data' in the plan.")
            let whole = text.replacing("data: data/train", with: "data: data/train\ntest_data: data/test")
            #expect(try sweep(root, "out", plan: whole).jobs.count == 4)
        }
    }
}

import Synchronization

/// Counts on several threads.
private final class StepCount: Sendable {
    private let number = Atomic<Int>(0)
    var count: Int { number.load(ordering: .relaxed) }
    func add() { number.wrappingAdd(1, ordering: .relaxed) }
}
