extension Bottleneck {
    /// timm's names; its first stage has no expansion and other numbers.
    func timmNames() -> Names {
        let path = "blocks.\(stage).\(index)"
        let squeeze = squeezes ? ["\(path).se.conv_reduce", "\(path).se.conv_expand"] : []
        return expands
            ? Names(
                expand: ("\(path).conv_pw", "\(path).bn1"), depthwise: ("\(path).conv_dw", "\(path).bn2"),
                squeeze: squeeze, project: ("\(path).conv_pwl", "\(path).bn3"))
            : Names(
                expand: nil, depthwise: ("\(path).conv_dw", "\(path).bn1"), squeeze: squeeze,
                project: ("\(path).conv_pw", "\(path).bn2"))
    }
}

/// The names of cv-models, the library of VGNet's authors (github.com/ffiirree/cv-models).
///
/// Its `InvertedResidualBlock` is one sequence `branch1`: expand where there is one, depthwise, squeeze-excite where there
/// is one, project; each convolution is ".0" with its normalisation ".1".
enum CVModels {
    /// The paths of blocks whose rows lie in the stem (0) or in stages 1 to 4, several rows in one stage where they share
    /// a resolution; the stem's own convolution comes first there. The last path is the one behind all blocks: the head's.
    static func paths(_ rows: [Bottleneck.Row], stages: [Int]) -> [String] {
        var counts = [0: 1]
        var paths: [String] = []
        func next(_ stage: Int) -> String {
            let index = counts[stage, default: 0]
            counts[stage] = index + 1
            return stage == 0 ? "features.stem.\(index)" : "features.stage\(stage).\(index)"
        }
        for (row, stage) in zip(rows, stages) {
            for _ in 0..<row.repeats { paths.append(next(stage)) }
        }
        return paths + [next(stages.last ?? 0)]
    }

    /// The modules of the block at `path`; `hasFunction` says that an activation stands alone before the projection.
    static func names(_ path: String, _ table: ModuleTable, expands: Bool, hasFunction: Bool = false)
        -> Bottleneck.Names
    {
        let depthwise = expands ? 1 : 0
        let squeeze = ["reduce", "expand"].map { "\(path).branch1.\(depthwise + 1).\($0)" }
        let squeezes = table.weight(squeeze[0]) != nil
        let project = depthwise + (squeezes ? 2 : 1) + (hasFunction ? 1 : 0)
        return Bottleneck.Names(
            expand: expands ? pair("\(path).branch1.0") : nil, depthwise: pair("\(path).branch1.\(depthwise)"),
            squeeze: squeezes ? squeeze : [], project: pair("\(path).branch1.\(project)"))
    }

    /// A convolution and its normalisation in one sequence.
    static func pair(_ path: String) -> Bottleneck.Pair { ("\(path).0", "\(path).1") }
}
