import OperatorDispatch
import OperatorInterface
import Tensors

/// A step whose results have storages but no addresses yet.
protocol PendingStep {
    /// What the step computes, in words of the graph.
    var name: String { get }
    /// What kind of step it is.
    var kind: StepKind { get }
    /// Multiply-accumulates for one image.
    var macs: Int { get }
    /// The storages that it reads and writes.
    var touched: [Int] { get }
    /// Numbers of constants that it reads.
    var constantCount: Int { get }
    /// The most numbers that its packed weights take.
    var packedCount: Int { get }
    /// Numbers that it needs in each thread's scratch memory.
    var scratchFloatCount: Int { get }
    /// The step with addresses; constants are copied into `arena`, packed weights added to its stream.
    func resolved(_ storages: StorageTable, _ arena: ConstantArena) -> any BlockedStep
}

extension PendingStep {
    var packedCount: Int { 0 }
    var scratchFloatCount: Int { 0 }
    var macs: Int { 0 }
    var constantCount: Int { 0 }
}

/// An epilogue with its constants laid out as the blocks of the result.
struct PendingEpilogue {
    var function: Epilogue.Function = .none
    var scale: [Float]?
    var shift: [Float]?
    var addsResidualFirst = false

    func resolved(_ arena: ConstantArena) -> Epilogue {
        var epilogue = Epilogue()
        epilogue.function = function
        epilogue.scale = arena.copy(scale)
        epilogue.shift = arena.copy(shift)
        epilogue.addsResidualFirst = addsResidualFirst
        return epilogue
    }
}

struct PendingDepthwise: PendingStep {
    let name: String
    let geometry: ConvolutionGeometry
    let input: [BlockPlace]
    let output: Int
    let weights: [Float]
    let bias: [Float]?
    let epilogue: PendingEpilogue
    let writesScratch: Bool
    let bands: Int
    let format: ElementFormat
    /// The convolution of the caller's image whose rows are computed just before.
    var stem: PendingMatrix?
    /// Words between the blocks of the stem's rows: set when scratch memory is laid out.
    var stemBlockStride = 0

    var kind: StepKind { .depthwise }
    var macs: Int { geometry.macs + (stem?.macs ?? 0) }
    var constantCount: Int { weights.count }
    var packedCount: Int { stem?.packedCount ?? 0 }
    var touched: [Int] { (stem == nil ? input.map(\.storage) : []) + (writesScratch ? [] : [output]) }

    func resolved(_ storages: StorageTable, _ arena: ConstantArena) -> any BlockedStep {
        step(storages, arena)
    }

    func step(_ storages: StorageTable, _ arena: ConstantArena) -> DepthwiseStep {
        let blocks = input.enumerated().map { index, place in
            DepthwiseStep.Block(
                input: storages.offset(place), output: storages.offset(BlockPlace(storage: output, block: index)))
        }
        return DepthwiseStep(
            geometry: geometry, blocks: arena.copy(blocks), weights: arena.copy(weights).start,
            bias: arena.copy(bias), epilogue: epilogue.resolved(arena), writesScratch: writesScratch,
            stem: stem.map { stem in
                DepthwiseStep.Stem(
                    step: arena.copy([stem.step(storages, arena)]).start,
                    offset: storages.offset(BlockPlace(storage: stem.output, block: 0)), blockStride: stemBlockStride,
                    blockCount: stem.outputBlocks)
            }, bands: bands, format: format)
    }
}

extension PendingDepthwise {
    /// The same with a stem whose scratch is laid out.
    func replacing(stem: PendingMatrix, blockStride: Int) -> PendingDepthwise {
        var copy = self
        copy.stem = stem
        copy.stemBlockStride = blockStride
        return copy
    }
}

struct PendingElementwise: PendingStep {
    let name: String
    let first: [BlockPlace]
    let second: [BlockPlace]?
    let output: Int
    let pixels: Int
    let combination: ElementwiseCall.Combination
    let epilogue: PendingEpilogue
    let format: ElementFormat

    var kind: StepKind { .elementwise }
    var touched: [Int] { first.map(\.storage) + (second ?? []).map(\.storage) + [output] }

    func resolved(_ storages: StorageTable, _ arena: ConstantArena) -> any BlockedStep {
        let blocks = first.indices.map { index in
            ElementwiseStep.Block(
                first: storages.offset(first[index]), second: second.map { storages.offset($0[index]) } ?? 0,
                output: storages.offset(BlockPlace(storage: output, block: index)))
        }
        return ElementwiseStep(
            blocks: arena.copy(blocks), pixels: pixels, combination: combination,
            epilogue: epilogue.resolved(arena), format: format)
    }
}

/// A mean over all pixels or a window.
struct PendingPool: PendingStep {
    let name: String
    let input: [BlockPlace]
    let output: Int
    /// Nil for the mean of the whole image.
    let window: (geometry: ConvolutionGeometry, kind: Pool.Kind)?
    let pixels: Int
    let format: ElementFormat

    var kind: StepKind { .pool }
    var touched: [Int] { input.map(\.storage) + [output] }

    func resolved(_ storages: StorageTable, _ arena: ConstantArena) -> any BlockedStep {
        let blocks = arena.copy(
            input.enumerated().map { index, place in
                DepthwiseStep.Block(
                    input: storages.offset(place),
                    output: storages.offset(BlockPlace(storage: output, block: index)))
            })
        guard let window else { return MeanStep(blocks: blocks, pixels: pixels, format: format) }
        return PoolStep(blocks: blocks, geometry: window.geometry, kind: window.kind, format: format)
    }
}

/// Channels brought to one place, from the arena or (without places) from the caller's image.
struct PendingGather: PendingStep {
    let name: String
    let places: [ChannelPlace]?
    let channels: Int
    let pixels: Int
    let output: Int
    /// Of the output and of the arena's channels; the caller's image is of floats.
    let format: ElementFormat

    var kind: StepKind { .copy }
    var touched: [Int] { (places ?? []).map(\.storage) + [output] }

    func resolved(_ storages: StorageTable, _ arena: ConstantArena) -> any BlockedStep {
        let sources =
            places?.map { place in
                GatherStep.Channel(source: storages.offset(place), stride: ChannelSpan.lanes)
            } ?? (0..<channels).map { GatherStep.Channel(source: $0 * pixels, stride: 1) }
        return GatherStep(
            channels: arena.copy(sources), readsImage: places == nil, pixels: pixels,
            output: storages.offset(BlockPlace(storage: output, block: 0)), format: format)
    }
}

extension StorageTable {
    /// Numbers of the channel's format between the start of the arena (or scratch) and its first pixel.
    func offset(_ place: ChannelPlace) -> Int {
        offset(BlockPlace(storage: place.storage, block: place.block)) * storages[place.storage].format.channelsPerWord
            + place.lane
    }
}

extension UnsafeBufferPointer {
    /// The address of the first element; the arena's copies always have one.
    var start: UnsafePointer<Element> {
        guard let baseAddress else { preconditionFailure("a copy has an address") }
        return baseAddress
    }
}
