import TemplateMatching

/// What the eye sees of sixteen kernels beside fits: how rough they are, and how their energy divides among cells.
///
/// Scale, sign and the symmetries of the square change none of it.
struct Texture: Sendable {
    /// Σ (differences of neighbouring cells)² / Σw², 0…8: small where weights change smoothly.
    var roughness = Lanes.zero
    /// The share of the energy in cells of the weaker sign, 0…0.5.
    var weakerSign = Lanes.zero
    /// The second largest |w| over the largest, 0…1.
    var secondCell = Lanes.zero

    /// No kernels.
    init() {}

    /// Measures the scaled cells of N×N kernels, row-major.
    ///
    /// - Parameters:
    ///   - block: one cell of each kernel an element; the largest magnitude of a kernel is 1.
    ///   - energy: Σw² of each.
    init(_ block: [Lanes], energy: Lanes) {
        let size = Self.side(block.count)
        let cells = block.span
        var rough = Lanes.zero
        var positive = Lanes.zero
        var (first, second) = (Lanes.zero, Lanes.zero)
        for row in 0..<size {
            for column in 0..<size {
                let cell = row * size + column
                let weight = cells[cell]
                let magnitude = weight.magnitudes
                let raised = Lanes.zero.larger(weight)
                positive += raised * raised
                second = second.larger(magnitude.smaller(first))
                first = first.larger(magnitude)
                if column + 1 < size {
                    let step = cells[cell + 1] - weight
                    rough += step * step
                }
                if row + 1 < size {
                    let step = cells[cell + size] - weight
                    rough += step * step
                }
            }
        }
        // What is divided by for kernels of zeros does not matter.
        let whole = Lanes(repeating: 1).replacing(with: energy, where: energy .> 0.0)
        let share = positive / whole
        roughness = rough / whole
        weakerSign = Lanes.zero.larger(share.smaller(1 - share))
        secondCell = second
    }

    private static func side(_ cells: Int) -> Int {
        var side = 1
        while side * side < cells { side += 1 }
        return side
    }
}
