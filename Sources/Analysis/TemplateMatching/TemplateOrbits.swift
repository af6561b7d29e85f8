import MatchingLoopsBaseline

/// The templates of one family of 3×3 kernels, told by one of each set that turns and flips of the square make alike.
///
/// See `OrbitScan`. Two templates that differ by their sign alone count as one.
package struct TemplateOrbits: Sendable {
    /// Sixteen numbers an orbit: as `OrbitScan` wants them.
    private let rows: ConstantBuffer<Float>
    /// How many orbits there are of each kind.
    private let counts: ConstantBuffer<Int32>
    /// Eight images an orbit: 256 · the template that each is + what that looks like.
    private let members: ConstantBuffer<Int32>

    /// Sorts templates into orbits; nil where an image of one is missing.
    ///
    /// Templates of zeros are passed over; norms are alike for images of each other.
    init?(_ family: MatchingTables.Family) {
        let (weights, norms) = (family.weights, family.norms)
        precondition(weights.count == 9 * norms.count)
        let parts = norms.indices.map { Parts(weights[9 * $0..<9 * $0 + 9].map(Double.init)) }
        let templates = parts.indices.filter { parts[$0].magnitude > 1e-6 }
        var isTaken = Set<Int>()
        var orbits: [(kind: Int, parts: Parts, norm: Float, members: [Int32])] = []
        for template in templates where !isTaken.contains(template) {
            // Told by the image that makes the fewest products.
            let images = (0..<8).map { parts[template].image($0) }
            guard let chosen = images.min(by: { $0.kind < $1.kind }) else { return nil }
            var members: [Int32] = []
            for image in 0..<8 {
                let wanted = chosen.image(image)
                guard let member = templates.first(where: { parts[$0].isClose(to: wanted) }) else { return nil }
                members.append(256 * Int32(member) + family.kinds[member])
                isTaken.insert(member)
            }
            orbits.append((chosen.kind, chosen, norms[template], members))
        }
        var (rows, counts, sorted): ([Float], [Int32], [Int32]) = ([], [], [])
        for kind in 0..<6 {
            var some = orbits.filter { $0.kind == kind }
            // An even number of each, so that two can be matched at a time.
            if some.count % 2 == 1, let last = some.last { some.append(last) }
            counts.append(Int32(some.count))
            for orbit in some {
                let products = orbit.parts.products.map(Float.init)
                rows += products + [abs(products[3]), abs(products[4]), 1 / orbit.norm, 0, 0, 0, 0]
                sorted += orbit.members
            }
        }
        (self.rows, self.counts, members) = (ConstantBuffer(rows), ConstantBuffer(counts), ConstantBuffer(sorted))
    }

    /// The tables as the loops want them.
    var family: MatchingLoopsBaseline.OrbitScan.Family { (rows.pointer, counts.pointer, members.pointer) }

    /// The nine numbers of one template, in the order of the tables.
    private struct Parts {
        /// Centre, sides, corners, b₁, b₂, e, d: sums over the cells.
        var numbers: [Double]

        init(_ t: [Double]) {
            let (across, upright, main, other) = (t[3] + t[5], t[1] + t[7], t[0] + t[8], t[2] + t[6])
            numbers = [
                t[4], across + upright, main + other, across - upright, main - other, t[5] - t[3], t[7] - t[1],
                t[2] + t[8] - t[0] - t[6], t[6] + t[8] - t[0] - t[2],
            ]
        }

        /// By what the numbers of a kernel are multiplied: each divided by its cells.
        var products: [Double] { zip(numbers, [1.0, 4, 4, 4, 4, 2, 2, 4, 4]).map { $0 / $1 } }

        var magnitude: Double { numbers.reduce(0) { max($0, abs($1)) } }

        /// The turned or flipped template: 4 changes x and y, 2 and 1 flip x and y.
        func image(_ number: Int) -> Parts {
            let (flipX, flipY) = (number & 2 > 0 ? -1.0 : 1, number & 1 > 0 ? -1.0 : 1)
            let n = numbers
            var result = self
            result.numbers[4] *= flipX * flipY
            if number & 4 == 0 {
                result.numbers.replaceSubrange(5..<9, with: [n[5] * flipX, n[6] * flipY, n[7] * flipX, n[8] * flipY])
            } else {
                result.numbers[3] = -n[3]
                result.numbers.replaceSubrange(5..<9, with: [n[6] * flipY, n[5] * flipX, n[8] * flipY, n[7] * flipX])
            }
            return result
        }

        func isClose(to other: Parts) -> Bool {
            let pairs = zip(numbers, other.numbers)
            return pairs.allSatisfy { abs($0 - $1) < 1e-5 } || pairs.allSatisfy { abs($0 + $1) < 1e-5 }
        }

        /// The kinds of `OrbitScan`.
        var kind: Int {
            func isZero(_ places: Int...) -> Bool { places.allSatisfy { abs(numbers[$0]) < 1e-6 } }
            if isZero(5, 6, 7, 8) { return isZero(3, 4) ? 0 : 1 }
            if isZero(4, 6, 8) { return 2 }
            if isZero(3), abs(numbers[5] - numbers[6]) < 1e-6, abs(numbers[7] - numbers[8]) < 1e-6 { return 3 }
            return isZero(0, 1, 2, 3, 4) ? 4 : 5
        }
    }
}
