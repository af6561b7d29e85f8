import Diagnostics

extension ImageDataSet {
    /// Two parts of a training set: so many images that are held out of it, and the rest, each in the set's order.
    ///
    /// Every class gives its share to within one image. Which images that are follows from `seed` alone: the set is
    /// shuffled, and the image of rank k of a class of n images comes at (k + ½)/n.
    /// Throws `data.validation` unless at least two images are left.
    public func holdingOut(_ count: Int, seed: UInt64) throws -> (rest: ImageDataSet, heldOut: ImageDataSet) {
        guard count > 0, count <= self.count - 2 else {
            throw KernelVizError(
                code: "data.validation", subject: path,
                found: "\(count) of \(self.count) training images to hold out",
                expected: "from 1 to \(max(1, self.count - 2)), so that at least 2 are left",
                advice: "Choose fewer validation images")
        }
        var sizes = Array(repeating: 0, count: classNames.count)
        for label in labels { sizes[label] += 1 }
        var taken = Array(repeating: 0, count: classNames.count)
        var ranked: [(key: Double, label: Int, index: Int)] = []
        for index in BatchStream.order(self.count, seed: seed, epoch: 0) {
            let label = labels[index]
            ranked.append(((Double(taken[label]) + 0.5) / Double(sizes[label]), label, index))
            taken[label] += 1
        }
        let order = ranked.sorted { ($0.key, $0.label) < ($1.key, $1.label) }.map(\.index)
        return (subset(order.dropFirst(count).sorted()), subset(order.prefix(count).sorted()))
    }
}
