import OperatorDispatch
import OperatorInterface
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

        /// Whether it is the caller's image.
        var readsImage: Bool { if case .image = self { true } else { false } }
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
    var depthwise: [PendingDepthwise]
    let panelWidths: [Int]
    let halfPanelWidths: [Int]
    /// Of what is multiplied.
    let inputFormat: ElementFormat
    /// Of the result and what is added to it.
    let outputFormat: ElementFormat
    let threads: Int
    /// Where a padded copy begins in scratch memory, and the most rows at once: set for a stem when that is laid out.
    var copyOffset = 0
    var rowsAtOnce: Int?

    private var outputChannels: Int { geometry.outputChannels }
    var outputBlocks: Int { (outputChannels + 15) / 16 }

    var kind: StepKind {
        if case .flattened = input { return .linear }
        let isPointwise = geometry.kernelHeight == 1 && geometry.kernelWidth == 1
        if depthwise.isEmpty { return isPointwise ? .pointwise : .convolution }
        return .depthwisePointwise
    }

    var macs: Int { geometry.macs + depthwise.reduce(0) { $0 + $1.macs } }

    var constantCount: Int {
        weight.scalars.count / inputFormat.channelsPerWord + depthwise.reduce(0) { $0 + $1.constantCount }
    }

    var packedCount: Int {
        let (inputs, outputs) = (geometry.inputChannels / geometry.groups, outputChannels / geometry.groups)
        let own = panels.reduce(0) { sum, panel in
            let end = min(panel.first * 16 + panel.allLanes, outputChannels)
            let groups = (end - 1) / outputs - panel.first * 16 / outputs + 1
            let count = groups * inputs * geometry.kernelHeight * geometry.kernelWidth
            return sum + Self.aligned(count * panel.lanes) + (panel.hasHalf ? Self.aligned(count * 8) : 0)
        }
        return depthwise.reduce(own) { $0 + $1.packedCount }
    }

    /// Every panel's weights begin at a cache line.
    private static func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }

    var touched: [Int] {
        let read: [Int] =
            switch input {
            case .pixels(let value), .windows(let value), .flattened(let value): value.blocks.map(\.storage)
            case .image: []
            }
        return read + depthwise.flatMap(\.touched) + [output] + (residual.map { [$0] } ?? [])
    }

    /// The most output rows of a band.
    var bandRows: Int { rowsAtOnce ?? (geometry.outputHeight + bandCount - 1) / bandCount }

    /// Into how many bands the output rows are cut: few enough that a band's pixels outweigh reading all weights again,
    /// and so many that what is computed just before stays in the second-level cache beside them.
    private var bandCount: Int {
        let height = geometry.outputHeight
        let bytesPerRow: Int
        if !depthwise.isEmpty {
            bytesPerRow =
                geometry.outputWidth * 4 * inputFormat.pixelWords * depthwise.reduce(0) { $0 + $1.input.count }
        } else if let copy = copy(rows: 1) {
            bytesPerRow = copy.planes.count * copy.rowStride * 4 * geometry.stride
        } else {
            return threads == 1 || cutsPanels ? 1 : min(height, 4 * threads)
        }
        var rows = max(1, min(height, Self.bandBytes / max(1, bytesPerRow)))
        if depthwise.contains(where: { $0.stem != nil }) { rows = min(height, Self.rowsBehindStem) }
        let count = (height + rows - 1) / rows
        if threads == 1 || cutsSmallImage { return count }
        // As many for each thread.
        return min(height, max(2, (count + threads - 1) / threads) * threads)
    }

    private static let bandBytes = 160 * 1024
    /// A stem's rows are as wide as the image; only a few stay in the cache.
    private static let rowsBehindStem = 8

    /// Whether threads share the panels instead of the rows: then each reads its part of the weights only.
    private var cutsPanels: Bool { threads > 1 && panels.count >= 2 * threads }

    /// Whether threads share the panels of an image that has too few rows for them, and each computes all of the
    /// depthwise convolution before.
    private var cutsSmallImage: Bool {
        threads > 1 && panels.count >= threads && geometry.outputHeight * geometry.outputWidth <= 64
            && geometry.outputHeight % (2 * threads) != 0
            && !depthwise.isEmpty && depthwise.allSatisfy { $0.writesScratch && $0.stem == nil }
    }

    private var panelGroups: Int {
        if cutsSmallImage { return threads }
        return cutsPanels && depthwise.isEmpty && copy(rows: 1) == nil ? min(panels.count, 4 * threads) : 1
    }

    var scratchFloatCount: Int {
        let blocks = depthwise.reduce(0) { $0 + ($1.writesScratch ? $1.input.count : 0) }
        let stems = depthwise.compactMap { step in
            step.stem.map { $0.outputBlocks * step.stemBlockStride + $0.scratchFloatCount }
        }
        return blocks * bandRows * geometry.outputWidth * inputFormat.pixelWords
            + (copy(rows: bandRows)?.floatCount ?? 0)
            + stems.reduce(0, +)
    }

    /// The shape of the padded copy; its planes have no addresses yet.
    private func copy(rows: Int) -> (
        planes: [BlockPlace], pixelWords: Int, rowStride: Int, planeStride: Int, floatCount: Int
    )? {
        let (planes, readsImage): ([BlockPlace], Bool)
        switch input {
        case .windows(let value): (planes, readsImage) = (value.blocks, false)
        case .image(let channels):
            (planes, readsImage) = ((0..<channels).map { BlockPlace(storage: 0, block: $0) }, true)
        default: return nil
        }
        let copy = PaddedCopy(
            planes: UnsafeBufferPointer(start: nil, count: 0), readsImage: readsImage, geometry: geometry,
            format: inputFormat,
            rowCapacity: (rows - 1) * geometry.stride + geometry.kernelHeight)
        return (planes, copy.lanes, copy.rowStride, copy.planeStride, copy.planeStride * planes.count)
    }

    /// Blocks that are computed together.
    private struct Panel {
        var first: Int
        /// Whole ones.
        var blocks: Int
        var hasHalf = false

        /// Output channels of the whole blocks, those that only fill them included.
        var lanes: Int { blocks * 16 }
        /// Those and the half block's.
        var allLanes: Int { lanes + (hasHalf ? 8 : 0) }
    }

    private var panels: [Panel] {
        let perGroup = outputChannels / geometry.groups
        var half: Panel?
        if geometry.groups == 1, (1...8).contains(outputChannels % 16),
            let width = halfPanelWidths.first(where: { $0 < outputBlocks && (outputBlocks - 1 - $0) % 3 != 1 })
                ?? halfPanelWidths.first(where: { $0 < outputBlocks })
        {
            half = Panel(first: outputBlocks - 1 - width, blocks: width, hasHalf: true)
        }
        let end = half?.first ?? outputBlocks
        var result: [Panel] = []
        var first = 0
        while first < end {
            let left = end - first
            var width = panelWidths.first { $0 <= left } ?? 1
            // 4 = 2 + 2 and not 3 + 1, 5 = 3 + 2, 7 = 3 + 2 + 2.
            if width == 3 && left == 4 { width = 2 }
            if geometry.groups > 1 {
                width = panelWidths.first { $0 <= left && perGroup % ($0 * 16) == 0 } ?? 1
            }
            result.append(Panel(first: first, blocks: width))
            first += width
        }
        return result + (half.map { [$0] } ?? [])
    }

    func resolved(_ storages: StorageTable, _ arena: ConstantArena) -> any BlockedStep { step(storages, arena) }

    func step(_ storages: StorageTable, _ arena: ConstantArena) -> MatrixStep {
        let elements = elements(storages)
        let rows = bandRows
        var shared: (runs: UnsafeBufferPointer<ChannelSpan>, order: [Word])?
        let resolvedPanels = panels.map { panel in
            let channels = panel.first * 16..<min(panel.first * 16 + panel.allLanes, outputChannels)
            let (runs, order): (UnsafeBufferPointer<ChannelSpan>, [Word])
            if geometry.groups == 1, let known = shared {
                (runs, order) = known
            } else {
                let selected = elements.filter { isRead($0, by: channels) }
                order = words(selected)
                runs = arena.copy(Self.runs(order))
                shared = (runs, order)
            }
            let whole = channels.lowerBound..<min(channels.lowerBound + panel.lanes, channels.upperBound)
            let weights = arena.addToStream(packed(order, channels: whole, lanes: panel.lanes))
            let halfWeights =
                panel.hasHalf
                ? arena.addToStream(packed(order, channels: whole.upperBound..<channels.upperBound, lanes: 8))
                : weights
            return MatrixStep.Panel(
                firstBlock: panel.first, blocks: panel.blocks, hasHalfBlock: panel.hasHalf, runs: runs.start,
                runCount: runs.count, weights: weights, halfWeights: halfWeights)
        }
        let source: MatrixStep.Source
        if let copy = copy(rows: rows) {
            var readsImage = false
            if case .image = input { readsImage = true }
            let plane = geometry.inputHeight * geometry.inputWidth
            source = .padded(
                PaddedCopy(
                    planes: arena.copy(copy.planes.map { readsImage ? $0.block * plane : storages.offset($0) }),
                    readsImage: readsImage, geometry: geometry, format: inputFormat,
                    rowCapacity: (rows - 1) * geometry.stride + geometry.kernelHeight, scratchOffset: copyOffset))
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
            residual: residual.map { storages.offset(BlockPlace(storage: $0, block: 0)) }, inputFormat: inputFormat,
            outputFormat: outputFormat, bandCount: bandCount,
            panelGroups: panelGroups, sharesRows: threads > 1 && panelGroups == 1)
    }

    private func paddedToBlocks(_ scalars: [Float]) -> [Float] {
        scalars + [Float](repeating: 0, count: outputBlocks * 16 - scalars.count)
    }
}

