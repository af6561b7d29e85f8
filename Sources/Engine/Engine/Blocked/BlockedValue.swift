import OperatorInterface

extension ChannelPlace {
    /// The block of sixteen channels of the storage.
    var block: Int { channel / ChannelSpan.lanes }
    /// The channel's place in its block.
    var lane: Int { channel % ChannelSpan.lanes }
}

/// A result as a list of channels, wherever each of them lies.
struct BlockedValue: Sendable, Equatable {
    var height: Int
    var width: Int
    var places: [ChannelPlace]

    var pixels: Int { height * width }

    /// `channels` channels one after another in a storage of their own.
    init(height: Int, width: Int, channels: Int, storage: Int) {
        self.init(
            height: height, width: width,
            places: (0..<channels).map { ChannelPlace(storage: storage, channel: $0) })
    }

    init(height: Int, width: Int, places: [ChannelPlace]) {
        self.height = height
        self.width = width
        self.places = places
    }

    /// The storage where all channels lie one after another from its start, if they do.
    var plainStorage: Int? {
        guard let storage = places.first?.storage else { return nil }
        let isPlain = places.indices.allSatisfy { places[$0] == ChannelPlace(storage: storage, channel: $0) }
        return isPlain ? storage : nil
    }

    /// The blocks that hold channels, in the order of their storages, each once.
    var blocks: [BlockPlace] {
        Set(places.map { BlockPlace(storage: $0.storage, block: $0.block) }).sorted()
    }

    /// The same lanes in new blocks: what a step that treats every lane by itself makes of the value.
    func mirrored(height: Int, width: Int, storage: Int) -> BlockedValue {
        let numbers = Dictionary(uniqueKeysWithValues: blocks.enumerated().map { ($1, $0) })
        return BlockedValue(
            height: height, width: width,
            places: places.map { place in
                let number = numbers[BlockPlace(storage: place.storage, block: place.block)]
                guard let number else { preconditionFailure("a place lies in one of the value's blocks") }
                return ChannelPlace(storage: storage, channel: number * ChannelSpan.lanes + place.lane)
            })
    }

    /// One number a channel, put into the lanes of the value's blocks; `filler` elsewhere.
    func spread(_ scalars: [Float], filler: Float = 0) -> [Float] {
        let numbers = Dictionary(uniqueKeysWithValues: blocks.enumerated().map { ($1, $0) })
        var result = [Float](repeating: filler, count: numbers.count * ChannelSpan.lanes)
        for (place, scalar) in zip(places, scalars) {
            guard let number = numbers[BlockPlace(storage: place.storage, block: place.block)] else { continue }
            result[number * ChannelSpan.lanes + place.lane] = scalar
        }
        return result
    }
}

/// One block of a storage.
struct BlockPlace: Sendable, Hashable, Comparable {
    var storage: Int
    var block: Int

    static func < (a: BlockPlace, b: BlockPlace) -> Bool { (a.storage, a.block) < (b.storage, b.block) }
}
