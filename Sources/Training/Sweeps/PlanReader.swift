import Diagnostics
import Files
import Models
import TrainingRuns
import VGNets
import Yams

extension SweepPlan {
    /// Reads a plan, YAML or JSON. Paths in it are relative to its folder.
    ///
    /// ```yaml
    /// title: Table 4 in small
    /// data: cifar10                        # as 'kernelviz train --data'
    /// seeds: [1, 2, 3]
    /// baseline: G
    /// train: {epochs: 10, batch: 128, lr: 0.1, limit: 10000}   # options of 'kernelviz train'
    /// design: {channels: [16, 32, 64, 128, 256], blocks: [2, 3, 3, 2]}   # fields of a config, for every net
    /// nets:
    ///   - vgnetf1-1.5mp-thumbnail          # a published name or a config file
    ///   - {name: G, net: vgnetg-1.5mp-thumbnail}
    ///   - {name: G SiLU, net: g.yaml, design: {activation: silu}, train: {lr: 0.05}}
    /// ```
    /// Throws `sweep.badPlan` with place and reason, and the errors of configs and files.
    public init(contentsOf path: String) throws {
        let text = try InputFile.text(path, limitBytes: 1 << 20, expected: "a plan in YAML or JSON")
        try self.init(yaml: text, subject: path, folder: FilePaths.folder(of: path))
    }

    /// Reads a plan's text; see ``init(contentsOf:)``.
    public init(yaml text: String, subject: String, folder: String) throws {
        let reader = PlanReader(subject: subject, folder: folder)
        let fields = try reader.fields(
            reader.root(text), place: "",
            known: ["title", "data", "test_data", "seeds", "baseline", "train", "design", "nets"])
        guard let data = try fields["data"].map({ try reader.text($0, "data") }) else {
            throw reader.problem("data", "is missing", "the path of a data set")
        }
        var settings = TrainingSettings()
        if let node = fields["train"] { try reader.apply(node, to: &settings, place: "train") }
        guard let nodes = fields["nets"]?.sequence else {
            throw reader.problem("nets", fields["nets"] == nil ? "is missing" : "is no list", "a list of nets")
        }
        let nets = try nodes.enumerated().map { index, node in
            try reader.net(node, place: "nets[\(index)]", settings: settings, design: fields["design"])
        }
        try self.init(
            title: try fields["title"].map { try reader.text($0, "title") } ?? FilePaths.stem(of: subject),
            dataPath: reader.path(data),
            testDataPath: try fields["test_data"].map { reader.path(try reader.text($0, "test_data")) },
            seeds: try fields["seeds"].map { try reader.seeds($0) } ?? [1],
            baseline: try fields["baseline"].map { try reader.text($0, "baseline") }, nets: nets, subject: subject)
    }
}

/// Turns YAML nodes into the parts of a plan, with one sentence for every mistake.
struct PlanReader {
    let subject: String
    let folder: String

    func problem(_ place: String, _ found: String, _ expected: String? = nil, _ advice: String? = nil)
        -> KernelVizError
    {
        KernelVizError(
            code: "sweep.badPlan", subject: place.isEmpty ? subject : "\(subject): \(place)", found: found,
            expected: expected, advice: advice)
    }

    func root(_ text: String) throws -> Node {
        do {
            if let node = try BoundedYAML.compose(text, subject: subject) { return node }
        } catch let error as YamlError {
            throw problem("", "not YAML (\(Self.reason(error)))", "a plan in YAML or JSON")
        }
        throw problem("", "is empty", "a plan in YAML or JSON")
    }