extension PendingMatrix {
    /// One number that an output channel reads, with its column in the weight.
    private struct Element {
        var isInScratch: Bool
        /// In numbers of the format that is multiplied.
        var offset: Int
        /// The input channel, counted over all groups.
        var channel: Int
        /// The place within the channel's kernel.
        var tap: Int
    }

    /// What one lane of a run holds: a number, or two side by side of which one may belong to somebody else.
    private struct Word {
        var isInScratch: Bool
        var offset: Int
        var first: Element?
        var second: Element?
    }

    /// The words that hold the elements, in the order of their places.
    private func words(_ elements: [Element]) -> [Word] {
        let perWord = inputFormat.channelsPerWord
        var words: [Word] = []
        let order = elements.sorted { ($0.isInScratch ? 1 : 0, $0.offset) < ($1.isInScratch ? 1 : 0, $1.offset) }
        for element in order {
            let offset = element.offset / perWord
            if words.last?.isInScratch != element.isInScratch || words.last?.offset != offset {
                words.append(Word(isInScratch: element.isInScratch, offset: offset))
            }
            if element.offset % perWord == 0 {
                words[words.count - 1].first = element
            } else {
                words[words.count - 1].second = element
            }
        }
        return words
    }

    private func elements(_ storages: StorageTable) -> [Element] {
        switch input {
        case .pixels(let value):
            return value.places.enumerated().map { channel, place in
                Element(
                    isInScratch: storages.storages[place.storage].isInScratch, offset: storages.offset(place),
                    channel: channel, tap: 0)
            }
        case .flattened(let value):
            return value.places.enumerated().flatMap { channel, place in
                (0..<value.pixels).map { pixel in
                    Element(
                        isInScratch: false, offset: storages.offset(place) + pixel * 16,
                        channel: channel * value.pixels + pixel, tap: 0)
                }
            }
        case .windows(let value):
            let planes = Dictionary(uniqueKeysWithValues: value.blocks.enumerated().map { ($1, $0) })
            return value.places.enumerated().flatMap { channel, place in
                let plane = planes[BlockPlace(storage: place.storage, block: place.block)] ?? 0
                return taps(channel: channel, plane: plane, lane: place.lane)
            }
        case .image(let channels):
            return (0..<channels).flatMap { taps(channel: $0, plane: $0, lane: 0) }
        }
    }

