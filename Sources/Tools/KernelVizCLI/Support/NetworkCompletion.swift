import ArgumentParser
import Files
import Foundation
import KernelViz

/// What a shell offers where a network is named: published nets, and the files and folders that begin so.
enum NetworkCompletion {
    /// For arguments that take a config, a published net's name, or a checkpoint.
    static let kind = CompletionKind.custom { _, _, prefix in candidates(prefix) }

    /// The names that begin with `prefix`: published ones first, then paths; folders end in "/".
    static func candidates(_ prefix: String) -> [String] {
        let published = VGNetConfig.publishedNames.filter { $0.hasPrefix(prefix.lowercased()) }
        let folder = prefix.contains("/") ? FilePaths.folder(of: prefix) : "."
        let shown = prefix.contains("/") ? (folder == "/" ? "/" : folder + "/") : ""
        let start = FilePaths.name(of: prefix)
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted().filter {
            $0.hasPrefix(start) && (start.hasPrefix(".") || !$0.hasPrefix("."))
        }
        return published + names.map { shown + $0 + (InputFile.isFolder("\(folder)/\($0)") ? "/" : "") }
    }
}
