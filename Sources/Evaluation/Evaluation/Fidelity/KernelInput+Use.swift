import Classification

extension KernelInput {
    /// The covariance of two cells of a channel's patches.
    func covariance(_ channel: Int, _ a: Int, _ b: Int) -> Double {
        let cells = size * size
        let n = Double(max(1, patches))
        let means = (sums[channel * cells + a] / n, sums[channel * cells + b] / n)
        return products[(channel * cells + a) * cells + b] / n - means.0 * means.1
    }

    /// The mean of one cell of a channel's patches.
    func mean(_ channel: Int, _ cell: Int) -> Double { sums[channel * size * size + cell] / Double(max(1, patches)) }

    /// A kernel in another's stead: the kernel times its gain, and what must be added to its output.
    struct Substitute {
        let kernel: [Float]
        let shift: Double
    }

    /// The least-squares stand-in for `kernel` on a channel: g·t with g = tᵀΣw / tᵀΣt, and mᵀ(w − g·t) for the mean.
    ///
    /// A template without output (all zeros) leaves the mean alone.
    func substitute(for kernel: [Float], template: [Float], channel: Int) -> Substitute {
        let cells = size * size
        var (cross, energy) = (0.0, 0.0)
        for a in 0..<cells where template[a] != 0 {
            for b in 0..<cells {
                let product = Double(template[a]) * covariance(channel, a, b)
                cross += product * Double(kernel[b])
                energy += product * Double(template[b])
            }
        }
        let gain = energy > 0 ? cross / energy : 0
        var shift = 0.0
        for cell in 0..<cells {
            shift += mean(channel, cell) * (Double(kernel[cell]) - gain * Double(template[cell]))
        }
        return Substitute(kernel: template.map { Float(gain * Double($0)) }, shift: shift)
    }

    /// What `kernel` gives on a channel's patches, ready to be compared with what templates give.
    package func response(of kernel: [Float], channel: Int) -> KernelResponse {
        let cells = size * size
        var covariances = [Double](repeating: 0, count: cells * cells)
        for a in 0..<cells { for b in 0..<cells { covariances[a * cells + b] = covariance(channel, a, b) } }
        return KernelResponse(kernel: kernel, covariances: covariances)
    }

    /// The correlation of the input's pixels by distance, each channel that varies weighted alike; nil where none does.
    var correlation: InputCorrelation? {
        let cells = size * size
        let reach = size - 1
        let width = 2 * reach + 1
        var sums = [Double](repeating: 0, count: (reach + 1) * width)
        var counts = [Double](repeating: 0, count: sums.count)
        for channel in 0..<self.sums.count / cells {
            let variance = (0..<cells).reduce(0) { $0 + covariance(channel, $1, $1) } / Double(cells)
            let power = (0..<cells).reduce(0) { $0 + mean(channel, $1) * mean(channel, $1) } / Double(cells)
            guard variance > 1e-12 * (variance + power), variance > 0 else { continue }
            for a in 0..<cells {
                for b in 0..<cells {
                    var (y, x) = (b / size - a / size, b % size - a % size)
                    if y < 0 || y == 0 && x < 0 { (y, x) = (-y, -x) }
                    sums[y * width + x + reach] += covariance(channel, a, b) / variance
                    counts[y * width + x + reach] += 1
                }
            }
        }
        guard counts[reach] > 0 else { return nil }
        var values = zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
        // In a row the two directions are one.
        for x in 1...reach { values[reach - x] = values[reach + x] }
        return InputCorrelation(reach: reach, values: values.map { max(-1, min(1, $0)) })
    }
}
