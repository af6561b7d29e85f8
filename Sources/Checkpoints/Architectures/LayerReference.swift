import Diagnostics

/// A layer as people name it: by its number ("5", "#5") or by its name ("conv_dw_4").
public enum LayerReference: Sendable, Equatable {
    /// The number that 'classify' prints, the stem being 1.
    case number(Int)
    /// The layer's name in the file.
    case name(String)

    /// Reads a number or a name; nil for an empty text.
    public init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        let digits = text.hasPrefix("#") ? String(text.dropFirst()) : text
        self = Int(digits).map(Self.number) ?? .name(text)
    }

    /// The number of the layer that is meant among the `layers` of `subject`; a number is given back as it is.
    ///
    /// Letters' case counts only where two names differ in nothing else.
    /// Throws `weights.noLayer` with the nearest name.
    public func number(among layers: [(number: Int, name: String)], of subject: String) throws -> Int {
        guard case .name(let name) = self else {
            guard case .number(let number) = self else { return 0 }
            return number
        }
        let found =
            layers.first { $0.name == name } ?? layers.first { $0.name.lowercased() == name.lowercased() }
        guard let found else {
            throw KernelVizError(
                code: "weights.noLayer", subject: subject, found: "no layer '\(name)' with N×N kernels",
                expected: layers.isEmpty
                    ? "a network with N×N convolutions" : "a name, or a number from 1 to \(layers.count)",
                advice: NearestName.advice(for: name, among: layers.map(\.name))
                    ?? "Run 'kernelviz classify \(subject)' to see the layers")
        }
        return found.number
    }
}

extension ConvNetwork {
    /// The spatial layer that is meant.
    ///
    /// Throws `weights.noLayer` or `weights.layerOutOfRange`.
    public func spatialLayer(_ reference: LayerReference) throws -> ConvLayer {
        try spatialLayer(
            reference.number(
                among: spatialLayers.compactMap { layer in layer.number.map { ($0, layer.name) } },
                of: checkpoint.path))
    }
}
