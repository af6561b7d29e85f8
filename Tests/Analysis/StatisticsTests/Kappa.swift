/// Cohen's κ: (agreement − agreement by chance) / (1 − agreement by chance).
func kappa(_ pairs: [(String, String)]) -> Double {
    let count = Double(pairs.count)
    let agreement = Double(pairs.count { $0.0 == $0.1 }) / count
    let chance = Set(pairs.map(\.0)).reduce(0.0) { sum, label in
        sum + Double(pairs.count { $0.0 == label }) / count * Double(pairs.count { $0.1 == label }) / count
    }
    return (agreement - chance) / (1 - chance)
}
