import Diagnostics
import Files
import Images
import Testing
import TestSupport
import VGNets

@testable import Datasets
@testable import Evaluation

@Suite struct ClassMatchingTests {
    private func network(_ classes: Int, weights: String? = nil) throws -> RunnableNetwork {
        let config = try VGNetConfig(
            name: "tiny", channels: [8, 16, 16, 24, 32], blocks: [1, 2, 2, 1], classes: classes, inputSize: 32)
        return try RunnableNetwork(config: config, source: .config("t"), weights: weights, seed: 1)
    }

    private func data(
        _ classes: [String], labels: [Int]? = nil, isNumbered: Bool = false,
        findings: ImageDataSet.Findings = .init()
    ) -> ImageDataSet {
        let labels = labels ?? Array(classes.indices)
        return ImageDataSet(
            path: "photos", form: "folder of images", classNames: classes, labels: labels,
            storage: .files(labels.map { "\($0).png" }), isNumbered: isNumbered, findings: findings)
    }

    private func matching(_ names: [String]?, _ data: ImageDataSet, outputs: Int? = nil) throws -> ClassMatching {
        let network = try network(outputs ?? names?.count ?? 1)
        return try ClassMatching(network, try network.outputNames(option: names), data)
    }

    /// The alphabetical order of folders is not the network's.
    @Test func namesDecideWhateverTheirOrder() throws {
        let found = try matching(["Dog", "cat", "tench, Tinca tinca"], data(["cat", "dog", "tinca_tinca"]))
        #expect(found.kind == .names)
        #expect(found.outputs == [[1], [0], [2]])
    }

    @Test(arguments: [
        ("egyptian_cat", "Egyptian cat"), ("chain-mail", "chain  mail"), ("TENCH", "tench, Tinca tinca"),
        ("Tinca tinca", "tench, Tinca tinca"), ("tench, fish", "tench"), ("tench, Tinca tinca", "tench  Tinca tinca"),
        ("n01440764", "tench, Tinca tinca"),
        ("tench", "n01440764 tench, Tinca tinca"), ("n01440764_tench", "n01440764"),
        ("great white shark", "n01484850 great white shark, white shark"),
    ])
    func spellingsOfOneNameMeet(folder: String, output: String) throws {
        #expect(try matching(["other", output], data([folder])).outputs == [[1]])
    }

    @Test func aWholeNameCountsBeforeAPart() throws {
        // ImageNet's 657 and 744.
        let names = ["projectile, missile", "missile"]
        #expect(try matching(names, data(["missile", "projectile"])).outputs == [[1], [0]])
    }

    @Test func someOfTheClassesAreEnough() throws {
        let found = try matching(["a", "b", "c"], data(["c", "a"]))
        #expect(found.outputs == [[2], [0]])
        #expect(found.sentence == "classes matched by name: 2 of 3 have images")
    }

