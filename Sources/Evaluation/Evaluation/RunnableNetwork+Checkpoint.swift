import Files
import Foundation
import VGNets
import Checkpoints

extension RunnableNetwork {
    /// The design that belongs to the weights of a VGNet; nil for a file that is none or does not come with it.
    static func design(of checkpoint: Checkpoint) throws -> VGNetConfig? {
        guard
            checkpoint.entries.contains(where: { $0.name.replacing("/", with: ".").hasSuffix("features.stem.0.weight") }
            )
        else { return nil }
        // Other programs may use the word for something else.
        if let text = checkpoint.attributes["config"],
            let config = try? VGNetConfig(yaml: text, subject: "\(checkpoint.path): config")
        {
            return config
        }
        // A file of ours with a graph of its own is no longer what a config says.
        if checkpoint.description != nil, checkpoint.model?.graph != nil { return nil }
        return try checkpoint.configsBeside.first(where: InputFile.isThere).map { try VGNetConfig(contentsOf: $0) }
    }

    /// Names of so many outputs; those of another number beside the weights are left out, which is said elsewhere.
    static func classNames(of checkpoint: Checkpoint, outputs: Int) -> [String]? {
        guard let names = classNames(of: checkpoint) else { return nil }
        let isFitting = names.count == outputs || names.count + 1 == outputs
        let beside = [HubConfig(checkpoint.attributes)?.classNames, checkpoint.trainingClassNames?.names]
        return isFitting || !beside.contains(names) ? names : nil
    }

    /// Names in output order: a JSON list, or separated by commas.
    static func classNames(of checkpoint: Checkpoint) -> [String]? {
        if let names = checkpoint.description?.classNames, !names.isEmpty { return names }
        if let text = checkpoint.attributes["class_names"],
            let names = try? JSONDecoder().decode([String].self, from: Data(text.utf8)), !names.isEmpty
        {
            return names
        }
        if let names = HubConfig(checkpoint.attributes)?.classNames, !names.isEmpty { return names }
        if let classes = checkpoint.trainingClassNames { return classes.names }
        guard let text = checkpoint.attributes["classes"], !text.isEmpty else { return nil }
        return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}
