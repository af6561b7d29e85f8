#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import Testing

/// Real checkpoints, golden numbers and images that lie beside the project and are never committed.
public enum SharedFiles {
    /// `KERNELVIZ_SHARED`, else `../shared` beside the package.
    public static let root: String =
        ProcessInfo.processInfo.environment["KERNELVIZ_SHARED"]
        ?? packageRoot + "/../shared"

    /// The folder of Package.swift.
    public static let packageRoot: String = {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        return parts.joined(separator: "/")
    }()

    /// Whether the folder is there; in CI (`CI=true`) its absence is a failure, not a skip: see ``condition``.
    public static let arePresent = FileManager.default.fileExists(atPath: root + "/DATA.md")

    /// Whether tests that need the shared files run: where they are present, and always in CI, so that they fail there
    /// rather than being passed over.
    public static let shouldRun = arePresent || ProcessInfo.processInfo.environment["CI"] == "true"

    /// The full path of a shared file.
    public static func path(_ relative: String) -> String { root + "/" + relative }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test, saying so, where the shared files are absent; in CI it runs, and fails, instead.
    public static var needsSharedFiles: Self {
        .enabled(if: SharedFiles.shouldRun, "skipped: no shared files (set KERNELVIZ_SHARED)")
    }
}

/// A fresh folder, removed when the closure ends.
public func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kernelviz-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}
