import Diagnostics
import OperatorDispatch
import OperatorInterface
import Tensors

/// Turns a graph into steps on blocked channels: fuses nodes, gives results storages, packs constants.
struct BlockedPlanner {
    let graph: Graph
    let shapes: [Shape]
    let fusion: FusionMap
    let operators: OperatorSet
    let threads: Int
    /// Of all results but the graph's.
    let format: ElementFormat
    /// The node whose result is written as floats whatever the format: the last one, if nobody reads it.
    private let floatNode: Int?
    private let inputNode: Int?

    /// The result of each node as far as it is known; nil for nodes that are a part of a step.
    private(set) var values: [BlockedValue?]
    var storages = StorageTable()
    private(set) var steps: [any PendingStep] = []
    /// Depthwise convolutions that wait for the pointwise one that they are computed with, by its last node.
    private var waiting: [Int: [PendingDepthwise]] = [:]
    /// Convolutions of the image that wait for the depthwise one that reads them, by that one's first node.
    private var waitingStems: [Int: PendingMatrix] = [:]

    init(
        graph: Graph, shapes: [Shape], fusion: FusionMap, operators: OperatorSet, threads: Int, format: ElementFormat,
        output: Int
    ) {
        self.graph = graph
        self.shapes = shapes
        self.fusion = fusion
        self.operators = operators
        self.threads = threads
        self.format = format
        floatNode = graph.nodes.contains { $0.inputs.contains { $0.index == output } } ? nil : output
        values = Array(repeating: nil, count: graph.nodes.count)
        inputNode = graph.nodes.firstIndex { $0.operation == .input }
    }

    /// Adds what computes the node; its result is then known.
    mutating func plan(_ index: Int) throws {
        if fusion.isAbsorbed[index] { return }
        if let fused = fusion.byTail[index] { return try planFused(fused) }
        let node = graph.nodes[index]
        let inputs = node.inputs.map(\.index)
        switch node.operation {
        case .input: break
        case .dropout: values[index] = value(inputs[0])
        case .slice, .concatenate, .channelShuffle:
            let parts = inputs.map { value($0) }
            values[index] = BlockedValue(
                height: parts[0].height, width: parts[0].width,
                places: node.operation.chosenChannels(of: parts.map(\.places)))
        case .batchNormalization(let norm): planAffine(index, graph.affine(norm))
        case .affine(let scale, let shift):
            planAffine(index, .init(scale: graph[scale].scalars, shift: graph[shift].scalars))
        case .layerNormalization(let norm):
            planChannels(
                index,
                .layerNormalization(
                    weight: graph[norm.weight].scalars, bias: graph[norm.bias].scalars, epsilon: norm.epsilon))
        case .rmsNormalization(let norm):
            planChannels(
                index,
                .rmsNormalization(
                    weight: graph[norm.weight].scalars, bias: graph[norm.bias].scalars, epsilon: norm.epsilon))
        case .responseNormalization(let norm):
            planChannels(
                index,
                .responseNormalization(
                    weight: graph[norm.weight].scalars, bias: graph[norm.bias].scalars, epsilon: norm.epsilon))
        case .activation(let function) where function.isStepOfItsOwn: planChannels(index, .function(function))
        case .activation(let function):
            let value = value(inputs[0])
            elementwise(index, value, nil, .none, PendingEpilogue(function: function.epilogue))
        case .add: planPair(index, .add)
        case .multiply: planPair(index, shapes[inputs[1]] == shapes[inputs[0]] ? .multiply : .scale)
        case .globalAveragePool:
            let value = value(inputs[0])
            pool(index, value, height: 1, width: 1, window: nil)
        case .pool(let pool):
            let geometry = try graph.convolutionGeometry(node, input: shapes[inputs[0]])
            self.pool(
                index, value(inputs[0]), height: geometry.outputHeight, width: geometry.outputWidth,
                window: (geometry, pool.kind))
        case .convolution, .sharedDepthwise, .linear: preconditionFailure("\(node.name) is fused")
        }
    }

