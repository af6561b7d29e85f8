#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a Keras `model_config` says about layers; models inside models are flattened.
struct KerasModelFacts: Sendable, Equatable {
    /// One layer's settings; nil where it has none.
    struct Layer: Sendable, Equatable {
        let className: String
        let stride: Int?
        let padding: String?
        let epsilon: Float?
    }

    /// By the layer's name.
    private(set) var layers: [String: Layer] = [:]
    /// Rows of the input image; nil where free or not said.
    private(set) var inputSize: Int?

    /// Reads the JSON text; what cannot be read counts as not said.
    init(json: String) {
        guard let model = try? JSONDecoder().decode(Node.self, from: Data(json.utf8)) else { return }
        collect(model, depth: 0)
    }

    private mutating func collect(_ node: Node, depth: Int) {
        guard depth < 32 else { return }
        let shape = node.config?.batch_input_shape ?? node.config?.batch_shape
        if inputSize == nil, let shape, shape.count == 4, let rows = shape[1] { inputSize = rows }
        if let name = node.config?.name ?? node.name {
            layers[name] = Layer(
                className: node.class_name ?? "", stride: node.config?.strides?.first, padding: node.config?.padding,
                epsilon: node.config?.epsilon)
        }
        for child in node.config?.layers ?? [] { collect(child, depth: depth + 1) }
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
        var batch_input_shape: [Int?]?
        var batch_shape: [Int?]?

        enum Keys: String, CodingKey { case name, layers, strides, padding, epsilon, batch_input_shape, batch_shape }

        init(layers: [Node]) { self.layers = layers }

        init(from decoder: any Decoder) throws {
            let box = try decoder.container(keyedBy: Keys.self)
            name = try? box.decode(String.self, forKey: .name)
            layers = try? box.decode([Node].self, forKey: .layers)
            strides = try? box.decode([Int].self, forKey: .strides)
            padding = try? box.decode(String.self, forKey: .padding)
            epsilon = try? box.decode(Float.self, forKey: .epsilon)
            batch_input_shape = try? box.decode([Int?].self, forKey: .batch_input_shape)
            batch_shape = try? box.decode([Int?].self, forKey: .batch_shape)
        }
    }
}
