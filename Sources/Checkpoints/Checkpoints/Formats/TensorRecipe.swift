import Diagnostics
import Tensors

/// How a tensor comes from the numbers that a file stores: the steps that its graph takes from them, done when it is read.
struct TensorRecipe: Sendable, Equatable {
    /// (q − zero) · scale, one pair, one a place of an axis, or one a block of places.
    struct Scales: Sendable, Equatable {
        var scales: [Float]
        /// Empty for zeros.
        var zeros: [Float] = []
        /// The axis along which they differ.
        var axis = 0
        /// Neighbouring places of the axis that share a pair; 0 where every place has its own, and the other axes share.
        var block = 0

        /// Whether there is a pair for every place of a tensor.
        func suits(_ shape: Shape) -> Bool {
            guard !scales.isEmpty, zeros.isEmpty || zeros.count == scales.count else { return false }
            if scales.count == 1 { return true }
            guard (0..<shape.rank).contains(axis) else { return false }
            if block == 0 { return scales.count == shape[axis] }
            guard block > 0, shape[axis] % block == 0 else { return false }
            return scales.count == shape.elementCount / block
        }

        /// The place of the pair of each element, by the axis' length and the elements behind one of its places.
        func place(_ element: Int, _ length: Int, _ inner: Int) -> Int {
            if scales.count == 1 { return 0 }
            let along = element / inner % length
            if block == 0 { return along }
            return (element / inner / length * (length / block) + along / block) * inner + element % inner
        }
    }

    /// One step.
    enum Step: Sendable, Equatable {
        /// Axes in another order.
        case transpose([Int])
        /// Other axes, the numbers as they lie.
        case reshape(Shape)
        /// Rounded to a floating-point type.
        case round(NumberType)
        /// Rounded to places of a scale between two whole numbers.
        case quantise(Scales, low: Float, high: Float)
        /// From places of a scale to numbers.
        case dequantise(Scales)
    }

    /// What the file stores.
    let stored: (shape: Shape, type: NumberType)
    private(set) var steps: [Step] = []
    /// The result's axes.
    private(set) var shape: Shape
    /// The result's type.
    private(set) var type: NumberType

    /// The numbers as they are stored.
    init(shape: Shape, type: NumberType) {
        stored = (shape, type)
        self.shape = shape
        self.type = type
    }

    static func == (a: TensorRecipe, b: TensorRecipe) -> Bool {
        a.stored == b.stored && a.steps == b.steps
    }

    /// With one more step; nil where it does not suit the tensor.
    func adding(_ step: Step) -> TensorRecipe? {
        var result = self
        guard steps.count < 32 else { return nil }
        switch step {
        case .transpose(let order):
            guard order.sorted() == Array(0..<shape.rank) else { return nil }
            if order == order.sorted() { return self }
            result.shape = Shape(order.map { shape[$0] })
        case .reshape(let other):
            guard other.elementCount == shape.elementCount else { return nil }
            if other == shape { return self }
            result.shape = other
        case .round(let type):
            guard type.isFloatingPoint else { return nil }
            if type == self.type { return self }
            result.type = .float32
        case .quantise(let scales, _, _), .dequantise(let scales):
            guard scales.suits(shape) else { return nil }
            result.type = .float32
        }
        result.steps.append(step)
        return result
    }

    /// What was done, for people; nil where the numbers are as they are stored.
    var note: String? {
        var words: [String] = []
        let isQuantised = steps.contains { if case .dequantise = $0 { true } else { false } }
        if isQuantised {
            words.append(
                stored.type.isFloatingPoint
                    ? "rounded to the values of a quantised type" : "dequantised from \(stored.type)")
        } else if type != stored.type {
            words.append("converted from \(stored.type)")
        }
        if steps.contains(where: { if case .transpose = $0 { true } else { false } }) { words.append("transposed") }
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }

    /// The result; `content` holds as many elements as ``stored`` says.
    func applied(to content: StoredTensor, subject: String) throws -> StoredTensor {
        if steps.isEmpty { return content }
        if type == stored.type, steps.allSatisfy({ if case .reshape = $0 { true } else { false } }) { return content }
        if type == stored.type, type != .float32 {
            var bytes = try content.bytes(count: stored.shape.elementCount, subject: subject)
            var shape = stored.shape
            for case let step in steps {
                switch step {
                case .transpose(let order):
                    bytes = Self.transposed(bytes, shape, order, type.sizeBytes)
                    shape = Shape(order.map { shape[$0] })
                case .reshape(let other): shape = other
                default: break
                }
            }
            return StoredTensor(type: type, content: .bytes(bytes))
        }
        var tensor = Tensor(
            shape: stored.shape, scalars: try content.floats(count: stored.shape.elementCount, subject: subject))
        for step in steps {
            switch step {
            case .transpose(let order): tensor = tensor.transposed(order)
            case .reshape(let shape): tensor = tensor.reshaped(shape)
            case .round(let type):
                switch type {
                case .float16: tensor = Tensor(shape: tensor.shape, scalars: tensor.scalars.map { Float(Float16($0)) })
                case .bfloat16: tensor = Tensor(shape: tensor.shape, scalars: tensor.scalars.map(Self.bfloat16))
                default: break
                }
            case .quantise(let scales, let low, let high):
                tensor = Self.map(tensor, scales) { value, scale, zero in
                    min(max((value / scale).rounded(.toNearestOrEven) + zero, low), high)
                }
            case .dequantise(let scales): tensor = Self.map(tensor, scales) { ($0 - $2) * $1 }
            }
        }
        return StoredTensor(type: .float32, content: .floats(tensor.scalars))
    }

    private static func map(
        _ tensor: Tensor, _ scales: Scales, _ body: (_ value: Float, _ scale: Float, _ zero: Float) -> Float
    ) -> Tensor {
        let isOne = scales.scales.count == 1
        let length = isOne ? 1 : tensor.shape[scales.axis]
        let inner = isOne ? 1 : tensor.shape.dimensions[(scales.axis + 1)...].reduce(1, *)
        let numbers = tensor.scalars.enumerated().map { index, value in
            let place = scales.place(index, length, inner)
            return body(value, scales.scales[place], scales.zeros.isEmpty ? 0 : scales.zeros[place])
        }
        return Tensor(shape: tensor.shape, scalars: numbers)
    }

    /// Rounded to the nearest number of eight significant bits, ties to even.
    private static func bfloat16(_ value: Float) -> Float {
        guard value.isFinite else { return value }
        let bits = value.bitPattern
        return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
    }

    private static func transposed(_ bytes: [UInt8], _ shape: Shape, _ order: [Int], _ elementBytes: Int) -> [UInt8] {
        var strides = Array(repeating: 1, count: shape.rank)
        for axis in stride(from: shape.rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * shape[axis + 1]
        }
        return StridedElements.gather(
            bytes, offset: 0, shape: Shape(order.map { shape[$0] }), strides: order.map { strides[$0] },
            elementBytes: elementBytes)
    }
}
