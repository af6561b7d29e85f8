import Datasets
import Diagnostics
import Files
import Foundation
import Images
import Testing
import TestSupport

@Suite struct ImageDataSetTests {
    /// An IDX file: type 8, the lengths big-endian, the bytes.
    private func idx(_ lengths: [Int], _ bytes: [UInt8]) -> [UInt8] {
        [0, 0, 8, UInt8(lengths.count)] + lengths.flatMap { n in [24, 16, 8, 0].map { UInt8(n >> $0 & 255) } } + bytes
    }

    @Test("IDX files give grey pictures and labels")
    func readsIDX() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(idx([2, 1, 2], [1, 2, 3, 4]), to: folder + "/t10k-images-idx3-ubyte")
            try AtomicFile.write(idx([2], [7, 0]), to: folder + "/t10k-labels-idx1-ubyte")
            let data = try ImageDataSet.open(folder, split: .test)
            #expect(data.labels == [7, 0])
            #expect(data.classNames.count == 10)
            #expect(try data.image(1) == RGBImage(width: 2, height: 1, bytes: [3, 3, 3, 4, 4, 4]))
        }
    }

    @Test("A truncated IDX file says how much is missing")
    func namesTruncation() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/train-images-idx3-ubyte"
            try AtomicFile.write(idx([2, 2, 2], [1, 2, 3, 4, 5]), to: path)
            try AtomicFile.write(idx([2], [1, 0]), to: folder + "/train-labels-idx1-ubyte")
            #expect(
                sentence { try ImageDataSet.open(folder) }
                    == "\(path): truncated IDX file (5 bytes of data); expected 8, as its header says. "
                    + "Copy or download it again.")
        }
    }

    @Test("Lengths whose product wraps around to the file's length are no data")
    func refusesProductsThatWrap() throws {
        try withTemporaryFolder { folder in
            // 2^31 · 2^31 · 4 is 2^64, which is 0 in 64 bits.
            let path = folder + "/train-images-idx3-ubyte"
            try AtomicFile.write(idx([1 << 31, 1 << 31, 4], []), to: path)
            try AtomicFile.write(idx([1], [0]), to: folder + "/train-labels-idx1-ubyte")
            #expect(
                sentence { try ImageDataSet.open(folder) }
                    == "\(path): truncated IDX file (0 bytes of data); expected what its header says, more than any "
                    + "memory. Copy or download it again.")
        }
    }

    @Test("A class number beyond all lists is refused", arguments: [1_000_000, Int.max])
    func refusesAbsurdClasses(label: Int) throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(text: "filename,class_index\na.jpg,\(label)\n", to: folder + "/a.csv")
            #expect(
                sentence { try ImageDataSet.open(folder + "/a.csv") }
                    == "\(folder)/a.csv: line 2: label \(label); expected 0 to 999999. "
                    + "The file is damaged or belongs to another data set.")
        }
    }

    @Test("CIFAR-10's names are as many as its classes, or said")
    func checksCIFARNames() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write([3] + [UInt8](repeating: 10, count: 3072), to: folder + "/data_batch_1.bin")
            try AtomicFile.write(text: "airplane\r\nautomobile\r\n", to: folder + "/batches.meta.txt")
            #expect(
                sentence { try ImageDataSet.open(folder) }
                    == "\(folder)/batches.meta.txt: 2 names; expected 10, one a class. "
                    + "Correct the list, or take it away and the classes are numbered.")
            let names = (0..<10).map { "name \($0)" }
            try AtomicFile.write(text: names.joined(separator: "\n") + "\n\n", to: folder + "/batches.meta.txt")
            #expect(try ImageDataSet.open(folder).classNames == names)
        }
    }

    @Test("CIFAR-10's records are a label and three planes")
    func readsCIFAR() throws {
        try withTemporaryFolder { folder in
            let planes =
                [UInt8](repeating: 10, count: 1024) + [UInt8](repeating: 20, count: 1024)
                + [UInt8](repeating: 30, count: 1024)
            try AtomicFile.write([3] + planes, to: folder + "/data_batch_1.bin")
            try AtomicFile.write([9] + planes, to: folder + "/data_batch_2.bin")
            let data = try ImageDataSet.open(folder)
            #expect(data.labels == [3, 9])
            #expect(try data.image(1) == RGBImage(width: 32, height: 32, red: 10, green: 20, blue: 30))
            try AtomicFile.write([10] + planes, to: folder + "/data_batch_2.bin")
            #expect(
                sentence { try ImageDataSet.open(folder) }
                    == "\(folder)/data_batch_2.bin: image 0: label 10; expected 0 to 9. "
                    + "The file is damaged or belongs to another data set.")
            try AtomicFile.write([1, 2, 3], to: folder + "/data_batch_2.bin")
            #expect(
                sentence { try ImageDataSet.open(folder) }
                    == "\(folder)/data_batch_2.bin: 3 bytes; expected whole records of 3073 bytes. Copy or download it again."
            )
        }
    }

    @Test("Folders are classes in the order of their names; train and test may stand above them")
    func readsFolders() throws {
        try withTemporaryFolder { folder in
            for (name, red) in [("train/dog", UInt8(1)), ("train/cat", 2), ("test/cat", 3), ("test/dog", 4)] {
                try FolderWriter.prepare("\(folder)/\(name)")
                try ImageFile.writePNG(
                    RGBImage(width: 1, height: 1, red: red, green: 0, blue: 0), to: "\(folder)/\(name)/a.png")
            }
            let data = try ImageDataSet.open(folder)
            #expect(data.classNames == ["cat", "dog"])
            #expect(data.labels == [0, 1])
            #expect(try data.image(0).bytes[0] == 2)
            #expect(ImageDataSet.hasTestSplit(folder))
            #expect(try ImageDataSet.open(folder, split: .test).image(1).bytes[0] == 4)
        }
    }

    @Test("A CSV names files and classes; unreadable pictures are left out and named, or fail")
    func countsUnreadable() throws {
        try withTemporaryFolder { folder in
            for name in ["a", "b", "c"] {
                try ImageFile.writePNG(
                    RGBImage(width: 2, height: 2, red: 9, green: 9, blue: 9), to: "\(folder)/\(name).png")
            }
            try AtomicFile.write(text: "not a picture", to: folder + "/b.png")
            let path = folder + "/list.csv"
            try AtomicFile.write(text: "filename,label\na.png,x\nb.png,y\nc.png,\"x\"\n", to: path)
            let data = try ImageDataSet.open(path)
            #expect(data.classNames == ["x", "y"])
            #expect(data.labels == [0, 1, 0])
            let stream = BatchStream(data, .init(batch: 2, size: 2, channels: 3, seed: 1))
            let batch = try #require(try stream.next())
            #expect(batch.labels == [0, 0])
            #expect(batch.consumed == 3)
            #expect(
                batch.unreadable == [
                    "\(folder)/b.png: a text file; expected a PNG or JPEG picture. Convert it to PNG or JPEG."
                ])
            #expect(try stream.next() == nil)
            let strict = BatchStream(
                data, .init(batch: 2, size: 2, channels: 3, seed: 1, isStrict: true))
            #expect(throws: KernelVizError.self) { try strict.next() }
        }
    }

    @Test("A truncated CIFAR file and a label out of range are named with their place")
    func namesDamagedCIFAR() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/data_batch_1.bin"
            let image = [UInt8](repeating: 0, count: 3072)
            try AtomicFile.write([3] + image + [4] + image.dropLast(10), to: path)
            #expect(
                sentence { try ImageDataSet.open(folder) }
                    == "\(path): 6136 bytes; expected whole records of 3073 bytes. Copy or download it again.")
            try AtomicFile.write([3] + image + [10] + image, to: path)
            #expect(
                sentence { try ImageDataSet.open(folder) }
                    == "\(path): image 1: label 10; expected 0 to 9. The file is damaged or belongs to another data set."
            )
        }
    }

    @Test("A CSV's names may hold quotes and commas; its numbers start at 0")
    func readsQuotedCSV() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/list.csv"
            try AtomicFile.write(
                text: "filename,class_index,label\na.png,2,\"a \"\"big\"\" cat, black\"\nb.png,0,dog\n", to: path)
            let data = try ImageDataSet.open(path)
            #expect(data.labels == [2, 0])
            #expect(data.classNames == ["dog", "class 1", "a \"big\" cat, black"])
            try AtomicFile.write(text: "filename,class_index\na.png,-3\n", to: path)
            #expect(
                sentence { try ImageDataSet.open(path) }
                    == "\(path): line 2: label -3; expected 0 or more. The file is damaged or belongs to another data set."
            )
        }
    }

    @Test("Fashion-MNIST opens from its packed files", .needsSharedFiles)
    func readsFashionMNIST() throws {
        let data = try ImageDataSet.open(SharedFiles.path("datasets/fashion-mnist"), split: .test)
        #expect(data.count == 10000)
        // The class of the first test image (an ankle boot) and the balance that the data set's page states.
        #expect(data.labels.first == 9)
        #expect((0..<10).allSatisfy { label in data.labels.count { $0 == label } == 1000 })
        #expect(try data.image(0).width == 28)
    }
}
