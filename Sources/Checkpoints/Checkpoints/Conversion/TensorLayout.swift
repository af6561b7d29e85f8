import Tensors

/// In which order weights are written: convolutions' axes, linear layers' axes, and the names that go with them.
public enum TensorLayout: String, Sendable, CaseIterable {
    /// PyTorch's: O×I×H×W, O×I, weight, bias, running_mean, running_var.
    case outputFirst = "OIHW"
    /// Keras': H×W×I×O (depthwise H×W×C×M), I×O, kernel, depthwise_kernel, gamma, beta, moving_mean, moving_variance.
    case outputLast = "HWIO"
}

/// How one tensor of a checkpoint is written elsewhere.
struct TensorPlan: Sendable {
    let source: Checkpoint.Entry
    let name: String
    /// What it is to its layer.
    let parameter: String
    let type: NumberType
    let shape: Shape
    /// How the axes of what is written lie.
    let axes: WeightAxes
    /// The source's axes; other than its own where it holds a list of kernels.
    private let view: Shape
    /// Where each axis of the result comes from in ``view``; nil where the elements stay as they are.
    private let order: [Int]?
    /// Axes of ``view`` along which the elements are read backwards: Theano's turn by 180°.
    private let backwards: [Int]

    /// The layer that owns the tensor.
    var module: String { source.module }

    /// Whether a matrix is written with its two axes exchanged.
    var isTransposed: Bool { order == [1, 0] }

    var byteCount: Int { shape.elementCount * type.sizeBytes }

    /// The tensor as it is.
    init(keeping entry: Checkpoint.Entry) {
        source = entry
        name = entry.name
        parameter = entry.parameter
        type = entry.type ?? .float32
        shape = entry.shape
        axes = entry.axes
        view = entry.shape
        order = nil
        backwards = []
    }

    /// The tensor in another layout; `isDepthwise` says that it is a depthwise convolution's weight, `isNorm` that its
    /// layer is a batch normalisation.
    init(_ entry: Checkpoint.Entry, layout: TensorLayout, isDepthwise: Bool, isNorm: Bool) {
        var order: [Int]?
        // Kernels of a list are those of a layer with one input channel.
        let isList = entry.axes == .kernelList
        let view = isList ? entry.axes.outputFirst(entry.shape) ?? entry.shape : entry.shape
        var shape = view
        var parameter = entry.parameter
        let words = isNorm ? Self.normWords : []
        // Empty tensors may claim axes whose product is no number.
        switch shape.elementCount > 0 || shape.rank != 4 ? layout : nil {
        case nil: break
        case .outputFirst:
            switch (entry.axes.unturned, entry.shape.rank) {
            case (.rowsColumnsInputOutput, 4) where isDepthwise, (.rowsColumnsChannelMultiplier, 4):
                order = [2, 3, 0, 1]
                shape = [entry.shape[2] * entry.shape[3], 1, entry.shape[0], entry.shape[1]]
                parameter = "weight"
            case (.rowsColumnsInputOutput, 4), (.rowsColumnsOutputInput, 4):
                order = [3, 2, 0, 1]
                shape = Shape([3, 2, 0, 1].map { entry.shape[$0] })
                parameter = parameter == "pointwise_kernel" ? "pointwise_weight" : "weight"
            case (.outputInputRowsColumns, 4) where parameter == "kernel": parameter = "weight"
            case (_, 2) where parameter == "kernel":
                order = [1, 0]
                shape = [entry.shape[1], entry.shape[0]]
                parameter = "weight"
            default: parameter = words.first { $0.keras == parameter }?.torch ?? parameter
            }
        case .outputLast:
            guard entry.axes.unturned == .outputInputRowsColumns || isList else { break }
            switch (view.rank, parameter) {
            case (4, "weight") where isDepthwise, (4, "kernel") where isDepthwise:
                order = [2, 3, 0, 1]
                shape = Shape([2, 3, 0, 1].map { view[$0] })
                parameter = "depthwise_kernel"
            case (4, "weight"), (4, "kernel"), (4, "pointwise_weight"):
                order = [2, 3, 1, 0]
                shape = Shape([2, 3, 1, 0].map { view[$0] })
                parameter = parameter == "pointwise_weight" ? "pointwise_kernel" : "kernel"
            case (2, "weight"):
                order = [1, 0]
                shape = [entry.shape[1], entry.shape[0]]
                parameter = "kernel"
            default: parameter = words.first { $0.torch == parameter }?.keras ?? parameter
            }
        }
        let turns = entry.axes.isTurned && shape.rank == 4 && shape.elementCount > 0
        backwards = !turns ? [] : entry.axes.unturned == .outputInputRowsColumns ? [2, 3] : [0, 1]
        if turns && order == nil { order = [0, 1, 2, 3] }
        source = entry
        name = Self.name(entry, parameter)
        self.parameter = parameter
        type = entry.type ?? .float32
        self.shape = shape
        axes = shape.rank < 3 && !isList ? Self.axes(of: layout) : Self.axes(entry.axes, order)
        self.view = view
        self.order = order
    }

    /// What vectors and matrices of a layout say: those of a file agree with its convolutions.
    private static func axes(of layout: TensorLayout) -> WeightAxes {
        switch layout {
        case .outputFirst: .outputInputRowsColumns
        case .outputLast: .rowsColumnsInputOutput
        }
    }

    /// How axes lie after they were put in another order.
    private static func axes(_ own: WeightAxes, _ order: [Int]?) -> WeightAxes {
        switch order {
        case [2, 3, 0, 1]:
            own.unturned == .outputInputRowsColumns ? .rowsColumnsChannelMultiplier : .outputInputRowsColumns
        case [3, 2, 0, 1]:
            own.unturned == .rowsColumnsOutputInput ? .inputOutputRowsColumns : .outputInputRowsColumns
        case [2, 3, 1, 0]: .rowsColumnsInputOutput
        case [0, 1, 2, 3]: own.unturned
        default: own
        }
    }

    private static let normWords: [(torch: String, keras: String)] = [
        ("weight", "gamma"), ("bias", "beta"), ("running_mean", "moving_mean"), ("running_var", "moving_variance"),
    ]

    /// The own path with the new last part; names that do not end in their parameter give way to module and parameter.
    private static func name(_ entry: Checkpoint.Entry, _ parameter: String) -> String {
        guard entry.name.hasSuffix(entry.parameter), !entry.module.isEmpty else {
            return entry.module.isEmpty ? entry.name : "\(entry.module).\(parameter)"
        }
        return entry.name.dropLast(entry.parameter.count) + parameter
    }

    /// The elements, little-endian, in the order of ``shape``.
    func bytes(from checkpoint: Checkpoint) throws -> [UInt8] {
        let stored = try checkpoint.bytes(named: source.name)
        guard let order else { return stored.bytes }
        var strides = Array(repeating: 1, count: view.rank)
        for axis in stride(from: view.rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * view[axis + 1]
        }
        var offset = 0
        for axis in backwards where view[axis] > 0 {
            offset += (view[axis] - 1) * strides[axis]
            strides[axis] = -strides[axis]
        }
        return StridedElements.gather(
            stored.bytes, offset: offset, shape: Shape(order.map { view[$0] }), strides: order.map { strides[$0] },
            elementBytes: type.sizeBytes)
    }
}
