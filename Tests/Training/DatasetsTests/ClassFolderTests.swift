import Diagnostics
import Files
import Foundation
import Glibc
import Images
import Testing
import TestSupport

@testable import Datasets

@Suite struct ClassFolderTests {
    /// Pictures of one pixel, its red the number of the file.
    private func write(_ files: [String], _ folder: String) throws {
        for (index, file) in files.enumerated() {
            try FolderWriter.prepare(FilePaths.folder(of: "\(folder)/\(file)"))
            try ImageFile.writePNG(
                RGBImage(width: 1, height: 1, red: UInt8(index), green: 0, blue: 0), to: "\(folder)/\(file)")
        }
    }

    private func files(_ data: ImageDataSet) -> [String] {
        data.labels.indices.map { String(data.name(of: $0).dropFirst(data.path.count + 1)) }
    }

    /// The order is that of torchvision's make_dataset: sorted(os.walk(…)), then sorted names.
    @Test func picturesAreFoundAtAnyDepth() throws {
        try withTemporaryFolder { folder in
            try write(["b/0.png", "a/x.PNG", "a/sub/deep/2.jpg", "a/sub/1.jpeg", "a/0.png"], folder)
            let data = try ImageDataSet.open(folder)
            #expect(files(data) == ["a/0.png", "a/x.PNG", "a/sub/1.jpeg", "a/sub/deep/2.jpg", "b/0.png"])
            #expect(data.labels == [0, 0, 0, 0, 1])
            #expect(try data.image(3).bytes[0] == 2)
            #expect(data.findings == ImageDataSet.Findings())
        }
    }

