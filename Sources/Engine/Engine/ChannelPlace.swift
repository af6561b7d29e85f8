/// One channel of a result: which memory holds it, and the how manieth it is there.
///
/// A result is a list of these. A slice, a join and a shuffle of channels are other lists of the same places: nothing is
/// computed or copied. (The reference plan alone copies, its loops read whole images.)
package struct ChannelPlace: Sendable, Hashable, Comparable {
    package var storage: Int
    package var channel: Int

    /// Names a channel.
    package init(storage: Int, channel: Int) {
        self.storage = storage
        self.channel = channel
    }

    /// Storage by storage, channel by channel.
    package static func < (a: ChannelPlace, b: ChannelPlace) -> Bool {
        (a.storage, a.channel) < (b.storage, b.channel)
    }
}

extension GraphOperation {
    /// Whether the result is no more than a choice of the inputs' channels.
    package var choosesChannels: Bool {
        switch self {
        case .slice, .concatenate, .channelShuffle: true
        default: false
        }
    }

    /// The channels of such a result, given the inputs' channels in order.
    package func chosenChannels<Channel>(of inputs: [[Channel]]) -> [Channel] {
        switch self {
        case .slice(let range): return Array(inputs[0][range])
        case .concatenate: return inputs.flatMap { $0 }
        case .channelShuffle(let groups):
            let perGroup = inputs[0].count / groups
            return inputs[0].indices.map { inputs[0][$0 % groups * perGroup + $0 / groups] }
        default: preconditionFailure("the operation computes numbers of its own")
        }
    }
}
