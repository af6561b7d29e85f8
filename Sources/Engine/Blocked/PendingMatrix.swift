import EngineOperators
import OperatorCalls
import Tensors

/// A convolution or linear layer before its results have addresses.
struct PendingMatrix: PendingStep {
    /// What the matrix product reads.
    enum Input {
        /// Each pixel of a value by itself, every `stride`-th one.
        case pixels(BlockedValue)
        /// Windows of a value.
        case windows(BlockedValue)
        /// Windows of the caller's image of so many channels.
        case image(channels: Int)
        /// All numbers of a value as one vector, channel after channel.
        case flattened(BlockedValue)
    }

    let name: String
    let geometry: ConvolutionGeometry
    let input: Input
    /// O×I/groups×kH×kW or O×I, normalisation folded in.
    let weight: Tensor
    let bias: [Float]?
    let epilogue: PendingEpilogue
    let output: Int
    let residual: Int?
    let depthwise: [PendingDepthwise]
    let panelWidths: [Int]
    let threads: Int

    private var outputChannels: Int { geometry.outputChannels }
    private var outputBlocks: Int { (outputChannels + 15) / 16 }

    var kind: StepKind {
        if case .flattened = input { return .linear }
        let isPointwise = geometry.kernelHeight == 1 && geometry.kernelWidth == 1
        if depthwise.isEmpty { return isPointwise ? .pointwise : .convolution }
        return .depthwisePointwise
    }

    var macs: Int { geometry.macs + depthwise.reduce(0) { $0 + $1.macs } }

    var constantCount: Int { weight.scalars.count + depthwise.reduce(0) { $0 + $1.constantCount } }

    var touched: [Int] {
        let read: [Int] =
            switch input {
            case .pixels(let value), .windows(let value), .flattened(let value): value.blocks.map(\.storage)
            case .image: []
            }
        return read + depthwise.flatMap(\.touched) + [output] + (residual.map { [$0] } ?? [])
    }

    /// Output rows of a strip: few enough that what is computed just before stays in the first-level cache.
    var stripRows: Int {
        let height = geometry.outputHeight
        let bytesPerRow: Int
        if !depthwise.isEmpty {
            bytesPerRow = geometry.outputWidth * 64 * depthwise.reduce(0) { $0 + $1.input.count }
        } else if let copy = copy(rows: 1) {
            bytesPerRow = copy.planes.count * copy.rowStride * 4 * geometry.stride
        } else {
            return threads == 1 || cutsPanels ? height : max(1, height / (4 * threads))
        }
        var rows = max(1, min(height, Self.stripBytes / max(1, bytesPerRow)))
        if threads > 1 { rows = min(rows, max(1, height / (2 * threads))) }
        // Tiles take eight pixels at a time.
        while rows > 1 && rows < height && rows * geometry.outputWidth % 8 != 0 { rows -= 1 }
        return rows
    }

    private static let stripBytes = 28 * 1024

    /// Whether threads share the panels instead of the rows: then each reads its part of the weights only.
    private var cutsPanels: Bool { threads > 1 && panels.count >= 2 * threads }

    var stripFloatCount: Int {
        depthwise.reduce(0) { $0 + ($1.writesStrip ? $1.input.count : 0) } * stripRows * geometry.outputWidth * 16
            + (copy(rows: stripRows)?.floatCount ?? 0)
    }

    /// The shape of the padded copy; its planes have no addresses yet.
    private func copy(rows: Int) -> (planes: [BlockPlace], rowStride: Int, planeStride: Int, floatCount: Int)? {
        let (planes, readsImage): ([BlockPlace], Bool)
        switch input {
        case .windows(let value): (planes, readsImage) = (value.blocks, false)
        case .image(let channels):
            (planes, readsImage) = ((0..<channels).map { BlockPlace(storage: 0, block: $0) }, true)
        default: return nil
        }
        let copy = PaddedCopy(
            planes: UnsafeBufferPointer(start: nil, count: 0), readsImage: readsImage, geometry: geometry,
            rowCapacity: (rows - 1) * geometry.stride + geometry.kernelHeight)
        return (planes, copy.rowStride, copy.planeStride, copy.planeStride * planes.count)
    }

    /// The first block and width of each panel.
    private var panels: [(first: Int, blocks: Int)] {
        let perGroup = outputChannels / geometry.groups
        var result: [(Int, Int)] = []
        var first = 0
        while first < outputBlocks {
            let left = outputBlocks - first
            var width = panelWidths.first { $0 <= left } ?? 1
            // 4 = 2 + 2 and not 3 + 1, 5 = 3 + 2, 7 = 3 + 2 + 2.
            if width == 3 && left == 4 { width = 2 }
            if geometry.groups > 1 {
                width = panelWidths.first { $0 <= left && perGroup % ($0 * 16) == 0 } ?? 1
            }
            result.append((first, width))
            first += width
        }
        return result
    }

