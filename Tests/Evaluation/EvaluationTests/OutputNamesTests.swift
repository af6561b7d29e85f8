import Datasets
import Diagnostics
import Evaluation
import Files
import Testing
import TestSupport
import VGNets

@Suite struct OutputNamesTests {
    private func network(_ classes: Int, inputSize: Int = 32) throws -> RunnableNetwork {
        let config = try VGNetConfig(
            name: "tiny", channels: [8, 16, 16, 24, 32], blocks: [1, 2, 2, 1], classes: classes, inputSize: inputSize)
        return try RunnableNetwork(config: config, source: .config("t"), seed: 1)
    }

    /// Facts of ILSVRC 2012's synset list.
    @Test func imageNetsClassesStandInItsOrder() {
        #expect(ImageNetClasses.names.count == 1000 && ImageNetClasses.wordNetIDs.count == 1000)
        #expect(ImageNetClasses.wordNetIDs == ImageNetClasses.wordNetIDs.sorted())
        let known = [(0, "n01440764", "tench"), (281, "n02123045", "tabby"), (285, "n02124075", "Egyptian cat")]
        for (index, id, name) in known {
            #expect(ImageNetClasses.wordNetIDs[index] == id && ImageNetClasses.names[index] == name)
        }
        #expect(ImageNetClasses.names[999] == "toilet tissue")
    }

    @Test func aListOfAnotherLengthIsRefused() throws {
        let error = #expect(throws: KernelVizError.self) {
            try network(1000).outputNames(option: (1...999).map { "name\($0)" }, path: "labels999.txt")
        }
        #expect(error?.code == "eval.badLabels")
        #expect(
            error?.description
                == "labels999.txt: 999 names; expected 1,000, one an output of tiny. "
                + "Check that the list belongs to this network.")
        let background = #expect(throws: KernelVizError.self) {
            try network(2).outputNames(option: ["background", "cat", "dog"])
        }
        #expect(background?.advice == "Leave out the first line, the background")
        let evaluation = #expect(throws: KernelVizError.self) {
            try NetworkEvaluation.evaluate(
                network(3), input: .random(seed: 1), timings: .init(runs: 0), classNames: ["a", "b"], labelsPath: "l")
        }
        #expect(evaluation?.code == "eval.badLabels" && evaluation?.subject == "l")
    }

    @Test func onlyImageNetsNetsGetItsNames() throws {
        // Random weights have learned no class.
        #expect(try network(1000, inputSize: 96).outputNames().origin == .none)
        #expect(try network(10).outputNames().sentence == "the network has no names")
        let given = try network(2).outputNames(option: ["a", "b"], path: "names.txt")
        #expect(given.origin == .option && given.names == ["a", "b"] && given.sentence == "names: names.txt")
    }

    @Test(.needsSharedFiles) func aNetOf1001OutputsSeesAnEgyptianCat() throws {
        let network = try RunnableNetwork(named: SharedFiles.path("weights/mobilenetv2_1.0_224_int8dq.h5"))
        let names = try network.outputNames()
        #expect(names.origin == .assumed)
        #expect(names.sentence == "names: ImageNet-1k (assumed from 1,001 outputs, the first being the background)")
        #expect(names.names?[0] == "background" && names.names?[286] == "Egyptian cat")
        let list = try network.outputNames(option: ImageNetClasses.names, path: "l")
        #expect(list.names == names.names && list.origin == .option)
        // The photograph's file is named for its class, golden/pretrained/imagenet100_predictions.json has it first.
        let evaluation = try NetworkEvaluation.evaluate(
            network, input: .image(SharedFiles.path("images/n02007558_flamingo.JPEG")), timings: .init(runs: 0))
        #expect(evaluation.topClasses?.first?.name == "flamingo")
    }

    @Test(.needsSharedFiles) func aBackboneHasNoClasses() throws {
        let path = SharedFiles.path("weights/mobilenetv2_0.35_224_notop.h5")
        for size in [nil, 32] {
            let network = try RunnableNetwork(named: path, inputSize: size)
            #expect(network.outputMap == [1280, size == nil ? 7 : 1, size == nil ? 7 : 1])
            let picture = SharedFiles.packageRoot + "/Weights/cat.jpg"
            let evaluation = try NetworkEvaluation.evaluate(network, input: .image(picture), timings: .init(runs: 0))
            #expect(evaluation.topClasses == nil)
            try withTemporaryFolder { folder in
                try TinyImages.write(folder)
                let data = try ImageDataSet.open(folder, testing: network)
                let error = #expect(throws: KernelVizError.self) { try AccuracyEvaluation.evaluate(network, on: data) }
                #expect(error?.code == "eval.noClassifier")
            }
        }
    }

    @Test(arguments: [
        ("\u{FEFF}tench\r\n\r\ngoldfish, gold fish\r\n", ["tench", "goldfish, gold fish"]),
        ("\u{FEFF}class_index,label\r\n0,\"tench, Tinca tinca\"\r\n1,b\r\n", ["tench, Tinca tinca", "b"]),
        ("\"tench, Tinca tinca\"\n\"b\"\n", ["tench, Tinca tinca", "b"]), ("a\rb\r", ["a", "b"]),
        ("0: tench\n1: b\n", ["tench", "b"]), ("0  background\n1  tench\n", ["background", "tench"]),
        ("3 bears\n1 goldilocks\n", ["3 bears", "1 goldilocks"]), ("[\"a\", \"b, c\"]", ["a", "b, c"]),
        ("{\"1\": \"b\", \"0\": \"a\"}", ["a", "b"]),
        ("{\"0\": [\"n01440764\", \"tench\"], \"1\": [\"n01443537\", \"goldfish\"]}", ["tench", "goldfish"]),
        ("class_index;label\n1;b\n0;a\n", ["a", "b"]), ("{\"b\": 1, \"a\": 0}", ["a", "b"]),
    ])
    func listsOfNamesComeInManyForms(text: String, names: [String]) throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(text: text, to: folder + "/names")
            #expect(try ClassNames.read(folder + "/names") == names)
        }
    }

    @Test(arguments: [
        ("", "files.empty"), ("\u{FEFF}\r\n\r\n", "files.empty"), ("{\"a\": {\"b\": 1}}", "eval.badLabels"),
        ("{\"a\": 0, \"b\": 2}", "eval.badLabels"),
    ])
    func aListWithoutNamesIsRefused(text: String, code: String) throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(text: text, to: folder + "/names")
            let error = #expect(throws: KernelVizError.self) { try ClassNames.read(folder + "/names") }
            #expect(error?.code == code)
        }
    }
}
