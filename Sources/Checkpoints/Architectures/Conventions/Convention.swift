import Checkpoints

/// Something that running a network needs and its weights do not tell, what is taken for it, and where that came from.
public struct Convention: Sendable, Equatable, Codable {
    /// Where a value came from, the surest first.
    public enum Origin: String, Sendable, Equatable, Codable {
        /// The user said so.
        case option
        /// The file says so: an attribute, metadata, a config, a graph.
        case file
        /// The family's published design.
        case family
        /// Nothing says so: it is what the library whose names the tensors have does, or a habit.
        case assumed
    }

    /// What it is ("architecture", "strides and dilation", "padding", "batch-norm ε", "activation", "preprocessing", "resizing", "input size",
    /// "class names").
    public let name: String
    /// What is taken for it, in words.
    public let value: String
    /// Where it came from.
    public let origin: Origin
    /// Why, in words ("torchvision names"); empty where the origin says it all.
    public let reason: String

    /// Groups the parts.
    public init(_ name: String, _ value: String, _ origin: Origin, _ reason: String = "") {
        self.name = name
        self.value = value
        self.origin = origin
        self.reason = reason
    }

    /// Whether a file of settings beside the weights says it, itself or by the architecture that it names.
    func isFrom(_ file: String) -> Bool {
        origin == .file && (reason == file || file == HubConfig.source && reason.hasPrefix("file (hf."))
    }

    /// "padding symmetric (torchvision names)".
    public var text: String { "\(name) \(value)" + (reason.isEmpty ? "" : " (\(reason))") }
}

extension [Convention] {
    /// "Assumed: padding symmetric (torchvision names), …", or nil where nothing is.
    public var assumptions: String? {
        let assumed = filter { $0.origin == .assumed }
        return assumed.isEmpty ? nil : "Assumed: " + assumed.map(\.text).joined(separator: "; ") + "."
    }

    /// "From config.json: input size 128; …", what the settings beside the weights say; nil where they say nothing.
    public var settings: String? {
        let files = [HubConfig.source, "preprocessor_config.json"]
        let parts = files.compactMap { file -> String? in
            let stated = filter { $0.isFrom(file) }.map { "\($0.name) \($0.value)" }
            return stated.isEmpty ? nil : "From \(file): " + stated.joined(separator: "; ") + "."
        }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}
