import Files
import Foundation
import TestSupport
import Testing

@Suite struct RelativePathTests {
    @Test func aPathIsReachedFromAFolderBesideAboveAndBelow() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("relative-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: root) }
        for folder in ["a/b", "c"] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
        #expect(FilePaths.relative("\(root)/c/net.h5", from: "\(root)/a/b") == "../../c/net.h5")
        #expect(FilePaths.relative("\(root)/a/net.h5", from: "\(root)/a/b") == "../net.h5")
        #expect(FilePaths.relative("\(root)/a/b/net.h5", from: "\(root)/a") == "b/net.h5")
        #expect(FilePaths.relative("\(root)/a/net.h5", from: "\(root)/a") == "net.h5")
        #expect(FilePaths.relative("\(root)/c/net.h5", from: "\(root)/missing") == "\(root)/c/net.h5")
    }
}
