import Diagnostics
import Engine
import Export
import Foundation
import HDF5
import Models
import TestSupport
import Tensors
import Testing
import VGNets
import Checkpoints

/// Safetensors files byte by byte.
@Suite struct SafetensorsWriterTests {
    private static func dictionary() throws -> StateDict {
        try StateDict(
            subject: "test",
            entries: [
                .init(name: "a/weight", tensor: Tensor(shape: [2, 1], scalars: [1, -2])),
                .init(name: "b", tensor: Tensor(shape: [], scalars: [0.5])),
                .init(name: "none", tensor: Tensor(shape: [0, 3], scalars: [])),
            ])
    }

    @Test func theFileIsTheOneOfTheSpecification() throws {
        let bytes = try SafetensorsWriter.bytes(of: Self.dictionary(), metadata: ModelMetadata(name: "t\n\u{1}\""))
        let header =
            #"{"__metadata__":{"format":"pt","producer":"kernelviz","name":"t\n\u0001\""},"#
            + #""a.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"#
            + #""b":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"#
            + #""none":{"dtype":"F32","shape":[0,3],"data_offsets":[12,12]}}"#
        let length = (header.utf8.count + 7) / 8 * 8
        var expected: [UInt8] = [UInt8(length % 256), UInt8(length / 256), 0, 0, 0, 0, 0, 0]
        expected += Array(header.utf8) + Array(repeating: 0x20, count: length - header.utf8.count)
        // 1, −2 and 0.5 as IEEE 754 binary32, little-endian.
        expected += [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0, 0x3F]
        #expect(bytes == expected)
        #expect(length < 65_536 && bytes.count % 4 == 0)
    }

    @Test func aReservedNameIsRefused() throws {
        let entries = [StateDict.Entry(name: "__metadata__", tensor: Tensor(shape: [], scalars: [0]))]
        let error = #expect(throws: KernelVizError.self) {
            try SafetensorsWriter.bytes(
                of: StateDict(subject: "test", entries: entries), metadata: ModelMetadata(name: "net"))
        }
        #expect(
            error?.description
                == "net: a tensor called '__metadata__'; expected any other name: safetensors keeps this one for itself."
        )
    }
}

/// State dicts and the HDF5 files that hold them.
@Suite struct StateDictHDF5WriterTests {
    @Test func aNetIsReadBackFromHDF5() throws {
        let config = try VGNetConfig.published("vgnetf1-1.5mp-thumbnail")
        let net = try VGNet(config, seed: 3)
        try withTemporaryFolder { folder in
            let path = "\(folder)/net.h5"
            try StateDictHDF5Writer.write(
                StateDict(graph: net.graph), metadata: ModelMetadata(config: config, classNames: ["x"]), to: path)
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.entries.count == net.graph.parameters.count)
            #expect(try VGNet(config, checkpoint: checkpoint).graph == net.graph)
            let file = try HDF5File(path: path)
            #expect(try file.attribute("family")?.text == "VGNet")
            #expect(try file.attribute("class_names")?.text == #"["x"]"#)
            let text = try #require(try file.attribute("config")?.text)
            #expect(try VGNetConfig(yaml: text, subject: path) == config)
        }
    }

    @Test func theSameNetGivesTheSameFile() throws {
        let config = try VGNetConfig.published("vgnetg-1.0mp-thumbnail")
        let stateDict = StateDict(graph: try VGNet(config, seed: 3).graph)
        try withTemporaryFolder { folder in
            let files = try ["a.h5", "b.h5"].map { name in
                try StateDictHDF5Writer.write(
                    stateDict, metadata: ModelMetadata(config: config), to: "\(folder)/\(name)")
                return try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
            }
            #expect(files[0] == files[1])
        }
    }

    @Test func aNameThatComesTwiceIsRefused() throws {
        let tensor = Tensor(shape: [], scalars: [0])
        let twice = #expect(throws: KernelVizError.self) {
            try StateDict(
                subject: "file", entries: [.init(name: "a.b", tensor: tensor), .init(name: "a/b", tensor: tensor)])
        }
        #expect(twice?.description == "file: two tensors called 'a.b'; expected one name for each tensor.")
        let empty = #expect(throws: KernelVizError.self) {
            try StateDict(subject: "file", entries: [.init(name: "", tensor: tensor)])
        }
        #expect(empty?.description == "file: a tensor without a name; expected one name for each tensor.")
    }
}
