/// Consecutive numbers of one pixel that a matrix product reads one after another.
///
/// Activations lie in blocks of sixteen channels: H·W pixels of sixteen numbers ("lanes") each. A run is a part of one
/// pixel's lanes, the same for every pixel.
package struct ChannelSpan: Sendable, Equatable, BitwiseCopyable {
    /// Numbers between the start of the memory and the first lane at the first pixel.
    package var offset: Int32
    /// How many lanes follow each other.
    package var count: Int32
    /// Whether the memory is the thread's own scratch memory instead of the arena.
    package var isInScratch: Int32

    /// Names the lanes.
    package init(offset: Int32, count: Int32, isInScratch: Bool) {
        self.offset = offset
        self.count = count
        self.isInScratch = isInScratch ? 1 : 0
    }

    /// Channels in a block: one 512-bit vector of floats.
    package static let lanes = 16
}
