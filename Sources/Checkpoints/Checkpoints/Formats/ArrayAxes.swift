import Tensors

/// The axes of bare arrays, whose files do not tell them: TensorFlow's people write H×W×I×O, PyTorch's O×I×H×W.
enum ArrayAxes {
    /// The longest side of a kernel that shapes alone are believed for.
    private static let maximumSide = 11

    /// Entries with the axes that their shapes allow: where all arrays whose shape tells are H×W×I×O, all are.
    ///
    /// `applies` tells by name whose axes are not known; the note says what was assumed.
    static func guessed(
        _ entries: [Checkpoint.Entry], where applies: (String) -> Bool
    ) -> (entries: [Checkpoint.Entry], note: String?) {
        let open = entries.filter { $0.shape.rank == 4 && $0.axes == .outputInputRowsColumns && applies($0.name) }
        let leading = open.filter { isKernel($0.shape[0], $0.shape[1]) && !isKernel($0.shape[2], $0.shape[3]) }
        let trailing = open.filter { isKernel($0.shape[2], $0.shape[3]) && !isKernel($0.shape[0], $0.shape[1]) }
        guard !leading.isEmpty, trailing.isEmpty else { return (entries, nil) }
        let names = Set(open.map(\.name))
        let result = entries.map { entry in
            guard names.contains(entry.name) else { return entry }
            let isNamed = entry.name.lowercased().contains("depthwise") && !entry.name.contains("pointwise")
            // One output of many inputs is no layer of a network; many channels with one kernel each are.
            let isDepthwise = isNamed || entry.shape[3] == 1 && entry.shape[2] > 4
            return Checkpoint.Entry(
                name: entry.name, shape: entry.shape, dtype: entry.dtype, module: entry.module,
                parameter: entry.parameter,
                axes: isDepthwise ? .rowsColumnsChannelMultiplier : .rowsColumnsInputOutput)
        }
        return (
            result,
            "Arrays of four axes were taken for height × width × input × output, which their shapes allow alone."
        )
    }

    private static func isKernel(_ rows: Int, _ columns: Int) -> Bool { rows == columns && rows <= maximumSide }
}
