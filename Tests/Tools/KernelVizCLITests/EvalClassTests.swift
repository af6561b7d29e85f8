import Files
import Foundation
import TestSupport
import Testing

/// What `eval` says about classes, names and pictures.
@Suite struct EvalClassTests {
    private struct Report: Decodable {
        struct Names: Decodable { let origin: String, sentence: String }
        struct Matching: Decodable { let matched: String, sentence: String }
        struct Findings: Decodable { let otherFiles: Int, emptyClasses: [String], turnedImages: Int }
        let top1: Double?
        let classNames: Names?
        let classMatching: Matching?
        let dataFindings: Findings?
        let exifOrientation: Int?
        let outputMap: [Int]?
    }

    private func json(_ arguments: [String]) throws -> Report {
        let outcome = try CommandLine.run(["eval"] + arguments + ["--runs", "0", "--format", "json"])
        try #require(outcome.status == 0, "\(outcome.errors)")
        return try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    }

    @Test func whatClassesWereMatchedByIsSaid() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/data", training: 1, test: 4)
            try AtomicFile.write(text: "x", to: folder + "/data/test/class0/notes.txt")
            let config = "name: mini\nchannels: [4, 8, 8, 8, 16]\nblocks: [1, 2, 1, 1]\nclasses: 2\ninput_size: 8\n"
            try AtomicFile.write(text: config + "thumbnail: true\n", to: folder + "/mini.yaml")
            let common = [folder + "/mini.yaml", "--data", folder + "/data"]
            let byPosition = try json(common)
            #expect(byPosition.classMatching?.matched == "positions" && byPosition.classNames?.origin == "none")
            #expect(byPosition.dataFindings?.otherFiles == 1)
            try AtomicFile.write(text: "\u{FEFF}class1\r\nclass0\r\n", to: folder + "/names.txt")
            let byName = try json(common + ["--labels", folder + "/names.txt"])
            #expect(byName.classMatching?.matched == "names" && byName.classNames?.origin == "option")
            #expect(abs((byName.top1 ?? 0) + (byPosition.top1 ?? 0) - 1) < 1e-9)
            let table = try CommandLine.run(["eval"] + common + ["--runs", "0"])
            #expect(table.output.contains("classes matched by position: the network has no names"))
            #expect(table.output.contains("1 file is no picture: \(folder)/data/test/class0/notes.txt"))
            try AtomicFile.write(text: "a\nclass0\n", to: folder + "/names.txt")
            let foreign = try CommandLine.run(["eval"] + common + ["--labels", folder + "/names.txt"])
            #expect(foreign.status == 1)
            #expect(foreign.errors.contains("1 of 2 classes are not mini's: 'class1'"), "\(foreign.errors)")
            #expect(foreign.errors.contains("of which these are left: 'a'"))
            try AtomicFile.write(text: "a\nb\nc\n", to: folder + "/names.txt")
            let wrong = try CommandLine.run(["eval", common[0], "--labels", folder + "/names.txt", "--runs", "0"])
            #expect(wrong.status == 1 && wrong.errors.contains("3 names; expected 2, one an output of mini"))
        }
    }

    /// A photograph on its side, here two pixels of a PNG of 3×2 with EXIF orientation 6 (as `ImageOrientationTests` has it).
    @Test func aTurnedPictureIsSaidByEveryVerb() throws {
        let hexadecimal =
            "89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d0000001a655849664d4d002a0000000800"
            + "010112000300000001" + "00060000" + "00000000" + "d6674b69"
            + "0000001749444154789c6364606412111111111161b1b1b181b0000e1c01ad9990b4c40000000049454e44ae426082"
        var bytes: [UInt8] = []
        var rest = hexadecimal[...]
        while let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        try withTemporaryFolder { folder in
            let picture = folder + "/side.png"
            try AtomicFile.write(bytes, to: picture)
            let net = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"
            let eval = try CommandLine.run(["eval", net, "--input", picture, "--runs", "0"])
            #expect(eval.output.contains("turned by its EXIF orientation 6"), "\(eval.errors)")
            let features = try CommandLine.run([
                "render", "features", net, "--input", picture, "--layer", "2", "--output", folder + "/maps.svg",
            ])
            #expect(features.status == 0)
            #expect(
                features.errors.contains(
                    "\(picture) was turned by its EXIF orientation 6, as it is seen (torchvision would not turn it)"),
                "\(features.errors)")
        }
    }

    @Test(.needsSharedFiles) func assumedNamesAreSaid() throws {
        let net = SharedFiles.path("weights/mobilenetv2_1.0_224_int8dq.h5")
        let photograph = SharedFiles.path("images/n02007558_flamingo.JPEG")
        let report = try json([net, "--input", photograph])
        #expect(report.classNames?.origin == "assumed" && report.exifOrientation == nil && report.outputMap == nil)
        let table = try CommandLine.run(["eval", net, "--input", photograph, "--runs", "0"])
        #expect(
            table.output.contains("names: ImageNet-1k (assumed from 1,001 outputs, the first being the background)"))
        #expect(table.output.contains("%  flamingo (131)"))
        let labels = try CommandLine.run([
            "eval", net, "--input", photograph, "--runs", "0", "--labels",
            SharedFiles.path("cases/files/labels999.txt"),
        ])
        #expect(labels.status == 1 && labels.errors.contains("labels999.txt: 999 names; expected 1,001"))
        #expect(try json([net, "--input", SharedFiles.path("cases/files/exif6.jpg")]).exifOrientation == 6)
        let turned = try CommandLine.run([
            "eval", net, "--input", SharedFiles.path("cases/files/exif6.jpg"), "--runs", "0",
        ])
        #expect(turned.output.contains("turned by its EXIF orientation 6"))
    }

    @Test(.needsSharedFiles) func aBackbonePrintsNoClasses() throws {
        let net = SharedFiles.path("weights/mobilenetv2_0.35_224_notop.h5")
        let picture = SharedFiles.packageRoot + "/Weights/cat.jpg"
        let table = try CommandLine.run(["eval", net, "--input", picture, "--runs", "0"])
        #expect(table.status == 0 && !table.output.contains("top-1"), "\(table.errors)")
        #expect(table.output.contains("none: the network has no classifier, it ends with a map of 1280×7×7"))
        #expect(try json([net, "--input", picture]).outputMap == [1280, 7, 7])
        let data = try CommandLine.run(["eval", net, "--data", SharedFiles.path("cases/nested_images"), "--runs", "0"])
        #expect(data.status == 1 && data.errors.contains("ends with a map of 1280×7×7, not with scores of classes"))
    }

    @Test(.needsSharedFiles, arguments: ["json", "table", "csv", "markdown"])
    func outputsThatAreNoNumbersAreAnError(format: String) throws {
        let net = SharedFiles.path("cases/hostile/one_negative_variance.safetensors")
        let picture = SharedFiles.packageRoot + "/Weights/cat.jpg"
        let outcome = try CommandLine.run(["eval", net, "--input", picture, "--runs", "0", "--format", format])
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(outcome.errors.contains("has a negative variance"), "\(outcome.errors)")
    }
}
