/// A data set as a file lists it: where it is, how long its axes are, what it stores.
public struct HDF5Dataset: Sendable, Equatable {
    /// What the elements are, as far as reading goes.
    public enum Kind: Sendable, Equatable {
        /// Integers or floating-point numbers: readable as numbers.
        case numeric
        /// Fixed or variable-length strings.
        case string
        /// Compounds, references, enumerations and the like: listed, not read.
        case other
    }

    /// The path from the root without the leading slash ("features/0/weight").
    public let path: String
    /// The lengths of the axes, outermost first; empty for a scalar.
    public let dimensions: [Int]
    /// The stored type in NumPy's spelling, whatever the byte order ("float32", "int64", "S44", "object").
    public let dtype: String
    /// What the elements are.
    public let kind: Kind
    /// Where the elements lie in the file as ``HDF5File/bytes(_:)`` would hand them over: the byte at which they begin;
    /// nil where they are packed, scattered, swapped or not yet written, or the file lies in memory.
    public let plainOffset: Int?
}

/// What lies under a group.
public struct HDF5Listing: Sendable, Equatable {
    /// The paths of all groups below, parents first.
    public let groups: [String]
    /// The data sets below, siblings in creation order where the file keeps it, else in natural name order.
    public let datasets: [HDF5Dataset]
    /// How many names are no UTF-8 and were taken for Latin-1.
    public let latinNameCount: Int
}

/// The value of an attribute.
public struct HDF5Attribute: Sendable, Equatable {
    /// The elements by kind.
    public enum Value: Sendable, Equatable {
        /// Fixed or variable-length strings.
        case strings([String])
        /// Integers of any width.
        case integers([Int64])
        /// Floating-point numbers of any width.
        case numbers([Double])
        /// A type that is not read; its name.
        case other(String)
    }

    /// The lengths of the axes; empty for a scalar, `[0]` for an attribute without a value.
    public let dimensions: [Int]
    /// The elements, row-major.
    public let value: Value

    /// The elements as strings; empty where they are not strings.
    public var strings: [String] { if case .strings(let strings) = value { strings } else { [] } }

    /// The one string or number as text; nil for arrays and other types.
    public var text: String? {
        switch value {
        case .strings(let strings): strings.count == 1 ? strings[0] : nil
        case .integers(let integers): integers.count == 1 ? String(integers[0]) : nil
        case .numbers(let numbers): numbers.count == 1 ? String(numbers[0]) : nil
        case .other: nil
        }
    }
}
