import Files

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What Hugging Face's folders say beside the weights: `config.json` of timm and transformers, and
/// `preprocessor_config.json`. Every text, number and list of numbers becomes an attribute under "hf.".
struct HuggingFaceSettings {
    /// The names under which the Hub keeps a model's weights, the one to read first.
    static let weightNames = [
        "model.safetensors", "open_clip_model.safetensors", "diffusion_pytorch_model.safetensors", "pytorch_model.bin",
        "tf_model.h5",
    ]
    /// The longest description that is read.
    private static let maximumBytes = 1 << 24
    /// How many settings are kept, and how long a text may be; the list of classes may be longer.
    private static let maximumCount = 96
    private static let maximumTextBytes = 512

    /// "hf.architecture": "mobilenetv3_small_100", "hf.mean": "0.485, 0.456, 0.406".
    private(set) var attributes: [String: String] = [:]

    /// The settings in the folder; nil without a `config.json` that names a model.
    init?(folder: String) {
        guard let config = Self.object("\(folder)/config.json"),
            config["architecture"] != nil || config["architectures"] != nil || config["model_type"] != nil
                || config["_class_name"] != nil
        else { return nil }
        add(config)
        // timm keeps what concerns the weights under a key of its own.
        if case .object(let own)? = config["pretrained_cfg"] { add(own) }
        if case .list(let names)? = config["architectures"], case .text(let first)? = names.first {
            set("architectures", first)
        }
        if let labels = Self.labels(config) { attributes["hf.labels"] = labels }
        guard let images = Self.object("\(folder)/preprocessor_config.json") else { return }
        for (key, name) in [("image_mean", "mean"), ("image_std", "std"), ("resample", "resample")] {
            if let text = images[key]?.text { set(name, text) }
        }
        if let size = images["crop_size"]?.side ?? images["size"]?.side { set("input_size", "3, \(size), \(size)") }
        if let size = images["size"]?.side { set("resize", "\(size)") }
        for key in ["do_resize", "do_center_crop", "do_normalize", "do_flip_channel_order", "rescale_factor"] {
            if let text = images[key]?.text { set(key, text) }
        }
    }

    private mutating func add(_ object: [String: Value]) {
        for (key, value) in object.sorted(by: { $0.key < $1.key }) {
            if let text = value.text { set(key, text) }
        }
    }

    private mutating func set(_ key: String, _ text: String) {
        guard text.utf8.count <= Self.maximumTextBytes, key.utf8.count <= 64,
            attributes.count < Self.maximumCount || attributes["hf.\(key)"] != nil
        else { return }
        attributes["hf.\(key)"] = text
    }

    /// The classes in their order as a JSON list.
    private static func labels(_ config: [String: Value]) -> String? {
        var names: [String] = []
        if case .object(let table)? = config["id2label"] {
            for index in 0..<table.count {
                guard case .text(let name)? = table[String(index)] else { return nil }
                names.append(name)
            }
        } else if case .list(let list)? = config["label_names"] {
            names = list.compactMap { if case .text(let name) = $0 { name } else { nil } }
        }
        guard !names.isEmpty, !names.enumerated().allSatisfy({ $1 == "LABEL_\($0)" }) else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return (try? encoder.encode(names)).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func object(_ path: String) -> [String: Value]? {
        guard let text = try? InputFile.text(path, limitBytes: maximumBytes),
            case .object(let object)? = try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
        else { return nil }
        return object
    }

    /// Any JSON value.
    private enum Value: Decodable {
        case object([String: Value])
        case list([Value])
        case text(String)
        case number(Double)
        case boolean(Bool)
        case none

        init(from decoder: any Decoder) throws {
            let box = try decoder.singleValueContainer()
            if box.decodeNil() {
                self = .none
            } else if let value = try? box.decode(Bool.self) {
                self = .boolean(value)
            } else if let value = try? box.decode(Double.self) {
                self = .number(value)
            } else if let value = try? box.decode(String.self) {
                self = .text(value)
            } else if let value = try? box.decode([Value].self) {
                self = .list(value)
            } else {
                self = .object(try box.decode([String: Value].self))
            }
        }

        /// A text, a number, a truth value, or a list of such.
        var text: String? {
            switch self {
            case .text(let text): return text
            case .boolean(let value): return value ? "true" : "false"
            case .number(let number):
                return number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
            case .list(let items):
                let texts = items.compactMap { item -> String? in
                    if case .list = item { return nil }
                    return item.text
                }
                return texts.count == items.count && !texts.isEmpty ? texts.joined(separator: ", ") : nil
            case .object, .none: return nil
            }
        }

        /// A side of an image: a number, or the height or shortest edge of an object.
        var side: Int? {
            switch self {
            case .number(let number): return number > 0 && number < 1e6 ? Int(number) : nil
            case .object(let object): return object["height"]?.side ?? object["shortest_edge"]?.side
            default: return nil
            }
        }
    }
}

extension Checkpoint {
    /// The file with the settings that lie beside it, where it is called as the Hub calls weights, or is a folder.
    func withSettings(beside path: String) -> Checkpoint {
        let isFolder = InputFile.isFolder(path)
        let name = FilePaths.name(of: path)
        guard isFolder || HuggingFaceSettings.weightNames.contains(name) || name.hasSuffix(".index.json") else {
            return self
        }
        let folder =
            isFolder ? (path.hasSuffix("/") ? String(path.dropLast()) : path) : FilePaths.folder(of: path)
        guard let settings = HuggingFaceSettings(folder: folder) else { return self }
        return with(attributes: settings.attributes)
    }
}