    private func taps(channel: Int, plane: Int, lane: Int) -> [Element] {
        guard let copy = copy(rows: bandRows) else { return [] }
        let perWord = inputFormat.channelsPerWord
        return (0..<geometry.kernelHeight * geometry.kernelWidth).map { tap in
            let (row, column) = (tap / geometry.kernelWidth, tap % geometry.kernelWidth)
            return Element(
                isInScratch: true,
                offset: (plane * copy.planeStride + row * copy.rowStride + column * copy.pixelWords) * perWord + lane,
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
    private static func runs(_ words: [Word]) -> [ChannelSpan] {
        var runs: [ChannelSpan] = []
        for word in words {
            if let last = runs.last, (last.isInScratch != 0) == word.isInScratch,
                Int(last.offset) + Int(last.count) == word.offset
            {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(ChannelSpan(offset: Int32(word.offset), count: 1, isInScratch: word.isInScratch))
            }
        }
        return runs
    }

    /// K × lanes weights in the order of the words; zeros where no channel is or the group is another.
    private func packed(_ order: [Word], channels: Range<Int>, lanes: Int) -> [Float] {
        let inputsPerGroup = geometry.inputChannels / geometry.groups
        let outputsPerGroup = outputChannels / geometry.groups
        let taps = weight.shape.rank == 4 ? geometry.kernelHeight * geometry.kernelWidth : 1
        var result = [Float](repeating: 0, count: Self.aligned(order.count * lanes))
        weight.scalars.withUnsafeBufferPointer { scalars in
            func value(_ element: Element?, _ channel: Int) -> Float {
                guard let element, channel / outputsPerGroup == element.channel / inputsPerGroup else { return 0 }
                let column = element.channel % inputsPerGroup * taps + element.tap
                return scalars[channel * inputsPerGroup * taps + column]
            }
            for (k, word) in order.enumerated() {
                for channel in channels {
                    let first = value(word.first, channel)
                    result[k * lanes + channel - channels.lowerBound] =
                        inputFormat.isFloat ? first : BFloat16.word(first, value(word.second, channel))
                }
            }
        }
        return result
    }
}
