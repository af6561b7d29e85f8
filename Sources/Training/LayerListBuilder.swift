import Diagnostics
import Engine
import EngineOperators
import Tensors

/// Turns a graph's nodes into layers: first the results (which rows hold them), then, from the last layer to the first,
/// where gradients go.
///
/// A row is first known as a reference, buffer · 2³² + channel, and gets its place in the arena when it is known how long
/// each buffer is needed.
struct LayerListBuilder {
    /// A result as references to rows.
    struct Value {
        var references: [Int]
        var height: Int
        var width: Int
        /// Whether anything trained stands before it.
        var needsGradient: Bool
        var plane: Int { height * width }
    }

    struct Buffer {
        let channels: Int
        let plane: Int
    }

    /// A layer that is known but for its gradients.
    struct Draft {
        let inputs: [Value]
        let output: Value
        /// Whether the input's gradient may overwrite the output's: elementwise layers whose input nobody else reads.
        var isInPlace = false
        let make: (_ inputs: [Rows], _ output: Rows, _ upstream: Rows, _ targets: [GradientTarget?]) -> any Layer
    }

    let graph: Graph
    let shapes: [Shape]
    let imagesPerShard: Int
    let momentum: Double
    let memory = PlanMemory()

    private(set) var parameterPlaces: [Int] = []
    private(set) var parameterFloats = 0
    private(set) var packedFloats = 0
    private(set) var factorFloats = 0
    private(set) var statisticsDoubles = 0
    private(set) var scratchFloats = 0

    private var buffers: [Buffer] = []
    private var values: [Value?] = []
    private var drafts: [Draft] = []
    private var inputValue: Value?
    private var readers: [Int] = []
    /// Nodes whose work another node's layer does: a ReLU inside a convolution or a normalisation.
    private var rectifiedConvolutions: Set<Int> = []
    private var rectifiedNormalizations: Set<Int> = []
    /// ReLUs whose way back is done by the normalisation behind them.
    private var maskedByReader: Set<Int> = []
    private var rowLists: [Rows] = []

    init(graph: Graph, shapes: [Shape], imagesPerShard: Int, momentum: Double) {
        self.graph = graph
        self.shapes = shapes
        self.imagesPerShard = imagesPerShard
        self.momentum = momentum
        for parameter in graph.parameters {
            parameterPlaces.append(parameterFloats)
            parameterFloats += (parameter.tensor.shape.elementCount + 15) / 16 * 16
        }
    }