    /// The result of a node, brought into blocks where it is the caller's image.
    mutating func value(_ index: Int) -> BlockedValue {
        if let known = values[index] { return known }
        precondition(index == inputNode, "\(graph.nodes[index].name) is not known yet")
        let shape = shapes[index].dimensions
        let pixels = shape[2] * shape[3]
        let storage = storages.add(blocks: (shape[1] + 15) / 16, pixels: pixels, format: format)
        append(
            PendingGather(
                name: "input", places: nil, channels: shape[1], pixels: pixels, output: storage, format: format))
        let value = BlockedValue(height: shape[2], width: shape[3], channels: shape[1], storage: storage)
        values[index] = value
        return value
    }

    private mutating func append(_ step: any PendingStep) {
        for storage in step.touched { storages.touch(storage, at: steps.count) }
        steps.append(step)
    }

    /// The value with its channels one after another in one storage: copied where they do not lie so already.
    private mutating func plain(_ value: BlockedValue, _ name: String) -> BlockedValue {
        if value.plainStorage != nil { return value }
        let channels = value.places.count
        let storage = storages.add(blocks: (channels + 15) / 16, pixels: value.pixels, format: format)
        append(
            PendingGather(
                name: "\(name) (gathered)", places: value.places, channels: channels, pixels: value.pixels,
                output: storage, format: format))
        return BlockedValue(height: value.height, width: value.width, channels: channels, storage: storage)
    }

    /// The value with every channel in a lane of its own.
    private mutating func distinct(_ value: BlockedValue, _ name: String) -> BlockedValue {
        Set(value.places).count == value.places.count ? value : plain(value, name)
    }
}

// MARK: - Steps without weights

extension BlockedPlanner {
    private mutating func elementwise(
        _ index: Int, _ first: BlockedValue, _ second: BlockedValue?, _ combination: ElementwiseCall.Combination,
        _ epilogue: PendingEpilogue
    ) {
        let blocks = first.blocks
        let storage = storages.add(blocks: blocks.count, pixels: first.pixels, format: format)
        append(
            PendingElementwise(
                name: graph.nodes[index].name, first: blocks, second: second?.blocks, output: storage,
                pixels: first.pixels, combination: combination, epilogue: epilogue,
                format: format))
        values[index] = first.mirrored(height: first.height, width: first.width, storage: storage)
    }

    /// A step without a blocked operator of its own.
    private mutating func planChannels(_ index: Int, _ work: ChannelWork) {
        let input = value(graph.nodes[index].inputs[0].index)
        let channels = input.places.count
        let storage = storages.add(blocks: (channels + 15) / 16, pixels: input.pixels, format: format)
        append(
            PendingChannelStep(
                name: graph.nodes[index].name, work: work, input: input, output: storage, format: format,
                threads: threads))
        values[index] = BlockedValue(
            height: input.height, width: input.width, channels: channels, storage: storage)
    }

    private mutating func planAffine(_ index: Int, _ affine: FusedNode.Affine) {
        let input = distinct(value(graph.nodes[index].inputs[0].index), graph.nodes[index].name)
        elementwise(
            index, input, nil, .none,
            PendingEpilogue(scale: input.spread(affine.scale), shift: input.spread(affine.shift)))
    }

    /// A sum or product of two results whose channels may lie in different orders.
    private mutating func planPair(_ index: Int, _ combination: ElementwiseCall.Combination) {
        let node = graph.nodes[index]
        var first = value(node.inputs[0].index)
        var second = value(node.inputs[1].index)
        if !Self.areParallel(first, second) {
            first = plain(first, node.name)
            second = plain(second, node.name)
        }
        elementwise(index, first, second, combination, PendingEpilogue())
    }

    /// Whether channel for channel two values have the same lanes of blocks that are met in the same order.
    private static func areParallel(_ a: BlockedValue, _ b: BlockedValue) -> Bool {
        let (first, second) = (a.mirrored(height: 1, width: 1, storage: 0), b.mirrored(height: 1, width: 1, storage: 0))
        return first.places == second.places
    }

