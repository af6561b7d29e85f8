/// The features of 3×3 kernels from their parts under the symmetries of the square; see `OrbitScan` for the parts and
/// `TemplateScan` for how the source is compiled.
///
/// C commutes with the symmetries, so that the parts of C·w follow from those of w kind by kind: three numbers from three
/// (centre, sides, corners), one from one (b₁, b₂), two from two (e and d, along x and y alike).
enum NineScan {
    typealias Lanes = SIMD16<Float>
    typealias Indices = SIMD16<Int32>
    private typealias Row = FeatureScan.Row

    /// Sums, energy, strongest cell and alternating responses of a block; rows of `FeatureScan.Row` but the outputs.
    ///
    /// - Parameters:
    ///   - block: the scaled cells.
    ///   - w: the parts of the kernels.
    static func sums(
        _ block: UnsafePointer<Lanes>, _ w: UnsafePointer<Lanes>, _ rows: UnsafeMutablePointer<Lanes>,
        _ strongest: UnsafeMutablePointer<Indices>
    ) {
        let (c, s, k, b1) = (w[0], w[1], w[2], w[3])
        rows[Row.sum] = c + s + k
        rows[Row.horizontal] = k - c + b1
        rows[Row.vertical] = k - c - b1
        rows[Row.checker] = k + c - s
        var largest = FeatureScan.magnitude(block[0])
        var absolute = largest
        var energy = block[0] * block[0]
        var place = Indices.zero
        var cell = 1
        while cell < 9 {
            let magnitude = FeatureScan.magnitude(block[cell])
            absolute += magnitude
            energy += magnitude * magnitude
            let isLarger = magnitude .> largest
            largest.replace(with: magnitude, where: isLarger)
            place.replace(with: Indices(repeating: Int32(truncatingIfNeeded: cell)), where: isLarger)
            cell &+= 1
        }
        rows[Row.absoluteSum] = absolute
        rows[Row.energy] = energy
        strongest.pointee = place
    }

    /// The parts of C·w, and the three rows of outputs: wᵀCw, 1ᵀCw, and C·w at the strongest cell.
    ///
    /// - Parameters:
    ///   - powers: 1, ρ, ρ².
    ///   - w: the parts of the kernels.
    ///   - y: where the nine parts of C·w go.
    static func outputs(
        _ powers: UnsafePointer<Float>, _ w: UnsafePointer<Lanes>, _ strongest: UnsafePointer<Indices>,
        _ y: UnsafeMutablePointer<Lanes>, _ rows: UnsafeMutablePointer<Lanes>
    ) {
        // Near and far of one line of cells: 1 and ρ² from itself and from the other end, ρ from the middle.
        let (near, far) = (powers[1], powers[2])
        let (together, apart) = (1 + far, 1 - far)
        let sides = near * together
        y[0] = w[0] + w[1] * near + w[2] * far
        y[1] = w[0] * (4 * near) + w[1] * (1 + 3 * far) + w[2] * (2 * sides)
        y[2] = w[0] * (4 * far) + w[1] * (2 * sides) + w[2] * (together * together)
        y[3] = w[3] * apart
        y[4] = w[4] * (apart * apart)
        let (mixed, corner) = (near * apart, apart * together)
        y[5] = w[5] * apart + w[7] * mixed
        y[6] = w[6] * apart + w[8] * mixed
        y[7] = w[5] * (2 * mixed) + w[7] * corner
        y[8] = w[6] * (2 * mixed) + w[8] * corner
        let quarters = w[1] * y[1] + w[2] * y[2] + (w[3] * y[3] + w[4] * y[4]) + (w[7] * y[7] + w[8] * y[8])
        rows[Row.outputEnergy] = w[0] * y[0] + (w[5] * y[5] + w[6] * y[6]) * 0.5 + quarters * 0.25
        rows[Row.outputOfOnes] = y[0] + y[1] + y[2]
        // C·w cell by cell again.
        let (lying, standing) = ((y[1] + y[3]) * 0.25, (y[1] - y[3]) * 0.25)
        let (falling, rising) = ((y[2] + y[4]) * 0.25, (y[2] - y[4]) * 0.25)
        let (x, up) = (y[5] * 0.5, y[6] * 0.5)
        let (along, against) = ((y[7] + y[8]) * 0.25, (y[7] - y[8]) * 0.25)
        let place = strongest.pointee
        var there = y[0]
        there.replace(with: falling - along, where: place .== Indices(repeating: 0))
        there.replace(with: standing - up, where: place .== Indices(repeating: 1))
        there.replace(with: rising + against, where: place .== Indices(repeating: 2))
        there.replace(with: lying - x, where: place .== Indices(repeating: 3))
        there.replace(with: lying + x, where: place .== Indices(repeating: 5))
        there.replace(with: rising - against, where: place .== Indices(repeating: 6))
        there.replace(with: standing + up, where: place .== Indices(repeating: 7))
        there.replace(with: falling + along, where: place .== Indices(repeating: 8))
        rows[Row.outputAtPeak] = there
    }
}
