extension KernelClassification: Codable {
    private enum Key: CodingKey {
        case label, shape, fit, weightFit, margin, nullProbability, isBeyondChance, stability, sigmaPixels, axes
        case angleDegrees, polarity, offset, dcGain, spectralClass, relativeSpread, nearest, secondNearest
        case probability, secondLabel, secondProbability, sigmaAtBound, sigmaBoundPixels
    }

    /// Writes one value a property, those that are nil left out; numbers with the digits of single precision.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(label, forKey: .label)
        try container.encode(shape, forKey: .shape)
        try container.encode(Float(fit), forKey: .fit)
        try container.encode(Float(weightFit), forKey: .weightFit)
        try container.encode(Float(margin), forKey: .margin)
        try container.encode(Float(nullProbability), forKey: .nullProbability)
        try container.encode(isBeyondChance, forKey: .isBeyondChance)
        try container.encodeIfPresent(stability.map { Float($0) }, forKey: .stability)
        try container.encodeIfPresent(sigmaPixels.map { Float($0) }, forKey: .sigmaPixels)
        if let bound = sigmaBoundPixels {
            try container.encode(true, forKey: .sigmaAtBound)
            try container.encode(Float(bound), forKey: .sigmaBoundPixels)
        }
        try container.encodeIfPresent(axes, forKey: .axes)
        try container.encodeIfPresent(angleDegrees.map { Float($0) }, forKey: .angleDegrees)
        try container.encode(polarity, forKey: .polarity)
        try container.encodeIfPresent(offset, forKey: .offset)
        try container.encode(Float(dcGain), forKey: .dcGain)
        try container.encode(spectralClass, forKey: .spectralClass)
        try container.encode(Float(relativeSpread), forKey: .relativeSpread)
        try container.encodeIfPresent(nearest, forKey: .nearest)
        try container.encodeIfPresent(secondNearest, forKey: .secondNearest)
        try container.encodeIfPresent(probability, forKey: .probability)
        try container.encodeIfPresent(secondLabel, forKey: .secondLabel)
        try container.encodeIfPresent(secondProbability, forKey: .secondProbability)
    }

    /// Reads what ``encode(to:)`` wrote; throws what decoding throws.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func number(_ key: Key) throws -> Double { Double(try container.decode(Float.self, forKey: key)) }
        func optional(_ key: Key) throws -> Double? {
            try container.decodeIfPresent(Float.self, forKey: key).map { Double($0) }
        }
        self.init(
            label: try container.decode(KernelLabel.self, forKey: .label),
            shape: try container.decode(KernelShape.self, forKey: .shape), fit: try number(.fit),
            margin: try number(.margin), sigmaPixels: try optional(.sigmaPixels), dcGain: try number(.dcGain))
        weightFit = try number(.weightFit)
        nullProbability = try number(.nullProbability)
        isBeyondChance = try container.decode(Bool.self, forKey: .isBeyondChance)
        stability = try optional(.stability)
        if let bound = try optional(.sigmaBoundPixels) { sigmaBoundPixels = bound }
        axes = try container.decodeIfPresent(BlurAxes.self, forKey: .axes)
        angleDegrees = try optional(.angleDegrees)
        polarity = try container.decode(Int.self, forKey: .polarity)
        offset = try container.decodeIfPresent(SIMD2<Float>.self, forKey: .offset)
        spectralClass = try container.decode(SpectralClass.self, forKey: .spectralClass)
        relativeSpread = try number(.relativeSpread)
        nearest = try container.decodeIfPresent(KernelLabel.self, forKey: .nearest)
        secondNearest = try container.decodeIfPresent(KernelLabel.self, forKey: .secondNearest)
        probability = try container.decodeIfPresent(Double.self, forKey: .probability)
        if let second = try container.decodeIfPresent(KernelLabel.self, forKey: .secondLabel),
            let near = try container.decodeIfPresent(Double.self, forKey: .secondProbability)
        {
            setSecond(second, probability: near)
        }
    }
}
