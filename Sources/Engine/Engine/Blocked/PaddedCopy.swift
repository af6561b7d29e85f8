import OperatorDispatch
import OperatorInterface

/// Copies the input rows that a band of outputs needs into scratch memory, with zeros around the image.
struct PaddedCopy: BitwiseCopyable, @unchecked Sendable {
    // Sendable: the pointer leads to constants.

    /// Where blocks (or the planes of the image) begin.
    let planes: UnsafeBufferPointer<Int>
    /// Whether the planes are those of the caller's image, one number a pixel, instead of blocks of the arena.
    let readsImage: Bool
    let geometry: ConvolutionGeometry
    /// Of the blocks.
    let format: ElementFormat
    /// The most input rows of a band.
    let rowCapacity: Int
    /// Where the copy begins in scratch memory.
    var scratchOffset = 0

    /// Words of one pixel.
    var lanes: Int { readsImage ? 1 : format.pixelWords }
    /// Words between the inputs of neighbouring outputs.
    var pixelStride: Int { geometry.stride * lanes }
    /// Pixels of a copied row.
    private var paddedWidth: Int { (geometry.outputWidth - 1) * geometry.stride + geometry.kernelWidth }
    /// Words of a copied row.
    var rowStride: Int { paddedWidth * lanes }
    /// Words from one plane to the next.
    var planeStride: Int { (rowCapacity * rowStride + 15) / 16 * 16 }
    /// Words of scratch memory.
    var floatCount: Int { planes.count * planeStride }

    /// Copies what outputs of `rows` read.
    func run(rows: Range<Int>, _ context: StepContext) {
        let first = rows.lowerBound * geometry.stride - geometry.paddingTop
        let count = (rows.count - 1) * geometry.stride + geometry.kernelHeight
        let source = readsImage ? context.image : UnsafePointer(context.arena)
        let inputRow = geometry.inputWidth * lanes
        let before = geometry.paddingLeft * lanes
        let copied = min(inputRow, rowStride - before)
        for plane in 0..<planes.count {
            for row in 0..<count {
                let target = context.scratch + (scratchOffset + plane * planeStride + row * rowStride)
                let y = first + row
                guard y >= 0 && y < geometry.inputHeight && copied > 0 else {
                    target.update(repeating: 0, count: rowStride)
                    continue
                }
                for index in 0..<before { target[index] = 0 }
                (target + before).update(from: source + (planes[plane] + y * inputRow), count: copied)
                for index in before + copied..<rowStride { target[index] = 0 }
            }
        }
    }

    /// One of `parts` shares of what the image holds below the rows that outputs of `rows` read: as much as comes next.
    func following(_ rows: Range<Int>, share: Int, of parts: Int, _ context: StepContext) -> FetchedMemory? {
        let parts = parts / planes.count
        guard readsImage, parts > 0, share < parts * planes.count else { return nil }
        let end = max(0, (rows.upperBound - 1) * geometry.stride - geometry.paddingTop + geometry.kernelHeight)
        let count = min(rows.count * geometry.stride, geometry.inputHeight - end)
        guard count > 0 else { return nil }
        let start = context.image + (planes[share / parts] + end * geometry.inputWidth)
        return FetchedMemory(start: start, count: count * geometry.inputWidth).share(share % parts, of: parts)
    }
}
