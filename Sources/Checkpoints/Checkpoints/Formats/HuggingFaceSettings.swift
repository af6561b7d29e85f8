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
    /// Arguments of timm's models that change nothing of a trained network's logits, or that its weights tell.
    private static let harmlessArguments: Set<String> = [
        "drop_rate", "drop_path_rate", "drop_block_rate", "drop_connect_rate", "img_size", "in_chans", "num_classes",
        "pretrained", "checkpoint_path", "exportable", "scriptable", "no_jit", "bn_momentum",
    ]
    /// Arguments that are kept by themselves: the network follows them, or does not run.
    private static let keptArguments = ["bn_eps", "act_layer", "output_stride"]
    /// How many settings are kept, and how long a text may be; the list of classes may be longer.
    private static let maximumCount = 96
    private static let maximumTextBytes = 512

    /// "hf.architecture": "mobilenetv3_small_100", "hf.mean": "0.485, 0.456, 0.406".
    private(set) var attributes: [String: String] = [:]
    /// What of the files cannot be used, one sentence each.
    private(set) var notes: [String] = []

    /// The settings in the folder: none without a `config.json` that names a model.
    init(folder: String) {
        guard let config = object("config.json", in: folder),
            config["architecture"] != nil || config["architectures"] != nil || config["model_type"] != nil
                || config["_class_name"] != nil
        else { return }
        add(config)
        // timm keeps what concerns the weights under a key of its own.
        if case .object(let own)? = config["pretrained_cfg"] {
            add(own)
            // The model's own number of classes; that of the weights which it was trained on may be another.
            if let count = config["num_classes"]?.text { set("num_classes", count) }
        } else if let other = config["pretrained_cfg"], other.text != nil {
            notes.append(
                "config.json: 'pretrained_cfg' is no object; how its images are prepared is not known from it.")
        }
        if case .list(let names)? = config["architectures"], case .text(let first)? = names.first {
            set("architectures", first)
        }
        readLabels(config)
        if case .object(let arguments)? = config["model_args"] {
            var telling = Set(arguments.keys).subtracting(Self.harmlessArguments)
            for name in Self.keptArguments {
                guard let text = arguments[name]?.text else { continue }
                set("model_args.\(name)", text)
                telling.remove(name)
            }
            if !telling.isEmpty { set("model_args", telling.sorted().joined(separator: ", ")) }
        }
        if let images = object("preprocessor_config.json", in: folder) { readImages(images) }
        notes += HubConfig(attributes)?.problems ?? []
    }

    /// What transformers writes of the preparation of images.
    private mutating func readImages(_ images: [String: Value]) {
        attributes["hf.preprocessor"] = "preprocessor_config.json"
        for (key, name) in [("image_mean", "mean"), ("image_std", "std"), ("resample", "resample")] {
            if let text = images[key]?.text { set(name, text) }
        }
        let crops = images["do_center_crop"]?.text != "false"
        if let size = (crops ? images["crop_size"]?.side : nil) ?? images["size"]?.side {
            set("input_size", "3, \(size), \(size)")
        }
        if let size = images["size"]?.side { set("resize", "\(size)") }
        if case .object(let size)? = images["size"], size["shortest_edge"] == nil, size["height"] != nil {
            set("resize_mode", "squash")
        }
        for key in [
            "do_resize", "do_center_crop", "do_normalize", "do_rescale", "do_flip_channel_order", "rescale_factor",
            "rescale_offset", "include_top", "crop_pct", "image_processor_type", "feature_extractor_type",
        ] {
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

    /// The classes in their order, as a JSON list: transformers' `id2label`, timm's `label_descriptions`, which are for
    /// people, or `label_names`.
    private mutating func readLabels(_ config: [String: Value]) {
        guard let names = labels(config), !names.isEmpty, !names.enumerated().allSatisfy({ $1 == "LABEL_\($0)" })
        else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        attributes["hf.labels"] = (try? encoder.encode(names)).map { String(decoding: $0, as: UTF8.self) }
    }

    private mutating func labels(_ config: [String: Value]) -> [String]? {
        if case .object(let table)? = config["id2label"] {
            var names: [String] = []
            for index in 0..<table.count {
                guard case .text(let name)? = table[String(index)] else {
                    notes.append(
                        "config.json: 'id2label' has no name for class \(index) of \(table.count); its names are left out."
                    )
                    return nil
                }
                names.append(name)
            }
            return names
        }
        // timm's pretrained_cfg may hold the list as well.
        var own: [String: Value] = [:]
        if case .object(let object)? = config["pretrained_cfg"] { own = object }
        guard case .list(let list)? = config["label_names"] ?? own["label_names"] else { return nil }
        let names = list.compactMap { if case .text(let name) = $0 { name } else { nil } }
        guard names.count == list.count else {
            notes.append(
                "config.json: \(list.count - names.count) of its 'label_names' are no text; they are left out.")
            return nil
        }
        guard case .object(let table)? = config["label_descriptions"] ?? own["label_descriptions"] else { return names }
        return names.map { name in
            if case .text(let words)? = table[name], !words.isEmpty { return words }
            return name
        }
    }

    /// The object that a file of the folder holds; nil, said in ``notes``, where it is there and holds none.
    private mutating func object(_ name: String, in folder: String) -> [String: Value]? {
        let path = "\(folder)/\(name)"
        guard (try? InputFile.sizeBytes(path)) != nil else { return nil }
        let reason: String
        do {
            let text = try InputFile.text(path, limitBytes: Self.maximumBytes)
            if case .object(let object)? = try? JSONDecoder().decode(Value.self, from: Data(text.utf8)) {
                return object
            }
            reason = text.isEmpty ? "it is empty" : "it is not the JSON of an object, or is cut off"
        } catch {
            reason = "it cannot be read as text"
        }
        notes.append("\(name) beside the weights is passed over: \(reason); nothing in it is used.")
        return nil
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
        let settings = HuggingFaceSettings(folder: folder)
        guard !settings.attributes.isEmpty || !settings.notes.isEmpty else { return self }
        return with(attributes: settings.attributes, notes: settings.notes)
    }
}