    /// Drafts a layer for every node that the output needs.
    mutating func build() throws {
        let isNeeded = graph.neededNodes
        readers = Array(repeating: 0, count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() where isNeeded[index] {
            for input in node.inputs { readers[input.position] += 1 }
        }
        values = Array(repeating: nil, count: graph.nodes.count)
        for index in graph.nodes.indices where isNeeded[index] { findRectifier(index) }
        for index in graph.nodes.indices where isNeeded[index] { values[index] = try value(of: index) }
    }

    /// A ReLU behind a convolution or normalisation that nobody else reads is computed there.
    private mutating func findRectifier(_ index: Int) {
        let node = graph.nodes[index]
        if case .activation(.relu) = node.operation, let source = node.inputs.first?.position, readers[source] == 1 {
            switch graph.nodes[source].operation {
            case .convolution, .sharedDepthwise: rectifiedConvolutions.insert(source)
            case .batchNormalization: rectifiedNormalizations.insert(source)
            default: break
            }
        }
        if case .batchNormalization = node.operation, let source = node.inputs.first?.position, readers[source] == 1,
            case .activation(.relu) = graph.nodes[source].operation,
            let before = graph.nodes[source].inputs.first?.position, rectifiedConvolutions.contains(before)
        {
            maskedByReader.insert(source)
        }
    }

    private func isLearnable(_ parameter: Graph.ParameterID) -> Bool {
        graph.parameters[parameter.position].kind == .learnable
    }

    private func place(_ parameter: Graph.ParameterID) -> Int { parameterPlaces[parameter.position] }

    private mutating func newValue(_ channels: Int, _ height: Int, _ width: Int, needsGradient: Bool) -> Value {
        buffers.append(Buffer(channels: channels, plane: height * width))
        let first = (buffers.count - 1) << 32
        return Value(
            references: (0..<channels).map { first + $0 }, height: height, width: width, needsGradient: needsGradient)
    }

    private mutating func newValue(_ index: Int, needsGradient: Bool) -> Value {
        let shape = shapes[index]
        return shape.rank == 2
            ? newValue(shape[1], 1, 1, needsGradient: needsGradient)
            : newValue(shape[1], shape[2], shape[3], needsGradient: needsGradient)
    }

    private mutating func value(of index: Int) throws -> Value {
        let node = graph.nodes[index]
        let inputs = node.inputs.map { input -> Value in
            guard let value = values[input.position] else { preconditionFailure("\(node.name) reads nothing") }
            return value
        }
        guard let first = inputs.first else {
            let value = newValue(index, needsGradient: false)
            inputValue = value
            return value
        }
        switch node.operation {
        case .input: return first
        case .concatenate:
            return Value(
                references: inputs.flatMap(\.references), height: first.height, width: first.width,
                needsGradient: inputs.contains { $0.needsGradient })
        case .slice(let range):
            var part = first
            part.references = Array(first.references[range])
            return part
        case .channelShuffle(let groups):
            var shuffled = first
            let perGroup = first.references.count / groups
            shuffled.references = first.references.indices.map {
                first.references[$0 % groups * perGroup + $0 / groups]
            }
            return shuffled
        case .convolution(let convolution):
            let geometry = try graph.windowGeometry(of: node, input: shapes[node.inputs[0].position])
            if DepthwiseLayer.suits(geometry) {
                return draftDepthwise(
                    index, first, geometry, convolution.weight, kernelCount: geometry.inputChannels,
                    bias: convolution.bias)
            }
            return draftConvolution(index, first, geometry, convolution.weight, bias: convolution.bias)
        case .sharedDepthwise(let shared):
            let geometry = try graph.windowGeometry(of: node, input: shapes[node.inputs[0].position])
            guard DepthwiseLayer.suits(geometry) else {
                throw KernelVizError(
                    code: "training.unsupported", subject: "graph: \(node.name)",
                    found: "a shared depthwise convolution of another form", expected: "3×3 kernels with padding 1")
            }
            return draftDepthwise(
                index, first, geometry, shared.weight, kernelCount: graph[shared.weight].shape[0], bias: nil)
        case .linear(let weight, let bias):
            return draftLinear(index, first, weight, bias)
        case .batchNormalization(let norm): return draftNormalization(index, first, norm)
        case .activation(let function): return draftActivation(index, first, function)
        default: return try draftOther(index, inputs)
        }
    }

    private mutating func draftDepthwise(
        _ index: Int, _ input: Value, _ geometry: ConvolutionGeometry, _ weight: Graph.ParameterID, kernelCount: Int,
        bias: Graph.ParameterID?
    ) -> Value {
        let learns = isLearnable(weight)
        let learnsBias = bias.map { isLearnable($0) } ?? false
        let output = newValue(index, needsGradient: input.needsGradient || learns || learnsBias)
        let (left, right) = DepthwiseLayer.edges(geometry)
        let edges = (memory.list(left), memory.list(right))
        let (name, rectified) = (graph.nodes[index].name, rectifiedConvolutions.contains(index))
        let (weightPlace, biasPlace) = (place(weight), bias.map { place($0) })
        drafts.append(
            Draft(inputs: [input], output: output) { inputs, output, upstream, targets in
                DepthwiseLayer(
                    name: name, geometry: geometry, kernelCount: kernelCount, input: inputs[0], output: output,
                    isRectified: rectified, weight: weightPlace, bias: biasPlace, isLearnable: learns,
                    learnsBias: learnsBias, outputGradient: upstream, inputGradient: targets[0], leftEdge: edges.0,
                    rightEdge: edges.1)
            })
        return output
    }

    private mutating func draftConvolution(
        _ index: Int, _ input: Value, _ geometry: ConvolutionGeometry, _ weight: Graph.ParameterID,
        bias: Graph.ParameterID?
    ) -> Value {
        let learns = isLearnable(weight)
        let learnsBias = bias.map { isLearnable($0) } ?? false
        let output = newValue(index, needsGradient: input.needsGradient || learns || learnsBias)
        let rows = geometry.outputChannels / geometry.groups
        let depth = geometry.inputChannels / geometry.groups * geometry.kernelHeight * geometry.kernelWidth
        let forward = packedFloats
        packedFloats += geometry.groups * ConvolutionLayer.packedCount(rows: rows, depth: depth)
        let backward = packedFloats
        packedFloats += geometry.groups * ConvolutionLayer.packedCount(rows: depth, depth: rows)
        let pitch = ConvolutionLayer.unfoldedPitch(geometry)
        let unfolded = Rows(
            start: memory.list((0..<depth).map { $0 * pitch }), count: depth,
            plane: geometry.outputHeight * geometry.outputWidth)
        let (name, rectified) = (graph.nodes[index].name, rectifiedConvolutions.contains(index))
        let (weightPlace, biasPlace) = (place(weight), bias.map { place($0) })
        drafts.append(
            Draft(inputs: [input], output: output) { inputs, output, upstream, targets in
                ConvolutionLayer(
                    name: name, geometry: geometry, input: inputs[0], output: output, isRectified: rectified,
                    weight: weightPlace, bias: biasPlace, packedForward: forward, packedBackward: backward,
                    isLearnable: learns, learnsBias: learnsBias, outputGradient: upstream, inputGradient: targets[0],
                    unfoldedRows: unfolded)
            })
        return output
    }

    /// A linear layer is a 1×1 convolution of images of one pixel.
    private mutating func draftLinear(
        _ index: Int, _ input: Value, _ weight: Graph.ParameterID, _ bias: Graph.ParameterID?
    ) -> Value {
        var input = input
        if input.plane > 1 {
            let flat = newValue(
                input.references.count * input.plane, 1, 1, needsGradient: input.needsGradient)
            let name = graph.nodes[index].name
            drafts.append(
                Draft(inputs: [input], output: flat) { inputs, output, upstream, targets in
                    FlattenLayer(
                        name: name, input: inputs[0], output: output, outputGradient: upstream,
                        inputGradient: targets[0])
                })
            input = flat
        }
        let shape = graph[weight].shape
        let geometry = ConvolutionGeometry(
            inputChannels: shape[1], inputHeight: 1, inputWidth: 1, outputChannels: shape[0], outputHeight: 1,
            outputWidth: 1, kernelHeight: 1, kernelWidth: 1, stride: 1, paddingTop: 0, paddingLeft: 0, groups: 1)
        return draftConvolution(index, input, geometry, weight, bias: bias)
    }

    private mutating func draftNormalization(_ index: Int, _ input: Value, _ norm: BatchNormalization) -> Value {
        let (learnsWeight, learnsBias) = (isLearnable(norm.weight), isLearnable(norm.bias))
        let output = newValue(index, needsGradient: input.needsGradient || learnsWeight || learnsBias)
        let channels = input.references.count
        let (factors, statistics) = (factorFloats, statisticsDoubles)
        factorFloats += 6 * channels
        statisticsDoubles += 2 * channels
        let source = graph.nodes[index].inputs[0].position
        let (name, momentum) = (graph.nodes[index].name, momentum)
        let (before, behind) = (maskedByReader.contains(source), rectifiedNormalizations.contains(index))
        let places = (place(norm.weight), place(norm.bias), place(norm.runningMean), place(norm.runningVariance))
        drafts.append(
            Draft(inputs: [input], output: output, isInPlace: readers[source] == 1) {
                inputs, output, upstream, targets in
                NormalizationLayer(
                    name: name, input: inputs[0], output: output, weight: places.0, bias: places.1,
                    runningMean: places.2, runningVariance: places.3, epsilon: norm.epsilon, momentum: momentum,
                    learnsWeight: learnsWeight, learnsBias: learnsBias, inputIsRectified: before,
                    outputIsRectified: behind, outputGradient: upstream, inputGradient: targets[0], factors: factors,
                    statistics: statistics)
            })
        return output
    }

    private mutating func draftActivation(_ index: Int, _ input: Value, _ function: ActivationFunction) -> Value {
        let source = graph.nodes[index].inputs[0].position
        // The normalisation masks its gradient itself.
        if rectifiedNormalizations.contains(source) || maskedByReader.contains(index) { return input }
        let isComputedBefore = rectifiedConvolutions.contains(source)
        let output = isComputedBefore ? input : newValue(index, needsGradient: input.needsGradient)
        let name = graph.nodes[index].name
        drafts.append(
            Draft(inputs: [input], output: output, isInPlace: readers[source] == 1) {
                inputs, output, upstream, targets in
                ActivationLayer(
                    name: name, function: function, isComputedBefore: isComputedBefore, input: inputs[0],
                    output: output, outputGradient: upstream, inputGradient: targets[0])
            })
        return output
    }

    private mutating func draftOther(_ index: Int, _ inputs: [Value]) throws -> Value {
        let node = graph.nodes[index]
        let name = node.name
        if case .dropout(let rate) = node.operation, rate == 0 { return inputs[0] }
        var needsGradient = inputs.contains { $0.needsGradient }
        if case .affine(let scale, let shift) = node.operation {
            needsGradient = needsGradient || isLearnable(scale) || isLearnable(shift)
        }
        let output = newValue(index, needsGradient: needsGradient)
        let make: (_ inputs: [Rows], _ output: Rows, _ upstream: Rows, _ targets: [GradientTarget?]) -> any Layer
        switch node.operation {
        case .add:
            make = { AdditionLayer(name: name, inputs: $0, output: $1, outputGradient: $2, inputGradients: $3) }
        case .multiply:
            make = {
                MultiplicationLayer(
                    name: name, first: $0[0], second: $0[1], output: $1, outputGradient: $2, firstGradient: $3[0],
                    secondGradient: $3[1])
            }
        case .affine(let scale, let shift):
            let (scalePlace, shiftPlace) = (place(scale), place(shift))
            let (learnsScale, learnsShift) = (isLearnable(scale), isLearnable(shift))
            make = {
                AffineLayer(
                    name: name, input: $0[0], output: $1, scale: scalePlace, shift: shiftPlace,
                    learnsScale: learnsScale, learnsShift: learnsShift, outputGradient: $2, inputGradient: $3[0])
            }
        case .globalAveragePool:
            make = {
                GlobalPoolLayer(name: name, input: $0[0], output: $1, outputGradient: $2, inputGradient: $3[0])
            }
        case .dropout(let rate):
            make = {
                DropoutLayer(
                    name: name, rate: rate, node: index, input: $0[0], output: $1, outputGradient: $2,
                    inputGradient: $3[0])
            }
        case .pool(let pool):
            let geometry = try graph.windowGeometry(of: node, input: shapes[node.inputs[0].position])
            var countsPadding: Bool?
            if case .average(let counts) = pool.kind { countsPadding = counts }
            make = {
                WindowPoolLayer(
                    name: name, geometry: geometry, countsPadding: countsPadding, input: $0[0], output: $1,
                    outputGradient: $2, inputGradient: $3[0])
            }
        default: preconditionFailure("\(name) is handled before")
        }
        drafts.append(Draft(inputs: inputs, output: output, make: make))
        return output
    }
}

extension LayerListBuilder {
    /// The layers with their gradients' rows. Gradient buffers follow the result buffers, one each; a shared one where a
    /// layer works in place.
    mutating func makeLayers() -> (layers: [any Layer], input: Rows, logits: Rows, logitsGradient: Rows) {
        guard let inputValue, let output = graph.output, let logits = values[output.position] else {
            preconditionFailure("a graph without input or output")
        }
        let count = buffers.count
        var gradientBuffer = Array(count..<2 * count)
        buffers += buffers
        // From the last to the first, so that chains of in-place layers share one buffer.
        for draft in drafts.reversed() where draft.isInPlace {
            if let from = wholeBuffer(draft.inputs[0]), let to = wholeBuffer(draft.output), from != to {
                gradientBuffer[from] = gradientBuffer[to]
            }
        }
        var written: Set<Int> = []
        var layers: [any Layer] = []
        func gradients(_ value: Value) -> Value {
            var result = value
            result.references = value.references.map { gradientBuffer[$0 >> 32] << 32 + ($0 & 0xFFFF_FFFF) }
            return result
        }
        let logitsGradient = gradients(logits)
        written.formUnion(logits.references)
        for draft in drafts.reversed() {
            let zeroed = draft.output.needsGradient ? draft.output.references.filter { !written.contains($0) } : []
            var targets: [GradientTarget?] = []
            for input in draft.inputs {
                guard input.needsGradient else {
                    targets.append(nil)
                    continue
                }
                // A layer that rectifies in place rewrites the gradient of its own result.
                let isOwn = input.references == draft.output.references
                let flags = input.references.map { isOwn ? false : !written.insert($0).inserted }
                targets.append(GradientTarget(rows: rows(gradients(input)), accumulates: memory.list(flags)))
            }
            // Going back this comes before the layer itself.
            if !zeroed.isEmpty {
                var part = draft.output
                part.references = zeroed
                layers.append(ZeroGradientLayer(name: "unread channels", rows: rows(gradients(part))))
            }
            let upstream = rows(gradients(draft.output))
            if draft.output.needsGradient {
                layers.append(draft.make(draft.inputs.map { rows($0) }, rows(draft.output), upstream, targets))
            } else {
                layers.append(
                    ForwardOnlyLayer(
                        layer: draft.make(draft.inputs.map { rows($0) }, rows(draft.output), upstream, targets)))
            }
            scratchFloats = max(scratchFloats, scratchCount(layers[layers.count - 1]))
        }
        return (layers.reversed(), rows(inputValue), rows(logits), rows(logitsGradient))
    }

