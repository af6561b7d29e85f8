import Classification
import Diagnostics
import Kernels
import Statistics

/// The kernels of a layer with what the classifier found in each.
public struct LabelledKernels: Sendable {
    /// The kernels.
    public let bank: KernelBank
    /// One classification a kernel, in bank order.
    public let classifications: [KernelClassification]

    /// Joins kernels with their classifications.
    ///
    /// Throws `figures.classificationCount` where there are not as many of them.
    public init(bank: KernelBank, classifications: [KernelClassification]) throws {
        guard bank.count == classifications.count else {
            throw KernelVizError(
                code: "figures.classificationCount", subject: bank.layer.label,
                found: "\(classifications.count) classifications", expected: "\(bank.count), one for each kernel")
        }
        (self.bank, self.classifications) = (bank, classifications)
    }

    /// Those of all layers of a network, in network order.
    ///
    /// Throws `figures.noKernels` where only its statistics are at hand, and what reading the file throws.
    public static func all(of network: AnalysedNetwork) throws -> [LabelledKernels] {
        guard let source = network.kernels else {
            throw KernelVizError(
                code: "figures.noKernels", subject: network.statistics.network.title,
                found: "a saved classification, which has no weights", expected: "a checkpoint",
                advice: "Name the checkpoint itself")
        }
        return try network.statistics.layers.map {
            try LabelledKernels(bank: source.bank(of: $0.layer), classifications: $0.classifications)
        }
    }

    /// The layer's number, or its name where it has none.
    package var shortName: String { bank.layer.number.map(String.init) ?? bank.layer.name }

    /// Kernel `index` divided by its norm √Σw²; nil for one of zeros or with a weight that is not finite.
    func unit(_ index: Int) -> [Double]? {
        let kernel = bank.kernel(index)
        let largest = kernel.reduce(0) { max($0, abs(Double($1))) }
        guard largest > 0, kernel.allSatisfy(\.isFinite) else { return nil }
        // In two steps, for the squares of the smallest numbers vanish.
        let scaled = kernel.map { Double($0) / largest }
        let norm = scaled.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return scaled.map { $0 / norm }
    }
}
