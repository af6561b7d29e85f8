import Glibc

/// Softmax cross-entropy with smoothed labels, in 64 bits.
///
/// loss = −Σ over k: t[k] · log softmax(z)[k] with t = (1 − ε)·onehot + ε/K, the mean over the batch.
/// Source: Szegedy et al., arXiv 1512.00567, section 7.
struct CrossEntropy: Sendable {
    /// ε, 0…1.
    let smoothing: Double

    /// One image's loss; writes (softmax − t)/N to `gradients`, both `stride` numbers from class to class.
    func evaluate(
        logits: UnsafePointer<Float>, rows: UnsafePointer<Int>, classes: Int, label: Int, batch: Int,
        gradients: UnsafeMutablePointer<Float>?, gradientRows: UnsafePointer<Int>
    ) -> (loss: Double, isCorrect: Bool) {
        var largest = -Double.infinity
        var best = 0
        var isNumber = true
        for k in 0..<classes {
            let z = Double(logits[rows[k]])
            isNumber = isNumber && z.isFinite
            if z > largest { (largest, best) = (z, k) }
        }
        guard isNumber else { return (.nan, false) }
        var total = 0.0
        for k in 0..<classes { total += exp(Double(logits[rows[k]]) - largest) }
        let logTotal = log(total) + largest
        var loss = 0.0
        for k in 0..<classes {
            let target = (k == label ? 1 - smoothing : 0) + smoothing / Double(classes)
            let logProbability = Double(logits[rows[k]]) - logTotal
            loss -= target * logProbability
            if let gradients { gradients[gradientRows[k]] = Float((exp(logProbability) - target) / Double(batch)) }
        }
        return (loss, best == label)
    }
}
