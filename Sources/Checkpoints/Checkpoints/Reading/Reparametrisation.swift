import Diagnostics
import Tensors

/// A weight that a file holds in parts: what PyTorch's `weight_norm`, `spectral_norm` and pruning leave in a state dict,
/// in their first spelling ("conv.weight_g") and in that of `torch.nn.utils.parametrize`
/// ("conv.parametrizations.weight.original0").
///
/// The network computes with the product alone.
struct Reparametrisation: Sendable, Equatable {
    /// One factor that the stored numbers are multiplied by.
    enum Step: Sendable, Equatable {
        /// w = v · (g / ‖v‖), the norm over all axes along which g does not differ.
        case weightNorm(length: String)
        /// w = W / (u · W v), W as a matrix whose rows lie along one axis: the one whose length is u's.
        case spectralNorm(left: String, right: String)
        /// w = W ∘ mask.
        case mask(String)

        /// The other parts that it takes.
        var parts: [String] {
            switch self {
            case .weightNorm(let length): [length]
            case .spectralNorm(let left, let right): [left, right]
            case .mask(let mask): [mask]
            }
        }

        /// "weight norm".
        var words: String {
            switch self {
            case .weightNorm: "weight norm"
            case .spectralNorm: "spectral norm"
            case .mask: "a pruning mask"
            }
        }
    }

    /// The entry whose numbers come first.
    let base: Checkpoint.Entry
    /// In the order in which they are taken.
    private(set) var steps: [Step]
    /// The effective weight.
    let entry: Checkpoint.Entry

    /// All entries that it is made of.
    var parts: [String] { [base.name] + steps.flatMap(\.parts) }

    /// Nil where the parts do not fit each other. `name` is what the weight would be called without it.
    init?(name: String, base: Checkpoint.Entry, steps: [Step], shapes: (String) -> Shape?) {
        guard !steps.isEmpty, base.type?.isFloatingPoint == true,
            steps.allSatisfy({ Self.fits($0, base.shape, shapes) })
        else { return nil }
        self.base = base
        self.steps = steps
        let plain = GenericNames.entry(name, shape: base.shape, dtype: NumberType.float32.rawValue)
        entry = Checkpoint.Entry(
            name: name, shape: base.shape, dtype: plain.dtype, module: plain.module, parameter: plain.parameter,
            axes: plain.axes, note: "computed: " + steps.map(\.words).joined(separator: ", "))
    }

    private static func fits(_ step: Step, _ shape: Shape, _ shapes: (String) -> Shape?) -> Bool {
        switch step {
        case .weightNorm(let length):
            guard let length = shapes(length) else { return false }
            if length.elementCount == 1 { return true }
            return length.rank == shape.rank && length.dimensions.count { $0 != 1 } == 1
                && zip(length.dimensions, shape.dimensions).allSatisfy { $0 == 1 || $0 == $1 }
        case .spectralNorm(let left, let right):
            guard let left = shapes(left), let right = shapes(right), left.rank == 1, right.rank == 1 else {
                return false
            }
            return !rowAxes(shape, rows: left[0], columns: right[0]).isEmpty
        case .mask(let mask): return shapes(mask) == shape
        }
    }

    /// The axes along which the rows of a spectral norm's matrix can lie: the outputs, of a transposed convolution too.
    private static func rowAxes(_ shape: Shape, rows: Int, columns: Int) -> [Int] {
        guard rows > 0, columns > 0 else { return [] }
        return shape.dimensions.indices.prefix(2).filter { axis in
            shape[axis] == rows && shape.elementCount / rows == columns
        }
    }

    /// The effective weight, of the float32 numbers of its parts.
    func weight(_ read: (String) throws -> Tensor) throws -> [Float] {
        var tensor = try read(base.name)
        for step in steps {
            switch step {
            case .weightNorm(let length): tensor = Self.scaled(tensor, to: try read(length))
            case .spectralNorm(let left, let right):
                let norm = Self.spectralNorm(tensor, try read(left).scalars, try read(right).scalars)
                tensor = Tensor(shape: tensor.shape, scalars: tensor.scalars.map { Float(Double($0) / norm) })
            case .mask(let mask):
                let mask = try read(mask).scalars
                tensor = Tensor(shape: tensor.shape, scalars: zip(tensor.scalars, mask).map { $0 * $1 })
            }
        }
        return tensor.scalars
    }

    private static func scaled(_ direction: Tensor, to length: Tensor) -> Tensor {
        let shape = direction.shape
        // The axis along which lengths differ; one length for all needs none.
        let axis = length.scalars.count == 1 ? nil : length.shape.dimensions.firstIndex { $0 != 1 }
        let inner = axis.map { shape.dimensions[($0 + 1)...].reduce(1, *) } ?? 1
        let places = length.scalars.count
        func place(_ index: Int) -> Int { axis == nil ? 0 : index / inner % places }
        var squares = Array(repeating: 0.0, count: places)
        for (index, value) in direction.scalars.enumerated() { squares[place(index)] += Double(value) * Double(value) }
        let factors = zip(length.scalars, squares).map { Double($0) / $1.squareRoot() }
        return Tensor(
            shape: shape,
            scalars: direction.scalars.enumerated().map { Float(Double($1) * factors[place($0)]) })
    }

    /// u · W v. Where two axes could be the rows, the one whose product is larger: u and v are its singular vectors.
    private static func spectralNorm(_ weight: Tensor, _ left: [Float], _ right: [Float]) -> Double {
        let shape = weight.shape
        let norms = rowAxes(shape, rows: left.count, columns: right.count).map { axis in
            let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
            var sum = 0.0
            for (index, value) in weight.scalars.enumerated() {
                let row = index / inner % shape[axis]
                let column = index / (inner * shape[axis]) * inner + index % inner
                sum += Double(left[row]) * Double(value) * Double(right[column])
            }
            return sum
        }
        return norms.max { abs($0) < abs($1) } ?? 1
    }
}