    private mutating func pool(
        _ index: Int, _ input: BlockedValue, height: Int, width: Int,
        window: (geometry: ConvolutionGeometry, kind: Pool.Kind)?
    ) {
        let blocks = input.blocks
        let storage = storages.add(blocks: blocks.count, pixels: height * width, format: format)
        append(
            PendingPool(
                name: graph.nodes[index].name, input: blocks, output: storage, window: window,
                pixels: input.pixels, format: format))
        values[index] = input.mirrored(height: height, width: width, storage: storage)
    }
}

// MARK: - Convolutions and linear layers

extension BlockedPlanner {
    private mutating func planFused(_ fused: FusedNode) throws {
        if graph.isDepthwise(fused.head) { return try planDepthwise(fused) }
        let node = graph.nodes[fused.head]
        let source = node.inputs[0].index
        let name = graph.nodes[fused.tail].name
        let (weight, bias, geometry, input) = try matrixInput(node, source)
        let channels = geometry.outputChannels
        var residual: Int?
        if let index = fused.residual {
            residual = plain(value(index), name).plainStorage
        }
        let reader = fusion.stems[fused.tail]
        let blocks = (channels + 15) / 16
        let outputFormat = fused.tail == floatNode && residual == nil ? .float32 : format
        let storage =
            reader == nil
            ? storages.add(
                blocks: blocks, pixels: geometry.outputHeight * geometry.outputWidth, format: outputFormat)
            : storages.addScratch(blocks: blocks, format: outputFormat)
        let isPixel = geometry.outputHeight * geometry.outputWidth == 1
        let folded = FoldedWeights(weight, bias: bias, map: fused.folded)
        var matrix = PendingMatrix(
            name: name, geometry: geometry, input: input, weight: folded.weight, bias: folded.bias,
            epilogue: PendingEpilogue(
                function: fused.function?.epilogue ?? .none, scale: fused.affine?.scale, shift: fused.affine?.shift,
                addsResidualFirst: fused.addsResidualFirst),
            output: storage, residual: residual, depthwise: waiting.removeValue(forKey: fused.tail) ?? [],
            panelWidths: isPixel ? operators.singlePixelPanelWidths : operators.panelWidths,
            halfPanelWidths: isPixel ? [] : operators.halfPanelWidths,
            inputFormat: input.readsImage ? .float32 : format,
            outputFormat: outputFormat, threads: threads)
        if let reader {
            waitingStems[reader] = matrix
        } else {
            placeScratch(&matrix)
            append(matrix)
        }
        values[fused.tail] = BlockedValue(
            height: geometry.outputHeight, width: geometry.outputWidth, channels: channels, storage: storage)
    }

    private mutating func matrixInput(
        _ node: Graph.Node, _ source: Int
    ) throws -> (weight: Tensor, bias: [Float]?, ConvolutionGeometry, PendingMatrix.Input) {
        switch node.operation {
        case .linear(let weight, let bias):
            let shape = graph[weight].shape
            return (
                graph[weight], bias.map { graph[$0].scalars },
                ConvolutionGeometry(linear: shape[1], outputs: shape[0]), .flattened(value(source))
            )
        case .convolution(let convolution):
            let geometry = try graph.convolutionGeometry(node, input: shapes[source])
            let input: PendingMatrix.Input
            let isPointwise =
                geometry.kernelHeight == 1 && geometry.kernelWidth == 1 && geometry.paddingTop == 0
                && geometry.paddingLeft == 0 && (geometry.outputHeight - 1) * geometry.stride < geometry.inputHeight
                && (geometry.outputWidth - 1) * geometry.stride < geometry.inputWidth
            if source == inputNode && values[source] == nil && !isPointwise {
                input = .image(channels: geometry.inputChannels)
            } else {
                input = isPointwise ? .pixels(value(source)) : .windows(value(source))
            }
            return (graph[convolution.weight], convolution.bias.map { graph[$0].scalars }, geometry, input)
        default: preconditionFailure("\(node.name) is no matrix product")
        }
    }

