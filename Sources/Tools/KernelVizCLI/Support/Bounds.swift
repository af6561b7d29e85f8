import ArgumentParser

/// Bounds of the numbers that several verbs take, and the sentence for a number outside its own.
enum Bounds {
    /// Rows and columns of an input.
    static let inputSize = 1...4096
    /// Threads of a run or step.
    static let threads = 1...256

    /// Throws one sentence with the bounds where a value lies outside them.
    static func check<Value: Comparable>(
        _ option: String, _ values: [Value], in bounds: ClosedRange<Value>, unit: String = ""
    ) throws {
        guard values.allSatisfy(bounds.contains) else {
            // Whole numbers without decimals, also those of a Double.
            let ends = [bounds.lowerBound, bounds.upperBound].map { "\($0)".replacing(/\.0$/, with: "") }
            throw ValidationError("\(option) must lie in \(ends[0])…\(ends[1])\(unit.isEmpty ? "" : " " + unit).")
        }
    }

    /// The same for one value; nil is none.
    static func check<Value: Comparable>(
        _ option: String, _ value: Value?, in bounds: ClosedRange<Value>, unit: String = ""
    ) throws {
        try check(option, value.map { [$0] } ?? [], in: bounds, unit: unit)
    }
}
