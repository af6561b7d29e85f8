/// What the `config.json` and `preprocessor_config.json` of a Hugging Face folder say of a network, timm's and
/// transformers' words as one value. Reading leaves their settings as attributes under "hf.".
public struct HubConfig: Sendable, Equatable {
    /// The architecture as the file names it ("efficientnet_b0", "ResNetForImageClassification"); nil where it does not.
    public private(set) var architecture: String?
    /// Outputs of the classifier; nil where the file does not say.
    public private(set) var classCount: Int?
    /// The classes in the order of the outputs; nil where the file has none.
    public private(set) var classNames: [String]?
    /// Channels of the images; nil where the file does not say.
    public private(set) var inputChannels: Int?
    /// Rows and columns of the images that the network takes; nil where the file does not say.
    public private(set) var inputSize: Int?
    /// Subtracted from each plane, in 0…255, and then multiplied onto it; nil where the file does not say.
    public private(set) var normalisation: (mean: [Float], scale: [Float])?
    /// "RGB" or "BGR"; nil where the file does not say.
    public private(set) var channelOrder: InputConvention.ChannelOrder?
    /// Pixels of the shorter side before the crop; nil where images are not resized or the file does not say.
    public private(set) var resize: Int?
    /// "bilinear" or "bicubic"; nil where the file does not say or names another filter.
    public private(set) var interpolation: String?
    /// How convolutions pad; nil where the file does not say.
    public private(set) var padding: InputConvention.Padding?
    /// ε of batch normalisation; nil where the file does not say.
    public private(set) var epsilon: Float?
    /// The function that timm or transformers was told to build the model with, in its words ("hard_swish"); nil where it
    /// was told none.
    package var activation: String? { setting("model_args.act_layer") ?? setting("hidden_act") }
    /// What the settings call it.
    package var activationKey: String { setting("model_args.act_layer") == nil ? "hidden_act" : "act_layer" }
    /// Settings that cannot be used as they stand, one sentence each.
    public private(set) var problems: [String] = []
    /// The file that speaks of images.
    public private(set) var imageSource = "config.json"

    /// The file that speaks of the network.
    package static let source = "config.json"

    private let attributes: [String: String]

    /// Reads a checkpoint's attributes; nil where there is no setting of these files among them.
    public init?(_ attributes: [String: String]) {
        guard attributes.keys.contains(where: { $0.hasPrefix("hf.") }) else { return nil }
        self.attributes = attributes
        if let file = setting("preprocessor") { imageSource = file }
        architecture = setting("architecture") ?? setting("architectures") ?? setting("model_type")
        readClasses()
        inputChannels = (setting("in_chans") ?? setting("num_channels")).flatMap { Int($0) }
        readSize()
        readNormalisation()
        readResizing()
        if setting("tf_padding") == "true" { padding = .tensorFlowSame }
        if setting("tf_padding") == "false" { padding = .torch }
        // Other networks' layer_norm_eps is that of a layer normalisation.
        let isMobileNet = setting("model_type")?.hasPrefix("mobilenet_v") == true
        epsilon =
            number("model_args.bn_eps") ?? number("batch_norm_eps") ?? (isMobileNet ? number("layer_norm_eps") : nil)
    }

    /// Two values are equal where what they were read from is.
    public static func == (a: HubConfig, b: HubConfig) -> Bool { a.attributes == b.attributes }

    /// How a photograph becomes the network's input, as far as the files say.
    package var preprocessing: NetworkDescription.Preprocessing? {
        let isResized = setting("do_resize") != "false"
        guard let inputSize, resize != nil || interpolation != nil || !isResized else { return nil }
        var result = NetworkDescription.Preprocessing()
        (result.crop, result.interpolation) = (inputSize, interpolation)
        result.resize = isResized ? resize ?? inputSize : nil
        return result
    }

    // MARK: - Settings

    private func setting(_ name: String) -> String? { attributes["hf.\(name)"] }

    /// A finite number; said where it is none.
    private mutating func number(_ name: String) -> Float? {
        guard let text = setting(name) else { return nil }
        guard let value = Float(text), value.isFinite, value > 0 else {
            complain(name, text, "a number above 0")
            return nil
        }
        return value
    }

    private mutating func complain(_ name: String, _ text: String, _ expected: String, file: String? = nil) {
        problems.append("\(file ?? Self.source): '\(name)' is \(text.prefix(40)), not \(expected); it is not used.")
    }

    private mutating func readClasses() {
        classNames = setting("labels").flatMap { NetworkDescription.decoded([String].self, $0) }
        for name in ["num_classes", "num_labels"] {
            guard classCount == nil, let text = setting(name) else { continue }
            classCount = Int(text).flatMap { $0 >= 0 ? $0 : nil }
            if classCount == nil { complain(name, text, "a number of classes") }
        }
        if classCount == nil { classCount = classNames?.count }
    }