    /// Gives what stays in scratch memory its place in it: depthwise results, the rows of a stem, its padded copy.
    private mutating func placeScratch(_ matrix: inout PendingMatrix) {
        let rows = matrix.bandRows
        let blockStride = rows * matrix.geometry.outputWidth * matrix.inputFormat.pixelWords
        var offset = 0
        for depthwise in matrix.depthwise where depthwise.writesScratch {
            storages.setScratch(depthwise.output, blockStride: blockStride, offset: offset)
            offset += depthwise.input.count * blockStride
        }
        for index in matrix.depthwise.indices {
            let depthwise = matrix.depthwise[index]
            guard var stem = depthwise.stem else { continue }
            let stemRows = min(
                stem.geometry.outputHeight,
                (rows - 1) * depthwise.geometry.stride + depthwise.geometry.kernelHeight)
            let stemBlockStride = stemRows * stem.geometry.outputWidth * stem.outputFormat.pixelWords
            storages.setScratch(stem.output, blockStride: stemBlockStride, offset: offset)
            offset += stem.outputBlocks * stemBlockStride
            stem.rowsAtOnce = stemRows
            stem.copyOffset = offset
            offset += stem.scratchFloatCount
            matrix.depthwise[index] = depthwise.replacing(stem: stem, blockStride: stemBlockStride)
        }
    }

    private mutating func planDepthwise(_ fused: FusedNode) throws {
        let node = graph.nodes[fused.head]
        let name = graph.nodes[fused.tail].name
        let input = distinct(value(node.inputs[0].index), name)
        let geometry = try graph.convolutionGeometry(node, input: shapes[node.inputs[0].index])
        let (weight, bias) = depthwiseWeights(node, channels: input.places.count)
        let folded = FoldedWeights(weight, bias: bias, map: fused.folded)
        let target = fusion.banded[fused.tail]
        let writesScratch = fusion.isInScratch.contains(fused.tail)
        let blocks = input.blocks
        let storage =
            writesScratch
            ? storages.addScratch(blocks: blocks.count, format: format)
            : storages.add(
                blocks: blocks.count, pixels: geometry.outputHeight * geometry.outputWidth, format: format)
        let step = PendingDepthwise(
            name: name, geometry: geometry, input: blocks, output: storage,
            weights: Self.packed(folded.weight, for: input), bias: folded.bias.map { input.spread($0) },
            epilogue: PendingEpilogue(
                function: fused.function?.epilogue ?? .none, scale: fused.affine.map { input.spread($0.scale) },
                shift: fused.affine.map { input.spread($0.shift) }),
            writesScratch: writesScratch,
            bands: threads > 1 && blocks.count < 4 * threads ? min(geometry.outputHeight, 4) : 1, format: format,
            stem: waitingStems.removeValue(forKey: fused.head))
        if let target { waiting[target, default: []].append(step) } else { append(step) }
        values[fused.tail] = input.mirrored(
            height: geometry.outputHeight, width: geometry.outputWidth, storage: storage)
    }

    /// C×1×kH×kW and the bias.
    private func depthwiseWeights(_ node: Graph.Node, channels: Int) -> (Tensor, [Float]?) {
        switch node.operation {
        case .convolution(let convolution):
            return (graph[convolution.weight], convolution.bias.map { graph[$0].scalars })
        case .sharedDepthwise(let shared):
            let weight = graph[shared.weight]
            let copies = (0..<channels / weight.shape[0]).flatMap { _ in weight.scalars }
            return (
                Tensor(shape: [channels, 1, weight.shape[2], weight.shape[3]], scalars: copies), nil
            )
        default: preconditionFailure("\(node.name) is not depthwise")
        }
    }

    /// blocks × taps × 16.
    private static func packed(_ weight: Tensor, for value: BlockedValue) -> [Float] {
        let taps = weight.shape[2] * weight.shape[3]
        let blocks = value.blocks.count
        var result = [Float](repeating: 0, count: blocks * taps * 16)
        for tap in 0..<taps {
            let spread = value.spread((0..<weight.shape[0]).map { weight.scalars[$0 * taps + tap] })
            for block in 0..<blocks {
                for lane in 0..<16 { result[(block * taps + tap) * 16 + lane] = spread[block * 16 + lane] }
            }
        }
        return result
    }
}
