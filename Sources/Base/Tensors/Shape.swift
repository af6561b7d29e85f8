/// The lengths of a tensor's axes, outermost first.
public struct Shape: Sendable, Equatable, Hashable, Codable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// Lengths, outermost first; none is negative. Empty for a scalar.
    public let dimensions: [Int]

    /// Names the lengths; a negative one is a programmer's mistake.
    public init(_ dimensions: [Int]) {
        precondition(dimensions.allSatisfy { $0 >= 0 })
        self.dimensions = dimensions
    }

    /// Names the lengths as a literal: `[64, 1, 3, 3]`.
    public init(arrayLiteral elements: Int...) { self.init(elements) }

    /// The number of axes.
    @inlinable public var rank: Int { dimensions.count }

    /// The product of all lengths; 1 for a scalar. Traps on overflow: shapes from files go through `checked`.
    @inlinable public var elementCount: Int { dimensions.reduce(1, *) }

    /// The length of one axis.
    @inlinable public subscript(axis: Int) -> Int { dimensions[axis] }

    /// `64×1×3×3`; `scalar` without axes.
    public var description: String {
        dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "×")
    }

    /// A shape from untrusted lengths: nil where one is negative or the element count exceeds `limit`.
    public static func checked(_ dimensions: [Int], limit: Int = 1 << 40) -> Shape? {
        var count = 1
        for length in dimensions {
            guard length >= 0 else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard !overflow, product <= limit else { return nil }
            count = product
        }
        return Shape(dimensions)
    }
}