    private mutating func readSize() {
        guard let text = setting("input_size") ?? setting("image_size") else { return }
        let numbers = text.split(separator: ",").map { Int($0.drop { $0 == " " }) }
        let sides = numbers.compactMap { $0 }.suffix(2)
        guard numbers.count == sides.count || numbers.count == 3, numbers.allSatisfy({ $0 != nil }),
            let side = sides.last, sides.allSatisfy({ InputConvention.sizes.contains($0) })
        else { return complain("input_size", "[\(text)]", "channels, rows and columns", file: imageSource) }
        guard sides.first == side else {
            return complain("input_size", "[\(text)]", "as high as wide", file: imageSource)
        }
        inputSize = side
    }

    /// (x · rescale − mean) / std with x in 0…255, as (x − mean / rescale) · (rescale / std).
    private mutating func readNormalisation() {
        if setting("do_flip_channel_order") == "true" { channelOrder = .bgr }
        let rescale = setting("do_rescale") == "false" ? 1 : number("rescale_factor") ?? 1 / 255
        // transformers' EfficientNet may subtract 1 after rescaling.
        let offset: Float = setting("rescale_offset") == "true" ? 1 : 0
        if setting("do_normalize") == "false" {
            normalisation = (Array(repeating: offset / rescale, count: 3), Array(repeating: rescale, count: 3))
            return
        }
        guard setting("mean") != nil || setting("std") != nil else { return }
        let (mean, deviation) = (planes("mean"), planes("std"))
        guard let mean, let deviation, deviation.allSatisfy({ $0 > 0 }), mean.count == deviation.count else {
            let text = "[\(setting("mean") ?? "")] and std [\(setting("std") ?? "")]"
            return complain("mean", text, "a number and a positive one for each plane", file: imageSource)
        }
        // transformers' EfficientNet divides by the deviation once more.
        let power = setting("include_top") == "true"
        // The same numbers as other readers of 0…1 have: (0.485, 0.229) is 0.485 · 255 and 1 / (255 · 0.229).
        let byte = rescale == 1 / 255
        normalisation = (
            mean.map { byte ? ($0 + offset) * 255 : ($0 + offset) / rescale },
            deviation.map { (byte ? 1 / (255 * $0) : rescale / $0) / (power ? $0 : 1) }
        )
    }

    /// One number, or one for each of three planes.
    private func planes(_ name: String) -> [Float]? {
        guard let text = setting(name) else { return nil }
        let numbers = text.split(separator: ",").map { Float($0.drop { $0 == " " }) }
        let found = numbers.compactMap { $0 }.filter(\.isFinite)
        guard found.count == numbers.count, found.count == 3 || found.count == 1 else { return nil }
        return found.count == 1 ? Array(repeating: found[0], count: 3) : found
    }

    private mutating func readResizing() {
        // PIL's numbers of filters.
        let filters = ["0": "nearest", "1": "lanczos", "2": "bilinear", "3": "bicubic", "4": "box", "5": "hamming"]
        if let name = setting("interpolation") ?? setting("resample").map({ filters[$0] ?? $0 }), name != "random" {
            if ["bilinear", "bicubic"].contains(name) {
                interpolation = name
            } else {
                let key = setting("interpolation") == nil ? "resample" : "interpolation"
                complain(key, name, "bilinear or bicubic", file: imageSource)
            }
        }
        guard let size = inputSize, setting("do_resize") != "false" else { return }
        let processor = setting("image_processor_type") ?? setting("feature_extractor_type") ?? ""
        var squashes = ["squash", "border"].contains(setting("crop_mode") ?? "") || setting("resize_mode") == "squash"
        // timm's own share where its settings leave it out.
        let usual = setting("architecture") != nil && setting("preprocessor") == nil ? "0.875" : nil
        if let text = setting("crop_pct") ?? usual {
            guard let share = Double(text), share > 0, share <= 1, Double(size) / share < 65_536 else {
                return complain("crop_pct", text, "a share of the image", file: imageSource)
            }
            // transformers' ConvNeXt takes large images whole.
            let isWhole = processor.hasPrefix("ConvNext") && size >= 384
            squashes = squashes || isWhole
            resize = isWhole ? size : Int((Double(size) / share).rounded(.down))
        } else {
            resize = setting("resize").flatMap { Int($0) }.map { max(size, $0) }
        }
        if squashes {
            problems.append(
                "\(imageSource) squeezes images of other shapes into a square; here their middle is cut out.")
        }
    }
}
