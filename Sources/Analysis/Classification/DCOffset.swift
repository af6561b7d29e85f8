/// A constant under a shape: learned kernels rarely end at zero, and correlated pixels feel what is left.
enum DCOffset {
    /// |Σw| / Σ|w|.
    static func gain(_ weights: [Float]) -> Float {
        abs(weights.reduce(0, +)) / weights.reduce(0) { $0 + abs($1) }
    }

    /// Σw² of the strongest cell over that of all.
    static func peak(_ weights: [Float]) -> Float {
        weights.reduce(0) { max($0, $1 * $1) } / weights.reduce(0) { $0 + $1 * $1 }
    }

    /// The shape on as much of its DC offset, 0…1, as `keeps` its label; without one it is taken to keep it.
    static func largest(_ standIn: (_ share: Float) -> [Float], keeps: ([Float]) -> Bool) -> [Float] {
        let whole = standIn(1)
        if keeps(whole) { return whole }
        var (low, high): (Float, Float) = (0, 1)
        for _ in 0..<16 {
            let middle = (low + high) / 2
            if keeps(standIn(middle)) { low = middle } else { high = middle }
        }
        return standIn(low)
    }
}