    private static func reason(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)"
        case .duplicatedKeysInMapping(let keys, let context):
            "line \(context.mark.line): '\(keys.first ?? "a key")' is given twice"
        default: "the parser gave up"
        }
    }

    /// The fields of a mapping, all of them known.
    func fields(_ node: Node, place: String, known: [String]) throws -> [String: Node] {
        guard let mapping = node.mapping else {
            throw problem(place, "is no mapping", "the fields \(known.joined(separator: ", "))")
        }
        var fields: [String: Node] = [:]
        for (key, value) in mapping {
            let name = key.scalar?.string ?? "a nested key"
            guard known.contains(name) else {
                throw problem(
                    place.isEmpty ? name : "\(place).\(name)", "unknown field\(line(key))",
                    "one of \(known.joined(separator: ", "))", NearestName.advice(for: name, among: known))
            }
            fields[name] = value
        }
        return fields
    }

    private func line(_ node: Node) -> String { node.mark.map { " (line \($0.line))" } ?? "" }

    func text(_ node: Node, _ place: String) throws -> String {
        guard let text = node.scalar?.string, !text.isEmpty else { throw problem(place, "is no text\(line(node))") }
        return text
    }

    /// A path of the plan, relative to the plan's folder.
    func path(_ text: String) -> String { text.hasPrefix("/") || folder == "." ? text : folder + "/" + text }

    func seeds(_ node: Node) throws -> [UInt64] {
        let nodes = node.sequence.map(Array.init) ?? [node]
        return try nodes.map { node in
            guard let seed = node.scalar.flatMap({ UInt64($0.string) }), TrainingOption.seeds.contains(seed) else {
                throw problem(
                    "seeds", "'\(node.scalar?.string ?? "a nested value")'",
                    "whole numbers from 0 to \(TrainingOption.seeds.upperBound)")
            }
            return seed
        }
    }

    func apply(_ node: Node, to settings: inout TrainingSettings, place: String) throws {
        guard let mapping = node.mapping else {
            throw problem(place, "is no mapping", "options of 'kernelviz train' such as epochs: 10")
        }
        for (key, value) in mapping {
            let name = key.scalar?.string ?? "a nested key"
            guard let option = TrainingOption.named(name) else {
                throw problem(
                    "\(place).\(name)", "unknown option\(line(key))", "an option of 'kernelviz train'",
                    NearestName.advice(for: name, among: TrainingOption.all.map(\.name)))
            }
            let given = value.scalar?.string ?? ""
            do {
                try settings.set(option, to: option.values == .file && !given.isEmpty ? path(given) : given)
            } catch let error as KernelVizError {
                throw problem(
                    "\(place).\(name)", "'\(value.scalar?.string ?? "a nested value")'\(line(value))", error.expected)
            }
        }
    }

    func net(_ node: Node, place: String, settings: TrainingSettings, design: Node?) throws -> SweepPlan.Net {
        var settings = settings
        var designs = [(design, "design")]
        let source: String
        var name: String?
        if let text = node.scalar?.string {
            source = text
        } else {
            let fields = try fields(node, place: place, known: ["name", "net", "design", "train"])
            guard let net = fields["net"] else {
                throw problem(place, "has no 'net'", "a published name or a config file")
            }
            source = try text(net, "\(place).net")
            name = try fields["name"].map { try text($0, "\(place).name") }
            designs.append((fields["design"], "\(place).design"))
            if let train = fields["train"] { try apply(train, to: &settings, place: "\(place).train") }
        }
        if MobileNetV1.width(named: source) != nil {
            guard designs[1...].allSatisfy({ $0.0 == nil }) else {
                throw problem("\(place).design", "fields of a VGNet for \(source)", "none, as it is no VGNet")
            }
            return SweepPlan.Net(
                name: name ?? source.lowercased(), config: nil, builtIn: source.lowercased(), settings: settings)
        }
        var config = try VGNetConfig(named: VGNetConfig.isFileName(source) ? path(source) : source)
        for (node, place) in designs {
            guard let node else { continue }
            config = try config.overriding(yaml: Yams.serialize(node: node), subject: "\(subject): \(place)")
        }
        let title = name ?? config.name
        return SweepPlan.Net(
            name: title, config: try config.replacing(name: title), builtIn: nil, settings: settings)
    }
}
