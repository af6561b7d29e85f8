/// The loops of one instruction set; the processor chooses among the modules that have them.
package protocol OperatorLoops: Sendable {
    /// A panel of a matrix product.
    static func matrix(_ call: MatrixCall)
    /// Rows of a depthwise convolution of one block.
    static func depthwise(_ call: DepthwiseCall)
    /// A matrix product of bytes.
    static func integerMatrix(_ call: IntegerMatrixCall)
    /// Rows of a depthwise convolution of bytes.
    static func integerDepthwise(_ call: IntegerDepthwiseCall)
    /// A step on each number of one block.
    static func elementwise(_ call: ElementwiseCall)
    /// A window over one block.
    static func pool(_ call: PoolCall)
    /// The mean over `pixels` pixels of a block, sixteen numbers.
    static func mean(
        _ input: UnsafePointer<Float>, _ pixels: Int, _ output: UnsafeMutablePointer<Float>, _ format: ElementFormat)
    /// Runs `rounds` times, or a few less, sixteen multiply-adds of sixteen numbers: 512 operations a round.
    static func multiplyAdds(_ rounds: Int) -> Float
}

/// The operators of one instruction set and the shapes that suit them.
package struct OperatorSet: Sendable {
    /// "avx512bf16", "avx512", "avx2" or "baseline".
    package let name: String
    package let loops: any OperatorLoops.Type
    /// How many output blocks a panel may have, most first; always ends with 1.
    package let panelWidths: [Int]
    /// How many whole blocks a panel with half a block more may have, most first; empty where a half costs a whole.
    package let halfPanelWidths: [Int]
    /// The same as ``panelWidths`` for a single pixel.
    package let singlePixelPanelWidths: [Int]

    /// Groups the values.
    package init(
        name: String, loops: any OperatorLoops.Type, panelWidths: [Int], halfPanelWidths: [Int] = [],
        singlePixelPanelWidths: [Int]
    ) {
        self.name = name
        self.loops = loops
        self.panelWidths = panelWidths
        self.halfPanelWidths = halfPanelWidths
        self.singlePixelPanelWidths = singlePixelPanelWidths
    }
}
