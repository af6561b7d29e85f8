import Architectures
import Checkpoints
import Diagnostics
import Engine
import Numerics

/// Kernels of strided layers that lean the other way than their padding makes them.
///
/// With symmetric zeros a 3×3 window of stride 2 stands half a pixel above and left of the two pixels that it stands for,
/// with TensorFlow's SAME half a pixel below and right; learned kernels lean back. In the ten networks every strided layer
/// that leans by more than five standard errors does so, and of each network all together. A lean the other way says that
/// the padding is another than the network was trained with, or that its kernels were turned.
struct PaddingRule: DiagnosisRule {
    let identifier = "padding"
    let title = "Strided kernels that lean against their padding: another padding, or kernels turned by a conversion"
    let needs: Set<DiagnosisNeed> = []

    private struct Vote {
        let layer: SubjectLayer
        let lean: KernelLean
        /// The lean that the padding asks for, in pixels.
        let expected: (rows: Double, columns: Double)

        /// How many standard errors it leans to where its padding makes it, by rows and by columns; layers of many kernels
        /// do not outvote all others.
        var agreement: (rows: Double, columns: Double) {
            func bounded(_ t: Double, _ expected: Double) -> Double {
                min(max(expected > 0 ? t : -t, -DiagnosisLimits.mostErrors), DiagnosisLimits.mostErrors)
            }
            return (bounded(lean.rowsT, expected.rows), bounded(lean.columnsT, expected.columns))
        }
    }

    func findings(in subject: Subject) -> [Finding] {
        let votes = subject.spatial.compactMap { vote($0, subject.network.input.padding) }
        guard !votes.isEmpty else { return [] }
        // Stouffer: of kernels that lean nowhere the sum over √k is standard normal.
        let root = Double(votes.count).squareRoot()
        let rows = votes.reduce(0) { $0 + $1.agreement.rows } / root
        let columns = votes.reduce(0) { $0 + $1.agreement.columns } / root
        let corrected = Holm.adjusted([rows, columns].map { 2 * StandardNormal.upperTail(abs($0)) })
        guard corrected.allSatisfy({ $0 < DiagnosisLimits.significance }), rows < 0 || columns < 0 else { return [] }
        let isMirrored = (rows < 0) != (columns < 0)
        let against = votes.filter { min($0.agreement.rows, $0.agreement.columns) < 0 && isFar($0.lean) }
        guard !against.isEmpty else { return [] }
        return [finding(against, of: votes.count, probability: corrected.max() ?? 1, isMirrored: isMirrored)]
    }

    private func isFar(_ lean: KernelLean) -> Bool {
        max(abs(lean.rows), abs(lean.columns)) >= DiagnosisLimits.leastLean
    }

    private func finding(_ votes: [Vote], of total: Int, probability: Double, isMirrored: Bool) -> Finding {
        let worst = votes.min { $0.agreement.rows + $0.agreement.columns < $1.agreement.rows + $1.agreement.columns }
        let isSame = votes.first.map { $0.expected.rows < 0 } ?? false
        let (own, other) = isSame ? ("TensorFlow's SAME", "symmetric") : ("symmetric", "TensorFlow's SAME")
        let message =
            isMirrored
            ? "the kernels of \(votes.count) of \(total) strided layers lean to opposite sides by rows and by columns: a "
                + "conversion mirrored one axis"
            : "the kernels of \(votes.count) of \(total) strided layers lean as they do under \(other) padding, and the network "
                + "is read with \(own): the padding is wrong, or a conversion turned the kernels by 180°"
        let evidence = worst.map { vote in
            [
                Finding.Evidence(
                    "lean of the kernels of \(vote.layer.name.label) by rows", vote.lean.rows, unit: "pixels",
                    interval: Self.interval(vote.lean.rows, vote.lean.rowsT), probability: probability,
                    count: vote.lean.kernels,
                    usual: "\(vote.expected.rows > 0 ? "above" : "below") 0 under \(own) padding"),
                Finding.Evidence(
                    "the same by columns", vote.lean.columns, unit: "pixels",
                    interval: Self.interval(vote.lean.columns, vote.lean.columnsT), probability: probability,
                    count: vote.lean.kernels),
            ]
        }
        return finding(
            .warning, votes.map(\.layer), message, evidence ?? [],
            advice: isMirrored
                ? "Convert the weights again and compare logits on one picture"
                : "Run it with --padding \(isSame ? "torch" : "tf-same") and compare, or convert the weights again")
    }

    private static func interval(_ mean: Double, _ t: Double) -> ClosedRange<Double> {
        let reach = t == 0 ? 0 : abs(mean / t) * 1.959963984540054
        return mean - reach...mean + reach
    }

    /// What a strided layer says; nil where it cannot: too few kernels, or a window that stands in the middle.
    private func vote(_ layer: SubjectLayer, _ padding: InputConvention.Padding) -> Vote? {
        let stride = layer.place?.stride ?? layer.layer.stride ?? 1
        guard stride > 1, layer.layer.role != .upsampling, layer.layer.unevenStrides == nil,
            let lean = KernelLean(layer), lean.kernels >= DiagnosisLimits.leastKernels
        else { return nil }
        func expected(_ axis: Int) -> Double {
            let kernel = layer.weight.shape[axis]
            let before = paddingBefore(layer, padding, axis: axis, kernel: kernel, stride: stride)
            // The middle of the pixels that an output stands for, less the middle of its window.
            return Double(stride - 1) / 2 - (Double(kernel - 1) / 2 - Double(before))
        }
        let (rows, columns) = (expected(2), expected(3))
        return rows == 0 || columns == 0 ? nil : Vote(layer: layer, lean: lean, expected: (rows, columns))
    }

    private func paddingBefore(
        _ layer: SubjectLayer, _ padding: InputConvention.Padding, axis: Int, kernel: Int, stride: Int
    ) -> Int {
        if case .explicit(let top, let left, _, _)? = layer.place?.padding { return axis == 2 ? top : left }
        guard padding == .tensorFlowSame || layer.place?.padding == .same else { return kernel / 2 }
        // Of a length that the stride divides where none is known.
        let length = layer.place?.input[axis] ?? 2 * stride * kernel
        return max(0, ((length + stride - 1) / stride - 1) * stride + kernel - length) / 2
    }
}
