/// How many numbers a net holds, by kind.
public struct ParameterCounts: Sendable, Equatable, Codable {
    /// Trained numbers, batch normalisation's γ and β included.
    public var learnable: Int
    /// Weights of fixed kernels, one kernel a channel.
    public var fixed: Int
    /// Running means and variances of batch normalisation.
    public var batchNormRunning: Int

    /// Groups the three counts.
    public init(learnable: Int = 0, fixed: Int = 0, batchNormRunning: Int = 0) {
        self.learnable = learnable
        self.fixed = fixed
        self.batchNormRunning = batchNormRunning
    }

    static func += (sum: inout ParameterCounts, part: ParameterCounts) {
        sum.learnable += part.learnable
        sum.fixed += part.fixed
        sum.batchNormRunning += part.batchNormRunning
    }
}

/// The cost of one part of a net at a given input size.
public struct PartCounts: Sendable, Equatable, Codable {
    /// "stem", "stage1" … "stage4", "head"; "last unit" for the part of stage 4 behind its blocks.
    public let name: String
    /// Output channels; the classes for the head.
    public let channels: Int
    /// Output rows.
    public let height: Int
    /// Output columns.
    public let width: Int
    /// Numbers held.
    public var parameters = ParameterCounts()
    /// Multiply-accumulates of convolutions and linear layers for one image, fixed kernels and squeeze-excite included.
    public var macs = 0
    /// FLOPs for one image as fvcore counts them: ``macs`` + 2 per batch-normalised element + 1 per pooled element.
    public var fvcoreFLOPs = 0
}

/// The cost of a net, part by part, exact.
public struct VGNetCounts: Sendable, Equatable, Codable {
    /// Stem, stages 1 to 4 (the last unit belongs to stage 4), head.
    public let parts: [PartCounts]
    /// The unit behind the blocks of stage 4, already counted there.
    public let lastUnit: PartCounts

    /// The sum over the parts.
    public var parameters: ParameterCounts { parts.reduce(into: ParameterCounts()) { $0 += $1.parameters } }
    /// Multiply-accumulates for one image.
    public var macs: Int { parts.reduce(0) { $0 + $1.macs } }
    /// FLOPs for one image as fvcore 0.1.5 counts them.
    public var fvcoreFLOPs: Int { parts.reduce(0) { $0 + $1.fvcoreFLOPs } }
}

extension VGNetConfig {
    /// The numbers that the net holds.
    public var parameters: ParameterCounts { counts(inputHeight: inputSize, inputWidth: inputSize).parameters }

    /// Multiply-accumulates for one image of `inputHeight` × `inputWidth` pixels.
    public func macs(inputHeight: Int, inputWidth: Int) -> Int {
        counts(inputHeight: inputHeight, inputWidth: inputWidth).macs
    }

    /// The exact cost of every part for one image of `inputHeight` × `inputWidth` pixels, both positive.
    public func counts(inputHeight: Int, inputWidth: Int) -> VGNetCounts {
        precondition(inputHeight > 0 && inputWidth > 0)
        var height = outputLength(inputHeight, stemStride)
        var width = outputLength(inputWidth, stemStride)
        var stem = PartCounts(name: "stem", channels: channels[0], height: height, width: width)
        stem.addConvolution(weights: 9 * inputChannels * channels[0], isLearnable: true)
        stem.addBatchNorm(channels: channels[0])
        var parts = [stem]
        var lastUnit = PartCounts(name: "last unit", channels: channels[4], height: 0, width: 0)
        for stage in 1...4 {
            height = outputLength(height, stride(ofStage: stage))
            width = outputLength(width, stride(ofStage: stage))
            var part = PartCounts(name: "stage\(stage)", channels: channels[stage], height: height, width: width)
            addDownsampling(stage, to: &part)
            for block in 1..<max(1, blocks[stage - 1]) { addHalfIdentity(stage, block, to: &part) }
            if stage == 4 {
                lastUnit = PartCounts(name: "last unit", channels: channels[4], height: height, width: width)
                addLast(to: &lastUnit)
                part.add(lastUnit)
            }
            parts.append(part)
        }
        var head = PartCounts(name: "head", channels: classes, height: 1, width: 1)
        head.parameters.learnable = channels[4] * classes + classes
        head.macs = channels[4] * classes
        head.fvcoreFLOPs = head.macs + channels[4] * height * width
        return VGNetCounts(parts: parts + [head], lastUnit: lastUnit)
    }

