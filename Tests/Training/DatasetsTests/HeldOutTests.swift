import Datasets
import Diagnostics
import TestSupport
import Testing

@Suite struct HeldOutTests {
    @Test("What is held out follows from the seed, and is none of what is learned from")
    func isFixedBySeed() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data")
            let all = try ImageDataSet.open(root + "/data", split: .training)
            let places = Dictionary(uniqueKeysWithValues: (0..<all.count).map { (all.name(of: $0), $0) })
            // train.py's hold_out([0] * 24 + [1] * 24, 12, seed): an implementation of its own.
            for (seed, expected) in [
                (1, [7, 10, 11, 16, 19, 22, 27, 28, 31, 36, 38, 45]),
                (2, [2, 6, 9, 15, 17, 18, 32, 35, 37, 40, 42, 43]),
            ] {
                let (rest, heldOut) = try all.holdingOut(12, seed: UInt64(seed))
                #expect((0..<heldOut.count).map { places[heldOut.name(of: $0)] } == expected)
                #expect(heldOut.labels == Array(repeating: 0, count: 6) + Array(repeating: 1, count: 6))
                #expect(rest.count == 36)
                let names = Set((0..<rest.count).map { rest.name(of: $0) })
                #expect((0..<heldOut.count).allSatisfy { !names.contains(heldOut.name(of: $0)) })
                #expect(rest.classNames == all.classNames && heldOut.classNames == all.classNames)
            }
        }
    }

    @Test("At least two images are left to learn from")
    func leavesSomething() throws {
        try withTemporaryFolder { root in
            try TinyImages.write(root + "/data", training: 2)
            let all = try ImageDataSet.open(root + "/data", split: .training)
            #expect(try all.holdingOut(2, seed: 1).heldOut.count == 2)
            for count in [0, 3, 4, 5] {
                let error = #expect(throws: KernelVizError.self) { try all.holdingOut(count, seed: 1) }
                #expect(
                    error?.description
                        == "\(root)/data/train: \(count) of 4 training images to hold out; expected from 1 to 2, so that "
                        + "at least 2 are left. Choose fewer validation images.")
            }
        }
    }
}
