import Diagnostics
import Files
import Races
import Sweeps
import Synchronization
import TestSupport
import Testing
import TrainingRuns
import VGNets

@Suite struct RaceTests {
    /// Three nets that differ in one choice each, nine short trainings beside the baseline's.
    private func plan(_ data: String, gate: Bool = false, validation: Int = 0) throws -> RacePlan {
        let base = try TinyRace.config("base")
        var settings = TinyRace.settings
        settings.crop = .center
        settings.validation = validation
        return RacePlan(
            baseline: .init(name: "base", config: base, why: "the published net"),
            contenders: [
                .init(name: "normalized", config: try base.replacing(depthwise: .normalized), why: "a test"),
                .init(name: "silu", config: try base.replacing(activation: .silu), why: "a test"),
                .init(name: "unit-gain", config: base, start: .unitGain, why: "a test"),
            ], data: try Race.data(data, testPath: nil), settings: settings,
            size: RaceSize(contenders: 3, finalists: 1, epochs: 2, looks: 1, seedsPerLook: 2),
            needsLearnedKernels: gate, request: ["--race": data, "--hours": "1"])
    }

    @Test("A race that is stopped again and again ends as one that is not, to the same bytes")
    func resumes() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let plan = try plan(root + "/data")
            let whole = try Race(plan, folder: root + "/whole")
            try whole.writePlan()
            let expected = try whole.run(parallel: 1, threads: 1)
            #expect(expected.state.pending.isEmpty)
            // One training of the baseline, 3 + 2 of the rounds, then two seeds of one finalist and the baseline.
            #expect(expected.rows.count == 9)
            #expect(expected.state.looks.count == 1)

