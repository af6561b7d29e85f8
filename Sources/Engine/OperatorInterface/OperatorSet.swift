/// The operators of one instruction set.
package struct OperatorSet: Sendable {
    /// "avx512bf16", "avx512", "avx2" or "baseline".
    package var name: String
    /// How many output blocks a panel may have, most first; always ends with 1.
    package var panelWidths: [Int]
    /// How many whole blocks a panel with half a block more may have, most first; empty where a half costs a whole.
    package var halfPanelWidths: [Int] = []
    /// The same as ``panelWidths`` for a single pixel.
    package var singlePixelPanelWidths: [Int]
    package var matrix: @Sendable (MatrixCall) -> Void
    package var depthwise: @Sendable (DepthwiseCall) -> Void
    package var elementwise: @Sendable (ElementwiseCall) -> Void
    package var pool: @Sendable (PoolCall) -> Void
    /// The mean over `pixels` pixels of a block.
    package var mean:
        @Sendable (
            _ input: UnsafePointer<Float>, _ pixels: Int, _ output: UnsafeMutablePointer<Float>,
            _ format: ElementFormat
        ) -> Void
    /// Runs `rounds` times, or a few less, sixteen multiply-adds of sixteen numbers: 512 operations a round.
    package var multiplyAdds: @Sendable (_ rounds: Int) -> Float

    /// Groups the functions.
    package init(
        name: String, panelWidths: [Int], singlePixelPanelWidths: [Int],
        matrix: @escaping @Sendable (MatrixCall) -> Void, depthwise: @escaping @Sendable (DepthwiseCall) -> Void,
        elementwise: @escaping @Sendable (ElementwiseCall) -> Void, pool: @escaping @Sendable (PoolCall) -> Void,
        mean: @escaping @Sendable (UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>, ElementFormat) -> Void,
        multiplyAdds: @escaping @Sendable (Int) -> Float
    ) {
        self.name = name
        self.panelWidths = panelWidths
        self.singlePixelPanelWidths = singlePixelPanelWidths
        self.matrix = matrix
        self.depthwise = depthwise
        self.elementwise = elementwise
        self.pool = pool
        self.mean = mean
        self.multiplyAdds = multiplyAdds
    }
}
