import Classification
import Kernels

/// The order in which the strips of a grid are drawn.
struct KernelOrdering {
    let bank: KernelBank
    /// Kernels in a strip.
    let strip: Int
    let labels: [KernelLabel]?

    /// Strips that ``KernelGridOptions/Order/similarity`` chains; the rest follow in channel order.
    static let similarityLimit = 4096

    /// The strips' numbers in drawing order.
    func strips(_ order: KernelGridOptions.Order) -> [Int] {
        let strips = Array(0..<bank.count / strip)
        switch order {
        case .channel: return strips
        case .norm:
            let norms = strips.map(energy)
            return strips.sorted { (norms[$1], $0) < (norms[$0], $1) }
        case .label:
            guard let labels else { return strips }
            // A strip goes where its strongest slice belongs.
            let ranks = strips.map { KernelLabel.allCases.firstIndex(of: labels[salientKernel($0)]) ?? 0 }
            return strips.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
        case .similarity: return similarityChain(strips)
        }
    }

    /// Σw² of a strip's finite weights.
    func energy(_ strip: Int) -> Double { kernels(strip).reduce(0) { $0 + bank.energy($1) } }

    /// The kernel of a strip with the largest Σw², the first of equals.
    func salientKernel(_ strip: Int) -> Int {
        var best = (kernel: strip * self.strip, energy: -1.0)
        for kernel in kernels(strip) where bank.energy(kernel) > best.energy { best = (kernel, bank.energy(kernel)) }
        return best.kernel
    }

    private func kernels(_ strip: Int) -> Range<Int> { strip * self.strip..<(strip + 1) * self.strip }

    /// Each strip beside the one that is most like it among those left: the largest cosine, from the strongest on.
    private func similarityChain(_ strips: [Int]) -> [Int] {
        let count = min(strips.count, Self.similarityLimit)
        guard count > 2 else { return strips }
        let length = strip * bank.size * bank.size
        var unit = [Float](repeating: 0, count: count * length)
        for index in 0..<count {
            let norm = Float(energy(index).squareRoot())
            guard norm > 0, norm.isFinite else { continue }
            for cell in 0..<length {
                let weight = bank.values[index * length + cell]
                unit[index * length + cell] = weight.isFinite ? weight / norm : 0
            }
        }
        var current = (0..<count).max { (energy($0), $1) < (energy($1), $0) } ?? 0
        var left = Array(0..<count)
        var chain: [Int] = []
        chain.reserveCapacity(strips.count)
        while true {
            chain.append(current)
            // The place of the strip in `left`, which stays sorted.
            if let place = left.firstIndex(of: current) { left.remove(at: place) }
            guard let next = Self.nearest(to: current, among: left, unit: unit, length: length) else { break }
            current = next
        }
        return chain + strips[count...]
    }

    private static func nearest(to strip: Int, among others: [Int], unit: [Float], length: Int) -> Int? {
        var best: (strip: Int, cosine: Float)?
        for other in others {
            var cosine: Float = 0
            for cell in 0..<length { cosine += unit[strip * length + cell] * unit[other * length + cell] }
            if cosine > best?.cosine ?? -.infinity { best = (other, cosine) }
        }
        return best?.strip
    }
}

extension KernelBank {
    /// Σw² of the finite weights of kernel `index`.
    func energy(_ index: Int) -> Double {
        kernel(index).reduce(0) { $1.isFinite ? $0 + Double($1) * Double($1) : $0 }
    }
}