            var found: RaceResults?
            for attempt in 0..<60 {
                // A new process each time: the plan is read, nothing is remembered.
                let plan = try #require(try attempt == 0 ? plan : RacePlan.read(folder: root + "/broken"))
                let race = try Race(plan, folder: root + "/broken")
                try race.writePlan()
                let steps = Atomic<Int>(0)
                let results = try race.run(
                    parallel: 2, threads: 2, shouldStop: { steps.load(ordering: .relaxed) > 7 },
                    report: {
                        if case .sweep(.training(_, .step)) = $0 { steps.add(1, ordering: .relaxed) }
                    })
                found = results
                if results.state.pending.isEmpty { break }
            }
            #expect(found == expected)
            #expect(found?.yaml == expected.yaml)
            for path in ["race.json", "round-1/silu/seed-10001/checkpoint.h5", "final/base/seed-2/checkpoint.h5"] {
                #expect(try InputFile.bytes("\(root)/whole/\(path)") == InputFile.bytes("\(root)/broken/\(path)"))
            }
        }
    }

    @Test("A race chooses on images held out and tests what it chose; earlier plans stay as they are")
    func choosesOnValidationImages() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let plan = try plan(root + "/data", validation: 16)
            #expect(plan.images == 32)
            let race = try Race(plan, folder: root + "/out")
            try race.writePlan()
            let read = try #require(try RacePlan.read(folder: root + "/out"))
            #expect(read == plan && read.heldOut == HeldOutImages(count: 16, seed: 1))
            let results = try race.run(parallel: 2, threads: 1)
            let best = try #require(results.best)
            let final = results.rows.filter { $0.training.round == plan.size.rounds.count }
            let own = final.filter { $0.training.name == best.name }.compactMap(\.run.testTop1)
            #expect(results.test?.name == best.name && results.test?.top1 == SampleSummary(own))
            #expect((results.test?.contrast == nil) == (best.name == "base"))
            #expect(
                results.choiceSentence.hasPrefix(
                    "Chosen on 16 validation images, held out of the training images (seed 1). \(best.name) on the test "
                        + "images, measured once: "))
            #expect(results.yaml?.contains("# \(results.choiceSentence)\n") == true)

            // A plan of an earlier version does not know the options.
            let path = root + "/out/race.json"
            let lines = try InputFile.text(path).split(separator: "\n").filter { !$0.contains("\"validation") }
            try AtomicFile.write(text: lines.joined(separator: "\n"), to: path)
            let former = try #require(try RacePlan.read(folder: root + "/out"))
            #expect(former.heldOut == nil && former.images == 48)
            let open = RaceResults(plan: former, state: RaceState(former, [:]), rows: [])
            #expect(open.test == nil && open.choiceSentence.hasPrefix("Chosen on the test images: "))
        }
    }

    @Test("A baseline whose kernels say nothing ends the race after one training")
    func isUntestable() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let race = try Race(plan(root + "/data", gate: true), folder: root + "/out")
            let results = try race.run(parallel: 1, threads: 1)
            #expect(results.rows.map(\.training) == [RaceTraining(name: "base", round: 2, seed: 1)])
            #expect(results.sentence.hasPrefix("Untestable with so few steps (12): "), "\(results.sentence)")
            #expect(results.best?.name == "base")
        }
    }

    @Test("Jobs are those of the next round, and what they write counts")
    func printsJobs() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let race = try Race(plan(root + "/data"), folder: root + "/out")
            let first = try race.commands(program: "kernelviz", threads: 1)
            #expect(first.count == 1)
            #expect(
                first.first?.hasPrefix("kernelviz train \(root)/out/final/base/design.yaml --data \(root)/data --out ")
                    == true, "\(first)")
            #expect(first.first?.contains("--epochs 2 --batch 8") == true)
            _ = try race.run(parallel: 1, threads: 1)
            #expect(try race.commands(program: "kernelviz", threads: 1).isEmpty)
        }
    }

    @Test("Other data under the same path are not taken for those of the race")
    func refusesOtherData() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let plan = try plan(root + "/data")
            try Race(plan, folder: root + "/out").writePlan()
            #expect(try RacePlan.read(folder: root + "/out") == plan)
            // The same number of images, one of them another one.
            let bytes = try InputFile.bytes(root + "/data/train/class0/1.png")
            try AtomicFile.write(bytes, to: root + "/data/train/class0/0.png")
            let changed = #expect(throws: KernelVizError.self) { try Race(plan, folder: root + "/out") }
            #expect(
                changed?.description
                    == "\(root)/data: other images, labels or classes; expected the same, as when the race "
                    + "in \(root)/out was begun. Restore the data, or begin another race in another folder.")
            try AtomicFile.write(bytes, to: root + "/data/train/class0/more.png")
            let more = #expect(throws: KernelVizError.self) { try Race(plan, folder: root + "/out") }
            #expect(more?.description.contains("49 training and 16 test images; expected 48 and 16, as when") == true)
        }
    }

    @Test("Another command on the same folder is told what differs")
    func refusesOtherRequests() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let plan = try plan(root + "/data")
            try plan.check(sameAs: ["--race": root + "/data", "--hours": "1"], folder: "out")
            let error = #expect(throws: KernelVizError.self) {
                try plan.check(sameAs: ["--race": root + "/data", "--hours": "2"], folder: "out")
            }
            #expect(
                error?.description
                    == "out/race.json: a race that was begun with --hours 1; expected --hours 2. Go on with "
                    + "the same command, or begin another race in another folder.")
        }
    }

    @Test("A data set without a test part is no race")
    func needsATestSet() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let error = #expect(throws: KernelVizError.self) { try Race.data(root + "/data/train", testPath: nil) }
            #expect(
                error?.description
                    == "\(root)/data/train: no test images; expected a data set with a test part. Put train/ "
                    + "and test/ into one folder, or pass --test-data.")
            let data = try Race.data(root + "/data/train", testPath: root + "/data/test")
            #expect((data.trainingImages, data.testImages, data.classes) == (48, 16, 2))
        }
    }
}
