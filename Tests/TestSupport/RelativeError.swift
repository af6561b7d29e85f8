/// The largest difference over the largest expected number; infinite where anything is not finite or lengths differ.
public func relativeError(_ found: [Float], _ expected: [Double]) -> Double {
    // A NaN anywhere must not pass for agreement.
    guard found.count == expected.count, found.allSatisfy(\.isFinite) else { return .infinity }
    let scale = expected.reduce(0) { max($0, abs($1)) }
    let worst = zip(found, expected).reduce(0) { $0.isNaN ? $0 : max($0, abs(Double($1.0) - $1.1)) }
    return worst.isNaN ? .infinity : worst / max(scale, 1e-30)
}