    @Test func unknownClassesAreNamedOnBothSides() throws {
        let error = #expect(throws: KernelVizError.self) {
            try matching(["airplane", "cat", "dog"], data(["cat", "dogs", "plane"]))
        }
        #expect(error?.code == "data.classes")
        #expect(
            error?.description
                == "photos: 2 of 3 classes are not tiny's: 'dogs', 'plane'; expected the network's classes, of which these "
                + "are left: 'airplane', 'dog'. 'dog' may be 'dogs'; rename the classes, or name the outputs with "
                + "--labels in their order.")
        let many = (0..<9).map { "thing\($0)x" }
        let other = #expect(throws: KernelVizError.self) { try matching(["a"], data(many)) }
        #expect(other?.found.hasSuffix("'thing4x' and 4 more") == true)
    }

    /// The list is wrong, not the data.
    @Test func aRepeatedLabelIsBlamedOnItsList() throws {
        try withTemporaryFolder { folder in
            for text in ["cat\ndog\nDog\n", "0: cat\n1: dog\n2: dog\n", "0,cat\n1,dog\n2,dog\n"] {
                let path = folder + "/labels.txt"
                try AtomicFile.write(text: text, to: path)
                let network = try network(3)
                let names = try network.outputNames(option: ClassNames.read(path), path: path)
                let error = #expect(throws: KernelVizError.self) {
                    try ClassMatching(network, names, data(["bird", "cat", "dog"]))
                }
                #expect(error?.code == "eval.badLabels" && error?.subject == path)
                #expect(
                    error?.found.hasSuffix("stands for several outputs (lines 2 and 3)") == true,
                    "\(error?.found ?? "")")
                // Where each class of the data has a name, two of one name are two ways to be right.
                #expect(try ClassMatching(network, names, data(["cat", "dog"])).outputs == [[0], [1, 2]])
            }
        }
    }

    @Test func aFolderWithoutPicturesNeedsNoClass() throws {
        let found = try matching(["a", "b"], data(["a", "b", "notes"], labels: [0, 1]))
        #expect(found.outputs == [[0], [1], []])
    }

    @Test func withoutNamesThePositionCountsAndIsSaid() throws {
        let found = try matching(nil, data(["cat", "dog"]), outputs: 2)
        #expect(found.kind == .positions)
        #expect(found.outputs == [[0], [1]])
        #expect(found.sentence == "classes matched by position: the network has no names")
        let error = #expect(throws: KernelVizError.self) { try matching(nil, data(["cat", "dog"]), outputs: 3) }
        #expect(error?.found == "2 classes" && error?.expected == "3, as tiny has")
    }

    @Test func numbersAreNumbers() throws {
        // IDX and CIFAR without a file of names.
        let plain = try matching(["a", "b", "c"], data(["class 0", "class 1", "class 2"]))
        #expect(plain.kind == .numbers && plain.outputs == [[0], [1], [2]])
        // torchvision's order of folders is that of their spelling; a network with names has numbers.
        let folders = data(["0", "1", "10", "2", "3", "4", "5", "6", "7", "8", "9"])
        let named = try matching((0..<11).map { "thing\($0)" }, folders)
        #expect(named.kind == .numbers && named.outputs[2] == [10] && named.outputs[3] == [2])
        let nameless = try matching(nil, folders, outputs: 11)
        #expect(nameless.kind == .positions && nameless.outputs[2] == [2])
        #expect(nameless.sentence.hasSuffix("in alphabetical order (0, 1, 10, 2, …), as torchvision numbers them"))
        // Our own training writes such names into its checkpoint.
        let own = try matching(["0", "1", "10", "2"], data(["10", "2"]))
        #expect(own.kind == .names && own.outputs == [[2], [3]])
    }

    @Test func wordsBesideNumbersAreCompared() throws {
        let names = ["cat", "dog", "crane", "crane"]
        let told = try matching(names, data(["class 0", "dog", "class 2", "crane"], labels: [1, 3], isNumbered: true))
        #expect(told.kind == .names && told.outputs[1] == [1] && told.outputs[3] == [3])
        let moved = try matching(names, data(["dog", "cat"], labels: [0, 1], isNumbered: true))
        #expect(moved.outputs == [[1], [0]])
        #expect(moved.sentence.hasSuffix("; the numbers of 2 in photos are not the outputs'"))
        let unknown = try matching(names, data(["house", "cat"], labels: [0, 1], isNumbered: true))
        #expect(unknown.kind == .numbers && unknown.outputs == [[0], [1]])
        #expect(unknown.sentence.hasSuffix("not among the network's names: 'house'"))
    }

    @Test func aNameOfTwoOutputsMeansEither() throws {
        let found = try matching(["crane", "dog", "crane"], data(["crane", "dog"]))
        #expect(found.outputs == [[0, 2], [1]])
        #expect(found.sentence.hasSuffix("'crane' names 2 outputs, either is right"))
        let error = #expect(throws: KernelVizError.self) { try matching(["cat", "dog"], data(["Cat", "cat"])) }
        #expect(error?.found == "'Cat' and 'cat' are both output 0 of tiny")
    }

    @Test func imageNetsIdentifiersTellItsTwoCranesApart() throws {
        let network = try network(1000)
        let names = try network.outputNames(option: ImageNetClasses.names)
        // WordNet 3.0: the bird and the machine.
        let found = try ClassMatching(network, names, data(["n02012849", "n03126707"]))
        #expect(found.outputs == [[134], [517]])
        #expect(try ClassMatching(network, names, data(["crane"])).outputs == [[134, 517]])
    }

    /// The two names of a network changed about turn every right answer into a wrong one.
    @Test func accuracyFollowsTheNames() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder)
            let network = try RunnableNetwork(
                config: VGNetConfig(
                    name: "tiny", channels: [8, 16, 16, 24, 32], blocks: [1, 2, 2, 1], classes: 2, inputSize: 32),
                source: .config("t"), seed: 1)
            let data = try ImageDataSet.open(folder, testing: network)
            let straight = try AccuracyEvaluation.evaluate(
                network, on: data, options: .with { $0.classNames = ["class0", "class1"] })
            let crossed = try AccuracyEvaluation.evaluate(
                network, on: data, options: .with { $0.classNames = ["class1", "class0"] })
            #expect(straight.matching.kind == .names && crossed.matching.kind == .names)
            #expect(abs(straight.top1.share + crossed.top1.share - 1) < 1e-12)
            #expect(crossed.classes.map(\.name) == ["class0", "class1"])
            let byPosition = try AccuracyEvaluation.evaluate(network, on: data)
            #expect(byPosition.matching.kind == .positions && byPosition.top1 == straight.top1)
        }
    }

    @Test func aTestSetIsNumberedAsItsTrainingSet() throws {
        let training = data(["cat", "dog", "fox"])
        let test = try data(["Fox", "dog"], labels: [0, 0, 1]).numbered(as: training)
        #expect(test.labels == [2, 2, 1] && test.classNames == training.classNames)
        let error = #expect(throws: KernelVizError.self) { try data(["cat", "wolf"]).numbered(as: training) }
        #expect(error?.found == "1 of 2 classes are not in the training set: 'wolf'")
        #expect(try data(["class 0", "class 1"]).numbered(as: training).labels == [0, 1])
    }
}
