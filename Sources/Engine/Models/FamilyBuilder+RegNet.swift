import Engine
import Architectures

extension FamilyBuilder {
    /// RegNetX and RegNetY (arXiv 2003.13678): stem, then residual blocks of 1×1, grouped 3×3 (squeeze-and-excite in Y)
    /// and 1×1; the first block of each stage halves the resolution and has a shortcut convolution.
    mutating func buildRegNet() throws {
        try layer(.relu, name: "stem")
        while let first = peek(), let next = peek(1) {
            // The shortcut comes first in the list, with stride 2; a head would be followed by nothing grouped.
            let hasShortcut = first.isPointwise && next.isPointwise
            guard hasShortcut || next.kernelHeight > 1 else { break }
            try residualBlock(hasShortcut: hasShortcut)
        }
        try classify(nil)
    }

    private mutating func residualBlock(hasShortcut: Bool) throws {
        let (input, inputWidth) = (current, width)
        var shortcut = input
        if hasShortcut {
            try layer(nil)
            (shortcut, current, width) = (current, input, inputWidth)
        }
        let name = nextBlock()
        try layer(.relu)
        try layer(.relu)
        if isSqueezeExcite { try squeezeExcite(.relu, .sigmoid) }
        try layer(nil)
        current = graph.add(.add, shortcut, current, name: "\(name).sum")
        current = graph.add(.activation(.relu), current, name: name)
    }
}