    func resolved(_ storages: StorageTable, _ arena: ConstantArena) -> any BlockedStep {
        let elements = elements(storages)
        let rows = stripRows
        var shared: (runs: UnsafeBufferPointer<LaneRun>, order: [Element])?
        let resolvedPanels = panels.map { first, blocks in
            let channels = first * 16..<min((first + blocks) * 16, outputChannels)
            let (runs, order): (UnsafeBufferPointer<LaneRun>, [Element])
            if geometry.groups == 1, let known = shared {
                (runs, order) = known
            } else {
                let selected = elements.filter { isRead($0, by: channels) }
                order = selected.sorted { ($0.isInStrip ? 1 : 0, $0.offset) < ($1.isInStrip ? 1 : 0, $1.offset) }
                runs = arena.copy(Self.runs(order))
                shared = (runs, order)
            }
            return MatrixStep.Panel(
                firstBlock: first, blocks: blocks, runs: runs.start, runCount: runs.count,
                weights: arena.copy(packed(order, channels: channels, blocks: blocks)).start)
        }
        let source: MatrixStep.Source
        if let copy = copy(rows: rows) {
            var readsImage = false
            if case .image = input { readsImage = true }
            let plane = geometry.inputHeight * geometry.inputWidth
            source = .padded(
                PaddedCopy(
                    planes: arena.copy(copy.planes.map { readsImage ? $0.block * plane : storages.offset($0) }),
                    readsImage: readsImage, geometry: geometry,
                    rowCapacity: (rows - 1) * geometry.stride + geometry.kernelHeight))
        } else {
            source = .direct
        }
        return MatrixStep(
            geometry: geometry, source: source, depthwise: arena.copy(depthwise.map { $0.step(storages, arena) }),
            panels: arena.copy(resolvedPanels), bias: arena.copy(bias.map(paddedToBlocks)),
            epilogue: PendingEpilogue(
                function: epilogue.function, scale: epilogue.scale.map(paddedToBlocks),
                shift: epilogue.shift.map(paddedToBlocks), addsResidualFirst: epilogue.addsResidualFirst
            ).resolved(arena),
            output: storages.offset(BlockPlace(storage: output, block: 0)),
            residual: residual.map { storages.offset(BlockPlace(storage: $0, block: 0)) }, stripRows: rows,
            panelGroups: cutsPanels && depthwise.isEmpty && copy(rows: 1) == nil
                ? min(panels.count, 4 * threads) : 1)
    }

    private func paddedToBlocks(_ scalars: [Float]) -> [Float] {
        scalars + [Float](repeating: 0, count: outputBlocks * 16 - scalars.count)
    }
}

extension PendingMatrix {
    /// One number that an output channel reads, with its column in the weight.
    private struct Element {
        var isInStrip: Bool
        var offset: Int
        /// The input channel, counted over all groups.
        var channel: Int
        /// The place within the channel's kernel.
        var tap: Int
    }

    private func elements(_ storages: StorageTable) -> [Element] {
        switch input {
        case .pixels(let value):
            return value.places.enumerated().map { channel, place in
                Element(
                    isInStrip: storages.storages[place.storage].isInStrip, offset: storages.offset(place),
                    channel: channel, tap: 0)
            }
        case .flattened(let value):
            return value.places.enumerated().flatMap { channel, place in
                (0..<value.pixels).map { pixel in
                    Element(
                        isInStrip: false, offset: storages.offset(place) + pixel * 16,
                        channel: channel * value.pixels + pixel, tap: 0)
                }
            }
        case .windows(let value):
            let planes = Dictionary(uniqueKeysWithValues: value.blocks.enumerated().map { ($1, $0) })
            return value.places.enumerated().flatMap { channel, place in
                let plane = planes[BlockPlace(storage: place.storage, block: place.block)] ?? 0
                return taps(channel: channel, plane: plane, lane: place.lane, lanes: 16)
            }
        case .image(let channels):
            return (0..<channels).flatMap { taps(channel: $0, plane: $0, lane: 0, lanes: 1) }
        }
    }

    private func taps(channel: Int, plane: Int, lane: Int, lanes: Int) -> [Element] {
        guard let copy = copy(rows: stripRows) else { return [] }
        return (0..<geometry.kernelHeight * geometry.kernelWidth).map { tap in
            let (row, column) = (tap / geometry.kernelWidth, tap % geometry.kernelWidth)
            return Element(
                isInStrip: true, offset: plane * copy.planeStride + row * copy.rowStride + column * lanes + lane,
                channel: channel, tap: tap)
        }
    }

    /// Whether any of the output channels reads the element.
    private func isRead(_ element: Element, by channels: Range<Int>) -> Bool {
        let group = element.channel / (geometry.inputChannels / geometry.groups)
        let perGroup = outputChannels / geometry.groups
        return group * perGroup < channels.upperBound && (group + 1) * perGroup > channels.lowerBound
    }

    /// Neighbouring numbers joined.
    private static func runs(_ elements: [Element]) -> [LaneRun] {
        var runs: [LaneRun] = []
        for element in elements {
            if let last = runs.last, (last.isInStrip != 0) == element.isInStrip,
                Int(last.offset) + Int(last.count) == element.offset
            {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(LaneRun(offset: Int32(element.offset), count: 1, isInStrip: element.isInStrip))
            }
        }
        return runs
    }

    /// K × blocks × 16 weights in the order of the elements; zeros where no channel is or the group is another.
    private func packed(_ order: [Element], channels: Range<Int>, blocks: Int) -> [Float] {
        let inputsPerGroup = geometry.inputChannels / geometry.groups
        let outputsPerGroup = outputChannels / geometry.groups
        let taps = weight.shape.rank == 4 ? geometry.kernelHeight * geometry.kernelWidth : 1
        var result = [Float](repeating: 0, count: order.count * blocks * 16)
        weight.scalars.withUnsafeBufferPointer { scalars in
            for (k, element) in order.enumerated() {
                let group = element.channel / inputsPerGroup
                let column = element.channel % inputsPerGroup * taps + element.tap
                for channel in channels where channel / outputsPerGroup == group {
                    result[k * blocks * 16 + channel - channels.lowerBound] =
                        scalars[channel * inputsPerGroup * taps + column]
                }
            }
        }
        return result
    }
}
