import Tensors

extension Tensor {
    /// The slices of the first axis at `places`.
    func rows(_ places: [Int]) -> Tensor {
        let length = shape.elementCount / max(1, shape[0])
        var chosen: [Float] = []
        chosen.reserveCapacity(places.count * length)
        for place in places { chosen += scalars[place * length..<(place + 1) * length] }
        return Tensor(shape: Shape([places.count] + shape.dimensions.dropFirst()), scalars: chosen)
    }
}

/// Runs of rows of a shuffle of which the same groups stay.
struct ShuffleRun: Equatable, Sendable {
    /// The groups that stay, ascending.
    let groups: [Int]
    /// Of each of them, the places among the channels of the input that stay.
    var places: [Range<Int>]

    /// The runs that give what is left of a shuffle: row i of it takes channel i of each group.
    ///
    /// - Parameters:
    ///   - kept: The channels of the input that stay, ascending.
    ///   - channels: All channels of the input.
    static func runs(kept: [Int], channels: Int, groups: Int) -> [ShuffleRun] {
        let perGroup = channels / groups
        var places = [Int?](repeating: nil, count: channels)
        for (place, channel) in kept.enumerated() { places[channel] = place }
        var runs: [ShuffleRun] = []
        for row in 0..<perGroup {
            let own = (0..<groups).compactMap { group in places[group * perGroup + row].map { (group, $0) } }
            guard !own.isEmpty else { continue }
            if let last = runs.last, last.groups == own.map(\.0),
                zip(last.places, own).allSatisfy({ $0.upperBound == $1.1 })
            {
                runs[runs.count - 1].places = last.places.map { $0.lowerBound..<$0.upperBound + 1 }
            } else {
                runs.append(ShuffleRun(groups: own.map(\.0), places: own.map { $0.1..<$0.1 + 1 }))
            }
        }
        return runs
    }
}
