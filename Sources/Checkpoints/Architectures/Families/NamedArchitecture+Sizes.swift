// What published names say of a network's size, in the words of its title.
extension NamedArchitecture {
    /// Words that the title must have; `name` is in lower case, without what stands behind a dot.
    static func words(_ name: String, family: ConvNetwork.Family) -> [String] {
        let parts = name.split(separator: "_").map(String.init)
        switch family {
        case .mobileNetV3:
            let size = name.contains("_small") ? ["Small"] : name.contains("_large") ? ["Large"] : []
            return size + (parts.contains("minimal") ? ["minimalistic"] : [])
        case .efficientNet:
            for (mark, word) in [("_lite", "Lite"), ("_b", "B")] {
                guard let range = name.firstRange(of: mark) else { continue }
                let digits = name[range.upperBound...].prefix { $0.isNumber }
                if !digits.isEmpty { return ["-\(word)\(digits)"] }
            }
            return []
        case .efficientNetV2:
            // timm's own rw_m is none of the published.
            let size = parts.last { ["t", "s", "m", "l", "xl", "b0", "b1", "b2", "b3"].contains($0) }
            return parts.contains("rw") && size == "m" ? [] : size.map { ["-\($0.uppercased()) "] } ?? []
        case .efficientNetEdgeTPU:
            return parts.lazy.compactMap { ["es": "-S ", "em": "-M ", "el": "-L "][$0] }.first.map { [$0] } ?? []
        case .resNet: return residual(name)
        case .regNet: return regular(name)
        case .convNeXt:
            let sizes = [
                "zepto", "atto", "femto", "pico", "nano", "tiny", "small", "base", "large", "xlarge", "huge", "xxlarge",
            ]
            let size = parts.dropFirst().first(where: sizes.contains).map(convNeXtWord)
            return (size.map { ["-\($0) "] } ?? []) + (name.hasPrefix("convnextv2") ? ["V2"] : [])
        case .repVGG, .mobileOne:
            let sizes = ["a0", "a1", "a2", "b0", "b1", "b2", "b3", "s0", "s1", "s2", "s3", "s4"]
            return parts.last.flatMap { sizes.contains($0) ? ["-\($0.uppercased()) "] : nil } ?? []
        case .vgg, .denseNet:
            let digits = name.drop { !$0.isNumber }.prefix { $0.isNumber }
            return digits.isEmpty ? [] : [String(digits)]
        default: return []
        }
    }

    private static func convNeXtWord(_ size: String) -> String {
        ["xlarge": "XLarge", "xxlarge": "XXLarge"][size] ?? size.prefix(1).uppercased() + size.dropFirst()
    }

    /// Depth, groups, width and stem; light and small networks have depths of their own.
    private static func residual(_ name: String) -> [String] {
        let digits = name.drop { !$0.isNumber }.prefix { $0.isNumber }
        guard digits.count >= 2, !name.contains("light") else { return [] }
        var words = ["-\(digits)"]
        if name.contains("resnext") { words.append("ResNeXt") }
        if name.hasPrefix("wide_") { words.append("Wide") }
        if name.hasPrefix("seresne") { words.append("SE-") }
        if name.hasPrefix("resnetrs") { words.append("RS") }
        let letter = name.drop { !$0.isNumber }.drop { $0.isNumber }.prefix { $0 != "_" }
        return words + (["d", "t"].contains(letter) ? ["-\(letter.uppercased())"] : [])
    }

    /// Letter and size of a RegNet: "regnety_016" of timm and "regnet_y_1_6gf" of torchvision are Y-1.6GF.
    private static func regular(_ name: String) -> [String] {
        guard let letter = name.first(where: { $0 == "x" || $0 == "y" })?.uppercased(),
            let start = name.firstIndex(where: \.isNumber)
        else { return [] }
        let size = name[start...]
        if let range = size.firstRange(of: "mf") { return ["\(letter)-\(size[..<range.lowerBound])MF"] }
        let gigas: Double?
        if let range = size.firstRange(of: "gf") {
            gigas = Double(size[..<range.lowerBound].replacing("_", with: "."))
        } else {
            let digits = size.prefix { $0.isNumber }
            guard digits.count >= 3, let hundreds = Int(digits) else { return [] }
            if hundreds < 10 { return ["\(letter)-\(hundreds)00MF"] }
            gigas = Double(hundreds) / 10
        }
        guard let gigas else { return [] }
        return ["\(letter)-" + (gigas < 10 ? "\(gigas)" : "\(Int(gigas))") + "GF"]
    }

    /// Pixels of images that names have behind the width, or without one.
    private static let imageSides: Set<Int> = [96, 112, 128, 144, 160, 176, 192]

    /// The width multiplier: "mobilenetv2_050", "mobilenet_v2_1.4_224", "shufflenet_v2_x0_5", "mnasnet0_5".
    static func width(_ name: String, family: ConvNetwork.Family) -> [String] {
        let families: [ConvNetwork.Family] = [.mobileNetV1, .mobileNetV2, .mobileNetV3, .mnasNet, .ghostNet, .reXNet]
        if family == .squeezeNet || family == .shuffleNetV2 || name.hasPrefix("mnasnet") {
            let digits = name.suffix(while: { $0.isNumber || $0 == "_" || $0 == "." }).drop { !$0.isNumber }
            let parts = digits.split { $0 == "_" || $0 == "." }
            if parts.count == 2, parts.allSatisfy({ $0.count == 1 }) {
                return [(family == .shuffleNetV2 ? "x" : " ") + parts.joined(separator: ".") + " "]
            }
        }
        guard families.contains(family) else { return [] }
        let whole = name.split(separator: "_")
        for part in whole.dropFirst() {
            let numbers = part.split(separator: ".")
            if numbers.count == 2, let width = Double(part), numbers[0].count == 1, (0.1...5).contains(width) {
                return [" \(width) "]
            }
        }
        guard let plain = name.split(separator: ".").first else { return [] }
        for part in plain.split(separator: "_").dropFirst() {
            let digits = part.prefix { $0.isNumber }
            guard digits.count == 3, part.count <= 4, let hundredths = Int(digits), hundredths >= 10,
                hundredths <= 200 || [280, 300].contains(hundredths),
                family == .ghostNet || !imageSides.contains(hundredths)
            else { continue }
            return [" \(Double(hundredths) / 100) "]
        }
        return []
    }
}

extension String {
    /// The longest end whose characters all fulfil the condition.
    fileprivate func suffix(while condition: (Character) -> Bool) -> Substring {
        var start = endIndex
        while start > startIndex, condition(self[index(before: start)]) { start = index(before: start) }
        return self[start...]
    }
}
