import VGNets

/// One field in which a derived config differs from another one.
public struct ConfigDifference: Sendable, Equatable, Codable {
    /// The field's key in the config file.
    public let field: String
    /// The value in the other config; nil where it has no such field.
    public let theirs: String?
    /// The value in the derived config; nil where it has no such field.
    public let ours: String?
    /// The sentence of the reason behind our value; empty where we have no such field.
    public let why: String
}

extension Derivation {
    /// What changed from `other` to the derived config and why, in the order of the fields; names are not compared.
    public func differences(from other: VGNetConfig) -> [ConfigDifference] {
        VGNetConfig.Field.allCases.compactMap { field in
            let (theirs, ours) = (other.text(of: field), config.text(of: field))
            guard field != .name, theirs != ours else { return nil }
            let reason = reasons.first { $0.field == field.rawValue }
            return ConfigDifference(field: field.rawValue, theirs: theirs, ours: ours, why: reason?.sentence ?? "")
        }
    }
}