    /// 3×3 with padding 1: ceil(length / stride).
    private func outputLength(_ length: Int, _ stride: Int) -> Int { (length + stride - 1) / stride }

    private func addDownsampling(_ stage: Int, to part: inout PartCounts) {
        let split = split(ofStage: stage)
        let inputs = split.inputChannels
        let fixed = downsampling(ofStage: stage).fixedChannels(of: inputs)
        part.addConvolution(weights: 9 * inputs, learnable: 9 * (inputs - fixed), fixed: 9 * fixed)
        addForm(channels: inputs - fixed, hasSkip: stride(ofStage: stage) == 1, to: &part)
        part.addConvolution(weights: split.inputChannels * split.newChannels, isLearnable: true)
        part.addBatchNorm(channels: split.newChannels)
        addSqueezeExcite(split.newChannels, to: &part)
    }

    private func addHalfIdentity(_ stage: Int, _ block: Int, to part: inout PartCounts) {
        let split = identitySplit(ofStage: stage, block: block)
        let area = kernelSize[stage] * kernelSize[stage]
        part.addConvolution(weights: area * split.filteredChannels, isLearnable: half[stage] == .learnable)
        if half[stage] == .learnable {
            addForm(channels: split.filteredChannels, hasSkip: true, to: &part)
        } else {
            part.addBatchNorm(channels: split.filteredChannels)
        }
        part.addConvolution(weights: split.width * split.newChannels, isLearnable: true)
        part.addBatchNorm(channels: split.newChannels)
        addSqueezeExcite(split.newChannels, to: &part)
    }

    /// What stands around learned depthwise kernels.
    private func addForm(channels: Int, hasSkip: Bool, to part: inout PartCounts) {
        guard channels > 0 else { return }
        switch depthwise {
        case .plain: break
        case .biased: part.parameters.learnable += channels
        case .normalized: part.addBatchNorm(channels: channels)
        case .branched:
            part.addBatchNorm(channels: channels)
            if hasSkip { part.addBatchNorm(channels: channels) }
        }
    }

    private func addLast(to part: inout PartCounts) {
        let width = channels[4]
        switch last {
        case .shared(let groups): part.addConvolution(weights: 9 * width, learnable: 9 * width / groups, fixed: 0)
        case .learnable:
            part.addConvolution(weights: 9 * width, isLearnable: true)
            addForm(channels: width, hasSkip: true, to: &part)
        case .bank:
            part.addConvolution(weights: 9 * width, isLearnable: false)
            part.addBatchNorm(channels: width)
        }
        part.addConvolution(weights: width * width, isLearnable: true)
        part.addBatchNorm(channels: width)
    }

    private func addSqueezeExcite(_ width: Int, to part: inout PartCounts) {
        guard let squeezeExcite else { return }
        let reduced = squeezeExcite.reducedChannels(for: width)
        part.parameters.learnable += 2 * width * reduced + reduced + width
        part.macs += 2 * width * reduced
        part.fvcoreFLOPs += 2 * width * reduced + width * part.height * part.width
    }
}

extension PartCounts {
    /// A convolution whose weights are each used once per output pixel of this part.
    mutating func addConvolution(weights: Int, isLearnable: Bool) {
        addConvolution(weights: weights, learnable: isLearnable ? weights : 0, fixed: isLearnable ? 0 : weights)
    }

    mutating func addConvolution(weights: Int, learnable: Int, fixed: Int) {
        parameters.learnable += learnable
        parameters.fixed += fixed
        macs += weights * height * width
        fvcoreFLOPs += weights * height * width
    }

    mutating func addBatchNorm(channels: Int) {
        parameters.learnable += 2 * channels
        parameters.batchNormRunning += 2 * channels
        fvcoreFLOPs += 2 * channels * height * width
    }

    mutating func add(_ other: PartCounts) {
        parameters += other.parameters
        macs += other.macs
        fvcoreFLOPs += other.fvcoreFLOPs
    }
}
