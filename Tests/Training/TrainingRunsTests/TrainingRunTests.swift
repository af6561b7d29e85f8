import Datasets
import Diagnostics
import Evaluation
import Files
import Foundation
import Images
import Tensors
import Testing
import TestSupport
import TrainingRuns
import VGNets

@Suite struct TrainingRunTests {
    private func run(_ data: String, _ folder: String, epochs: Int = 4, threads: Int = 1) throws -> TrainingRun {
        let config = folder + "-net.yaml"
        try AtomicFile.write(
            text:
                "name: mini\nchannels: [4, 8, 8, 8, 16]\nblocks: [1, 2, 1, 1]\nclasses: 2\ninput_size: 8\nthumbnail: true\n",
            to: config)
        let net = try TrainableNetwork(named: config, seed: 3)
        var recipe = TrainingRecipe(inputSize: 8)
        recipe.epochs = epochs
        recipe.batch = 8
        recipe.warmUpEpochs = 1
        recipe.rate = 0.05
        recipe.augmentation = Augmentation(crop: .padded(1), flips: true, cutout: 2)
        return try TrainingRun(
            net,
            on: TrainingRun.Images(
                training: ImageDataSet.open(data), test: ImageDataSet.open(data, split: .test)),
            recipe: recipe, folder: folder, threads: threads)
    }

    @Test("A training learns, logs, and its checkpoint evaluates to the accuracy that it reported")
    func learns() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let run = try run(root + "/data", root + "/run", epochs: 6)
            let state = try run.run(resumes: false)
            #expect(state.records.count == 6)
            #expect(state.records[5].loss < state.records[0].loss)
            let accuracy = try #require(state.records[5].testAccuracy)
            #expect(accuracy > 0.8)
            #expect(try InputFile.text(run.logPath).split(separator: "\n").count == 7)
            let network = try RunnableNetwork(named: root + "/run/config.yaml", weights: run.checkpointPath)
            let result = try AccuracyEvaluation.evaluate(
                network, on: ImageDataSet.open(root + "/data", split: .test),
                options: .with { ($0.batch, $0.threads, $0.measuresShifts) = (3, 2, true) })
            #expect(result.images == 16)
            #expect(result.top1.share == accuracy)
            #expect(result.classes.map(\.images) == [8, 8])
        }
    }

    @Test("Snapshots keep the depthwise kernels of the start and of every epoch, the same on any number of threads")
    func snapshots() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            var bytes: [[[UInt8]]] = []
            for threads in [1, 2] {
                var run = try run(root + "/data", root + "/run\(threads)", epochs: 2, threads: threads)
                run.keepsSnapshots = true
                try run.run(resumes: false)
                let files = try TrainingSnapshots.files(inFolder: run.folder)
                #expect(files.map(\.epoch) == [0, 1, 2])
                bytes.append(try files.map { try InputFile.bytes($0.path) })
            }
            #expect(bytes[0] == bytes[1])
            #expect(bytes[0][0] != bytes[0][1] && bytes[0][1] != bytes[0][2])
            #expect(throws: (any Error).self) { try TrainingSnapshots.files(inFolder: root) }
        }
    }

    @Test("Event files go on in a new one that takes back no step that is kept")
    func events() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            var run = try run(root + "/data", root + "/run", epochs: 3)
            run.eventFolder = root + "/events"
            var steps = 0
            // Six steps an epoch; stopped after the first of the third.
            try run.run(resumes: true, shouldStop: { steps >= 13 }) { if case .step = $0 { steps += 1 } }
            let first = try eventFiles(root + "/events")
            // Version, start, weights of the start; curves and weights of two epochs, and the tenth step's loss.
            #expect(first == [[0, 0, 0, 6, 6, 10, 12, 12]])

            try run.run(resumes: true)
            // TensorBoard drops what older files say of the start's step and later ones: the last that is kept is 13.
            #expect(try eventFiles(root + "/events") == first + [[0, 14, 18, 18]])

            // Nothing is left to do, and nothing is written.
            try run.run(resumes: true)
            #expect(try eventFiles(root + "/events").count == 2)
        }
    }

    @Test("An epoch's events are written before the checkpoint after which it is not done again")
    func eventsBeforeTheCheckpoint() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            var run = try run(root + "/data", root + "/run", epochs: 1)
            run.eventFolder = root + "/events"
            // A folder in the checkpoint's place ends the training where a kill between the two would.
            let stop = {
                let path = run.checkpointPath + "/in the way"
                try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                return false
            }
            #expect(throws: KernelVizError.self) { try run.run(resumes: false, shouldStop: stop) }
            #expect(try eventFiles(root + "/events") == [[0, 0, 0, 6, 6]])
        }
    }

    /// The steps of the records of each event file, by name.
    private func eventFiles(_ folder: String) throws -> [[Int]] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
            var rest = try InputFile.bytes("\(folder)/\(name)")[...]
            var steps: [Int] = []
            while rest.count > 12 {
                let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
                // The time comes first, nine bytes; then the step, unless it is zero.
                let message = rest.dropFirst(12).prefix(length).dropFirst(9)
                var (step, shift) = (0, 0)
                if message.first == 0x10 {
                    for byte in message.dropFirst() {
                        step |= Int(byte & 127) << shift
                        shift += 7
                        if byte < 128 { break }
                    }
                }
                steps.append(step)
                rest = rest.dropFirst(12 + length + 4)
            }
            return steps
        }
    }

    @Test("A training that is stopped anywhere and resumed ends with the same bytes, on any number of threads")
    func resumesExactly() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let whole = try run(root + "/data", root + "/whole")
            try whole.run(resumes: false)
            let expected = try InputFile.bytes(whole.checkpointPath)
            for stop in [1, 6, 13] {
                let broken = try run(root + "/data", root + "/broken\(stop)", threads: 2)
                var steps = 0
                try broken.run(resumes: false, shouldStop: { steps == stop }) { if case .step = $0 { steps += 1 } }
                #expect(steps == stop)
                try broken.run(resumes: true)
                #expect(try InputFile.bytes(broken.checkpointPath) == expected, "stopped after \(stop) steps")
            }
        }
    }

    @Test("A folder with a training is not overwritten, nor resumed by another recipe")
    func refusesOtherTrainings() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let first = try run(root + "/data", root + "/run", epochs: 1)
            try first.run(resumes: false)
            #expect(
                sentence { try first.run(resumes: false) }
                    == "\(root)/run/checkpoint.h5: a training is there already. "
                    + "Pass --resume to go on with it, or choose another folder.")
            let other = try run(root + "/data", root + "/run", epochs: 2)
            #expect(
                sentence { try other.run(resumes: true) }
                    == "\(root)/run/checkpoint.h5: a training with epochs 1; expected epochs 2. "
                    + "Resume with the same settings, or start afresh in another folder.")
        }
    }

    @Test("Net and data must have as many classes")
    func checksClasses() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let net = try TrainableNetwork(named: "vgnetg-1.0mp-thumbnail", seed: 1)
            #expect(
                sentence {
                    try TrainingRun(
                        net, on: TrainingRun.Images(training: ImageDataSet.open(root + "/data")),
                        recipe: TrainingRecipe(inputSize: 32),
                        folder: root + "/run")
                } == "\(root)/data/train: 2 classes; expected 100, as vgnetg-1.0mp-thumbnail has. "
                    + "Choose another data set or another net.")
        }
    }
}
