#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads a Keras `model_config` (or the `config.json` of an archive); models inside models are flattened.
enum KerasModelConfig {
    /// What the JSON text says; what cannot be read counts as not said.
    static func facts(json: String) -> ModelFacts? {
        guard let model = try? JSONDecoder().decode(Node.self, from: Data(json.utf8)) else { return nil }
        var facts = ModelFacts()
        collect(model, into: &facts, depth: 0)
        return facts
    }

    /// The layers' own names by the path of the group that Keras 3 keeps their weights in: class names in snake case,
    /// numbered from the second on, models inside models below each other ("layers/sequential/layers/conv2d_1").
    static func groupPaths(json: String) -> [String: String] {
        guard let model = try? JSONDecoder().decode(Node.self, from: Data(json.utf8)) else { return [:] }
        var result: [String: String] = [:]
        addGroups(of: model, at: "", to: &result, depth: 0)
        return result
    }

    private static func addGroups(
        of node: Node, at path: String, to result: inout [String: String], depth: Int
    ) {
        guard depth < 32 else { return }
        var counts: [String: Int] = [:]
        for child in node.config?.layers ?? [] {
            let base = snakeCase(child.class_name ?? "")
            let count = counts[base, default: 0]
            counts[base] = count + 1
            let group = "\(path)layers/\(base)" + (count == 0 ? "" : "_\(count)")
            result[group] = child.config?.name ?? child.name
            addGroups(of: child, at: group + "/", to: &result, depth: depth + 1)
        }
    }

    /// "DepthwiseConv2D" → "depthwise_conv2d", as Keras' `to_snake_case` does.
    static func snakeCase(_ name: String) -> String {
        var result = ""
        let letters = Array(name)
        for (index, letter) in letters.enumerated() {
            let previous = index > 0 ? letters[index - 1] : " "
            let next = index + 1 < letters.count ? letters[index + 1] : " "
            let startsWord =
                letter.isUppercase && index > 0
                && (next.isLowercase || previous.isLowercase || (previous.isNumber && next.isLowercase))
            if startsWord { result.append("_") }
            result.append(letter.lowercased())
        }
        return result
    }

    private static func collect(_ node: Node, into facts: inout ModelFacts, depth: Int) {
        guard depth < 32 else { return }
        let shape = node.config?.batch_input_shape ?? node.config?.batch_shape
        if facts.inputSize == nil, let shape, shape.count == 4, let rows = shape[1] { facts.inputSize = rows }
        if let name = node.config?.name ?? node.name {
            if facts.layers[name] == nil { facts.order.append(name) }
            facts.layers[name] = ModelFacts.Layer(
                className: node.class_name ?? "", stride: node.config?.strides?.first, padding: node.config?.padding,
                epsilon: node.config?.epsilon, groups: node.config?.groups)
        }
        for child in node.config?.layers ?? [] { collect(child, into: &facts, depth: depth + 1) }
    }

    /// A layer or model as Keras writes it; a member of an unexpected type counts as absent.
    private struct Node: Decodable {
        let class_name: String?
        let name: String?
        let config: Config?

        enum Keys: String, CodingKey { case class_name, name, config }

        init(from decoder: any Decoder) throws {
            let box = try decoder.container(keyedBy: Keys.self)
            class_name = try? box.decode(String.self, forKey: .class_name)
            name = try? box.decode(String.self, forKey: .name)
            if let config = try? box.decode(Config.self, forKey: .config) {
                self.config = config
            } else {
                // Keras 1 and early 2: a Sequential's config is its list of layers.
                config = (try? box.decode([Node].self, forKey: .config)).map(Config.init(layers:))
            }
        }
    }

    private struct Config: Decodable {
        var name: String?
        var layers: [Node]?
        var strides: [Int]?
        var padding: String?
        var epsilon: Float?
        var groups: Int?
        var batch_input_shape: [Int?]?
        var batch_shape: [Int?]?

        enum Keys: String, CodingKey {
            case name, layers, strides, padding, epsilon, groups, batch_input_shape, batch_shape
        }

        init(layers: [Node]) { self.layers = layers }

        init(from decoder: any Decoder) throws {
            let box = try decoder.container(keyedBy: Keys.self)
            name = try? box.decode(String.self, forKey: .name)
            layers = try? box.decode([Node].self, forKey: .layers)
            strides = try? box.decode([Int].self, forKey: .strides)
            padding = try? box.decode(String.self, forKey: .padding)
            epsilon = try? box.decode(Float.self, forKey: .epsilon)
            groups = try? box.decode(Int.self, forKey: .groups)
            batch_input_shape = try? box.decode([Int?].self, forKey: .batch_input_shape)
            batch_shape = try? box.decode([Int?].self, forKey: .batch_shape)
        }
    }
}