    @Test func whatIsNoPictureIsCounted() throws {
        try withTemporaryFolder { folder in
            try write(["a/0.png", "loose.png"], folder)
            for name in ["a/notes.txt", "a/.hidden.png", "c/list.csv", ".git/x.png"] {
                try FolderWriter.prepare(FilePaths.folder(of: "\(folder)/\(name)"))
                try AtomicFile.write(text: "x", to: "\(folder)/\(name)")
            }
            let data = try ImageDataSet.open(folder)
            #expect(data.classNames == ["a", "c"] && data.count == 1)
            #expect(
                data.findings.sentences == [
                    "2 files are no pictures: '\(folder)/a/notes.txt', '\(folder)/c/list.csv'",
                    "1 picture beside the class folders has no class: loose.png", "1 class has no picture: c",
                ])
        }
    }

    /// Pictures that torchvision would read and we cannot are unreadable, not absent.
    @Test func picturesOfOtherFormatsAreUnreadable() throws {
        try withTemporaryFolder { folder in
            try write(["a/0.png", "b/0.png"], folder)
            try AtomicFile.write(Array("BM rest".utf8), to: folder + "/b/1.bmp")
            let data = try ImageDataSet.open(folder)
            #expect(data.count == 3)
            let error = #expect(throws: KernelVizError.self) { try data.image(2) }
            #expect(error?.found == "a BMP picture")
        }
    }

    @Test func linksInACircleEnd() throws {
        try withTemporaryFolder { folder in
            try write(["data/a/0.png", "data/a/sub/1.png", "data/b/0.png", "elsewhere/2.png"], folder)
            let files = FileManager.default
            for (link, target) in [
                ("a/loop", "."), ("a/sub/up", ".."), ("a/root", "../../.."), ("a/all", ".."),
                ("b/more", "../../elsewhere"),
                ("b/gone", "nowhere"),
            ] {
                try files.createSymbolicLink(atPath: "\(folder)/data/\(link)", withDestinationPath: target)
            }
            let data = try ImageDataSet.open(folder + "/data")
            #expect(data.labels == [0, 0, 1, 1])
            #expect(data.name(of: 3) == "\(folder)/data/b/more/2.png")
            #expect(data.findings.skippedFolders.count == 4)
            #expect(data.findings.otherFiles == ["\(folder)/data/b/gone"])
        }
    }

    /// Opening a pipe waits for somebody who writes into it.
    @Test(.timeLimit(.minutes(1))) func pipesAreNotOpened() throws {
        try withTemporaryFolder { folder in
            try write(["a/0.png"], folder)
            #expect(mkfifo(folder + "/a/1.png", 0o600) == 0)
            let data = try ImageDataSet.open(folder)
            #expect(data.count == 1 && data.findings.otherFiles == [folder + "/a/1.png"])
        }
    }

    /// 20 folders that all lead to each other have 20! paths.
    @Test(.timeLimit(.minutes(1))) func aWebOfLinksIsReadOnce() throws {
        try withTemporaryFolder { folder in
            try write((0..<20).map { "a/\($0)/p.png" }, folder)
            for from in 0..<20 {
                for to in 0..<20 where to != from {
                    try FileManager.default.createSymbolicLink(
                        atPath: "\(folder)/a/\(from)/to\(to)", withDestinationPath: "../\(to)")
                }
            }
            #expect(try ImageDataSet.open(folder).count == 20)
        }
    }

    @Test func aClassCalledTrainIsAClass() throws {
        try withTemporaryFolder { folder in
            try write(["boat/0.png", "train/0.png"], folder)
            for split in ImageDataSet.Split.allCases {
                #expect(try ImageDataSet.open(folder, split: split).classNames == ["boat", "train"])
            }
            #expect(!ImageDataSet.hasTestSplit(folder))
        }
    }

    @Test func aDataSetWithoutTheOtherPartSaysSo() throws {
        try withTemporaryFolder { folder in
            try write(["train/a/0.png", "train/b/0.png"], folder)
            let error = #expect(throws: KernelVizError.self) { try ImageDataSet.open(folder, split: .test) }
            #expect(
                error?.description
                    == "\(folder): only the part 'train'; expected a part 'test' or 'val'. Name '\(folder)/train' itself to use it."
            )
            try write(["valid/a/0.png"], folder)
            #expect(try ImageDataSet.open(folder, split: .test).path == folder + "/valid")
        }
    }

    @Test func listsComeFromAnySpreadsheet() throws {
        try withTemporaryFolder { folder in
            for text in [
                "\u{FEFF}filename,label\r\n\"a, b.png\",cat\r\n\r\nc.png,\"dog\"\r\n",
                "\u{FEFF}filename;label\r\n\"a, b.png\";cat\r\nc.png;dog", "label\tfile\rcat\ta, b.png\rdog\tc.png\r",
                "filename , label\n\"a, b.png\" , cat\n c.png , dog \n",
            ] {
                try AtomicFile.write(text: text, to: folder + "/list.csv")
                let data = try ImageDataSet.open(folder + "/list.csv")
                #expect(files(data).count == 2)
                #expect(data.labels.indices.map { data.name(of: $0) } == ["\(folder)/a, b.png", "\(folder)/c.png"])
                #expect(data.classNames == ["cat", "dog"] && data.labels == [0, 1])
            }
            // The list is found in its folder too.
            try write(["a, b.png", "c.png"], folder)
            #expect(try ImageFolder.open(folder).isLabelled)
        }
    }

    @Test func damagedListsNameTheLine() throws {
        try withTemporaryFolder { folder in
            for (text, subject, found) in [
                ("filename,label\na.png,x\n\n\nb.png\n", "line 5", "1 field"),
                ("filename,label\na.png,\"x\nb.png,y\n", "line 2", "a quotation mark without its end"),
                ("filename,class_index\n\na.png,-1\n", "line 3", "label -1"),
            ] {
                try AtomicFile.write(text: text, to: folder + "/list.csv")
                let error = #expect(throws: KernelVizError.self) { try ImageDataSet.open(folder + "/list.csv") }
                #expect(error?.subject == "\(folder)/list.csv: \(subject)" && error?.found == found)
            }
        }
    }

    @Test func quotesHoldSeparatorsLineEndsAndQuotes() throws {
        let rows = try CSVRows.of("a,\"b, \"\"c\"\"\r\nd\",6\" pipe\r\n,\n x ,\n", subject: "s")
        #expect(rows.map(\.fields) == [["a", "b, \"c\"\r\nd", "6\" pipe"], ["", ""], ["x", ""]])
        #expect(rows.map(\.line) == [1, 3, 4])
    }

    @Test(.needsSharedFiles) func theNestedCaseHasThreePicturesOfEach() throws {
        let data = try ImageDataSet.open(SharedFiles.path("cases/nested_images"))
        #expect(data.labels == [0, 0, 0, 1, 1, 1])
    }

    @Test func turnedPicturesAreCounted() throws {
        try withTemporaryFolder { folder in
            try TinyImages.writeTurned(folder)
            let data = try ImageDataSet.open(folder)
            #expect(try data.image(1).width == 6)
            let stream = BatchStream(data, .init(batch: 2, size: 8, channels: 3, seed: 1))
            #expect(try stream.next()?.turned == 1)
        }
    }
}