    private func scratchCount(_ layer: any Layer) -> Int {
        switch layer {
        case let layer as ConvolutionLayer: layer.scratchCount
        case let layer as DepthwiseLayer: layer.scratchCount
        case let layer as ForwardOnlyLayer: scratchCount(layer.layer)
        default: 0
        }
    }

    /// The buffer that a value fills in order, or nil.
    private func wholeBuffer(_ value: Value) -> Int? {
        guard let first = value.references.first else { return nil }
        let buffer = first >> 32
        let whole = (0..<buffers[buffer].channels).map { buffer << 32 + $0 }
        return value.references == whole ? buffer : nil
    }

    private mutating func rows(_ value: Value) -> Rows {
        let rows = Rows(start: memory.list(value.references), count: value.references.count, plane: value.plane)
        rowLists.append(rows)
        return rows
    }

    /// Gives every buffer a place in the arena for the phases from its first to its last use; returns the arena's size.
    mutating func place(
        layers: [any Layer], forward: [TrainingPlan.Phase], backward: [TrainingPlan.Phase], keep: [Rows]
    ) -> Int {
        var lives = [ClosedRange<Int>?](repeating: nil, count: buffers.count)
        func touch(_ rows: Rows, _ time: Int) {
            for index in 0..<rows.count {
                let buffer = rows.start[index] >> 32
                let old = lives[buffer] ?? time...time
                lives[buffer] = min(old.lowerBound, time)...max(old.upperBound, time)
            }
        }
        for (time, phase) in forward.enumerated() {
            for stage in phase.stages { layers[stage.layer].touched(isForward: true).forEach { touch($0, time) } }
        }
        // Readable until the next step.
        for rows in keep { touch(rows, forward.count + 1 + backward.count) }
        for (index, phase) in backward.enumerated() {
            let time = forward.count + 1 + index
            for stage in phase.stages { layers[stage.layer].touched(isForward: false).forEach { touch($0, time) } }
        }
        let (places, size) = Self.firstFit(lives.map { $0 }, buffers.map { $0.channels * pitch($0) })
        let pitches = buffers.map { pitch($0) }
        memory.resolve({ places[$0 >> 32] + ($0 & 0xFFFF_FFFF) * pitches[$0 >> 32] }, in: rowLists)
        // Loops may read a register beyond the last row.
        return size + 64
    }

