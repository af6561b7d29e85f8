import Diagnostics
import Engine

/// Strides that leave nothing to convolve, and networks whose layers do not fit each other.
struct VanishingRule: DiagnosisRule {
    let identifier = "vanishing-map"
    let title = "Maps so small that most of a kernel's weights see padding alone, or layers that do not fit"
    let needs: Set<DiagnosisNeed> = []

    func findings(in subject: Subject) -> [Finding] {
        if let obstacle = subject.obstacle, obstacle.code == "engine.shape" { return [misfit(obstacle)] }
        return subject.spatial.compactMap { layer in
            guard let place = layer.place else { return nil }
            let (height, width) = (layer.weight.shape[2], layer.weight.shape[3])
            let rows = place.insideShares(axis: 2, kernel: height).count { $0 > 0 }
            let columns = place.insideShares(axis: 3, kernel: width).count { $0 > 0 }
            let wasted = 1 - Double(rows * columns) / Double(height * width)
            guard wasted >= DiagnosisLimits.paddingShare else { return nil }
            let (h, w) = (place.input[2], place.input[3])
            let idle = height * width - rows * columns
            return finding(
                .warning, [layer],
                "its input has \(h)×\(w) pixels, so that \(idle) of the \(height * width) weights of each kernel only ever see "
                    + "padding", [Finding.Evidence("share of weights that see padding alone", wasted, usual: "0")],
                cost: Finding.Cost(
                    macs: place.macs / (height * width) * idle,
                    parameters: layer.weight.scalars.count / (height * width) * idle),
                advice: "Use larger images or a stride less; for this size the kernels can be cut to \(rows)×\(columns)"
            )
        }
    }

    private func misfit(_ error: KernelVizError) -> Finding {
        finding(
            .error, [],
            "its layers do not fit each other: \(error.subject): \(error.found)"
                + (error.expected.map { "; expected \($0)" } ?? ""), [Finding.Evidence("layers that do not fit", 1)],
            advice: "Use larger images, or check strides and padding")
    }
}
