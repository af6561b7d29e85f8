/// What makes a layer's input of the numbers that lie there: scale · number + shift for each channel, one and zero where
/// nothing is pending.
///
/// A normalisation whose readers take this step needs no memory for its result, and nobody writes it.
struct PendingFactors: @unchecked Sendable {
    // Sendable: the lists belong to a PlanMemory that outlives them.
    /// Where each channel's factors stand; −1 for none.
    let scales: UnsafeMutablePointer<Int>
    let shifts: UnsafeMutablePointer<Int>
    let count: Int
    /// Where they are gathered, scales before shifts.
    let place: Int

    func gather(_ factors: UnsafeMutablePointer<Float>) {
        for channel in 0..<count {
            factors[place + channel] = scales[channel] < 0 ? 1 : factors[scales[channel]]
            factors[place + count + channel] = shifts[channel] < 0 ? 0 : factors[shifts[channel]]
        }
    }

    func scales(_ factors: UnsafePointer<Float>) -> UnsafePointer<Float> { factors + place }
    func shifts(_ factors: UnsafePointer<Float>) -> UnsafePointer<Float> { factors + (place + count) }
}