    /// Numbers from one row to the next: an odd number of cache lines, so that rows do not compete for the same places
    /// in the cache.
    private func pitch(_ buffer: Buffer) -> Int {
        let lines = (imagesPerShard * buffer.plane + 15) / 16
        return (lines | 1) * 16
    }

    private static func firstFit(_ lives: [ClosedRange<Int>?], _ sizes: [Int]) -> (places: [Int], size: Int) {
        var places = Array(repeating: 0, count: lives.count)
        var placed: [(range: Range<Int>, life: ClosedRange<Int>)] = []
        var size = 0
        // Large and long-lived ones first leave fewer holes.
        let order = lives.indices.filter { lives[$0] != nil }.sorted {
            let (a, b) = (sizes[$0], sizes[$1])
            return a != b ? a > b : $0 < $1
        }
        for index in order {
            guard let life = lives[index] else { continue }
            var start = 0
            for other in placed where other.life.overlaps(life) {
                if other.range.lowerBound - start >= sizes[index] { break }
                start = max(start, other.range.upperBound)
            }
            places[index] = start
            placed.append((start..<start + sizes[index], life))
            placed.sort { $0.range.lowerBound < $1.range.lowerBound }
            size = max(size, start + sizes[index])
        }
        return (places, size)
    }
}

/// A layer before anything that is trained: nothing goes back through it.
struct ForwardOnlyLayer: Layer {
    let layer: any Layer
    var name: String { layer.name }
    var forwardStages: Int { layer.forwardStages }

    func touched(isForward: Bool) -> [Rows] { isForward ? layer.touched(isForward: true) : [] }
    func prepare(weights: UnsafePointer<Float>, packed: UnsafeMutablePointer<Float>, operators: OperatorTable) {
        layer.prepare(weights: weights, packed: packed, operators: operators)
    }
    func forward(_ pass: Pass, stage: Int) { layer.forward(pass, stage: stage) }
    func finishForward(_ barrier: Barrier) { layer.finishForward(barrier) }
    func backward(_ pass: Pass, stage: Int) {}
}

/// Clears the gradients of channels that nobody reads.
struct ZeroGradientLayer: Layer {
    let name: String
    let rows: Rows

    func touched(isForward: Bool) -> [Rows] { isForward ? [] : [rows] }
    func forward(_ pass: Pass, stage: Int) {}
    func backward(_ pass: Pass, stage: Int) {
        for channel in 0..<rows.count {
            (pass.base(rows) + rows.start[channel]).update(repeating: 0, count: pass.columns(rows))
        }
    }
}
