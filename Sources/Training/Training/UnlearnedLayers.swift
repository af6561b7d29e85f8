/// A layer before anything that is trained: nothing goes back through it.
struct ForwardOnlyLayer: Layer {
    let layer: any Layer
    var name: String { layer.name }
    var forwardStages: Int { layer.forwardStages }

    func touched(_ direction: Direction) -> [Rows] { direction == .forward ? layer.touched(.forward) : [] }
    func prepare(_ preparation: Preparation) { layer.prepare(preparation) }
    func forward(_ pass: Pass, stage: Int) { layer.forward(pass, stage: stage) }
    func finishForward(_ barrier: Barrier) { layer.finishForward(barrier) }
    func backward(_ pass: Pass, stage: Int) {}
}

/// Clears the gradients of channels that nobody reads.
struct ZeroGradientLayer: Layer {
    let name: String
    let rows: Rows

    func touched(_ direction: Direction) -> [Rows] { direction == .forward ? [] : [rows] }
    func forward(_ pass: Pass, stage: Int) {}
    func backward(_ pass: Pass, stage: Int) {
        for channel in 0..<rows.count {
            pass.row(rows, channel).update(repeating: 0, count: pass.columns(rows))
        }
    }
}
