import Diagnostics
import VGNets

/// The plan of a sweep over the derived design and others: what `kernelviz sweep` reads.
public struct SweepPlanText: Sendable, Equatable {
    /// A net of the plan.
    public struct Entry: Sendable, Equatable {
        /// The row's name.
        public let name: String
        /// The file of its config, relative to the plan.
        public let file: String
        /// A remark behind it.
        public let remark: String

        /// Names a net.
        public init(name: String, file: String, remark: String = "") {
            (self.name, self.file, self.remark) = (name, file, remark)
        }
    }

    /// A line above the table.
    public var title: String
    /// The data set, as `kernelviz train --data` takes it.
    public var data: String
    /// How many seeds, 1, 2 …
    public var seeds: Int
    /// Passes over the training images.
    public var epochs: Int
    /// How many training images are used; nil for all.
    public var limit: Int?
    /// Whether the images have about 32 pixels, for which a crop is a shift by up to four.
    public var isThumbnail = false
    /// The nets, the first one is the baseline.
    public var entries: [Entry]

    /// Groups the parts of a plan.
    public init(title: String, data: String, seeds: Int, epochs: Int, limit: Int? = nil, entries: [Entry]) {
        (self.title, self.data, self.seeds, self.epochs, self.entries) = (title, data, seeds, epochs, entries)
        self.limit = limit
    }

    /// The plan as YAML.
    public var yaml: String {
        let limited = limit.map { ", limit: \($0)" } ?? ""
        let recipe = isThumbnail ? ", wd: 0.0005, crop: padded" : ""
        let list = (1...max(1, seeds)).map(String.init).joined(separator: ", ")
        var text = """
            title: \(Self.quoted(title))
            data: \(Self.quoted(data))
            seeds: [\(list)]
            baseline: \(Self.quoted(entries.first?.name ?? ""))
            train: {epochs: \(epochs), batch: 128, lr: 0.1, warmup: 1\(recipe)\(limited), test-every: 0}
            nets:

            """
        for entry in entries {
            text += "  - {name: \(Self.quoted(entry.name)), net: \(Self.quoted(entry.file))}"
            text += entry.remark.isEmpty ? "\n" : "  # \(entry.remark)\n"
        }
        return text
    }

    private static func quoted(_ text: String) -> String {
        "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}
