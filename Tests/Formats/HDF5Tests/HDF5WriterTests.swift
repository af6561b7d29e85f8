import Diagnostics
import Files
import HDF5
import TestSupport
import Testing

@Suite struct HDF5WriterTests {
    private func write(_ path: String) throws {
        try HDF5Writer.write(to: path) { writer in
            try writer.write([1, 2, 3, 4, 5, 6] as [Float], dimensions: [2, 3], to: "net/conv1/weight")
            try writer.write([Int64(-1)], dimensions: [], to: "net/steps")
            try writer.write([Float](), dimensions: [0], to: "none")
            try writer.setAttribute("family", to: "σ-net")
            try writer.setAttribute("layers", of: "net", to: ["conv1", "", "bn"])
            try writer.setAttribute("seed", to: 7)
            try writer.setAttribute("top1", to: 0.5)
        }
    }

    @Test func whatIsWrittenIsReadBack() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.h5"
            try write(path)
            let file = try HDF5File(path: path)
            #expect(try file.listing().groups == ["net", "net/conv1"])
            #expect(try file.listing().datasets.map(\.dtype) == ["float32", "int64", "float32"])
            #expect(try file.floats("net/conv1/weight") == [1, 2, 3, 4, 5, 6])
            #expect(try file.integers("net/steps") == [-1])
            #expect(try file.attribute("family")?.text == "σ-net")
            #expect(try file.attribute("layers", of: "net")?.strings == ["conv1", "", "bn"])
            #expect(try file.attribute("seed")?.value == .integers([7]))
            #expect(try file.attribute("top1")?.value == .numbers([0.5]))
        }
    }

    @Test func theSameCallsGiveTheSameBytes() throws {
        try withTemporaryFolder { folder in
            try write(folder + "/a.h5")
            try write(folder + "/b.h5")
            #expect(try InputFile.bytes(folder + "/a.h5") == InputFile.bytes(folder + "/b.h5"))
        }
    }

    @Test func aThrowLeavesNothingBehind() throws {
        struct Stop: Error {}
        try withTemporaryFolder { folder in
            #expect(throws: Stop.self) {
                try HDF5Writer.write(to: folder + "/a.h5") { _ in throw Stop() }
            }
            #expect(throws: KernelVizError.self) { try InputFile.check(folder + "/a.h5") }
        }
    }

    @Test func theOrderOfWritingIsKept() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.h5"
            let names = ["z/2", "z/10", "z/1", "b", "a/y/0", "a/x/0"]
            try HDF5Writer.write(to: path) { writer in
                for name in names { try writer.write([Float(0)], dimensions: [1], to: name) }
            }
            #expect(try HDF5File(path: path).listing().datasets.map(\.path) == names)
        }
    }

    @Test func aNameTakenTwiceIsRefused() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.h5"
            let error = #expect(throws: KernelVizError.self) {
                try HDF5Writer.write(to: path) { writer in
                    try writer.write([Float(1)], dimensions: [1], to: "x")
                    try writer.write([Float(2)], dimensions: [1], to: "x")
                }
            }
            #expect(
                error?.description
                    == "\(path): /x: cannot be created (name already exists). Check the free space and the name.")
        }
    }

    @Test(arguments: [
        (["b10", "b2", "a"], ["a", "b2", "b10"]), (["x1y2", "x01y1", "x1"], ["x1", "x01y1", "x1y2"]),
        (["conv", "bn", "Conv"], ["Conv", "bn", "conv"]),
    ])
    func naturalOrderCountsAsPeopleDo(names: [String], sorted: [String]) {
        #expect(names.sorted(by: NaturalOrder.precedes) == sorted)
    }
}
