/// The eight turns and flips of the square, applied to a kernel.
public enum KernelSymmetry: Int, Sendable, CaseIterable {
    case identity, quarterTurn, halfTurn, threeQuarterTurn
    case flipColumns, flipRows, transpose, antitranspose

    /// The kernel (N·N weights, row-major) turned or flipped.
    public func apply(_ kernel: [Float], size: Int) -> [Float] {
        precondition(kernel.count == size * size)
        let last = size - 1
        return (0..<size * size).map { position in
            let (y, x) = position.quotientAndRemainder(dividingBy: size)
            let (row, column) =
                switch self {
                case .identity: (y, x)
                case .quarterTurn: (x, last - y)
                case .halfTurn: (last - y, last - x)
                case .threeQuarterTurn: (last - x, y)
                case .flipColumns: (y, last - x)
                case .flipRows: (last - y, x)
                case .transpose: (x, y)
                case .antitranspose: (last - x, last - y)
                }
            return kernel[row * size + column]
        }
    }
}
