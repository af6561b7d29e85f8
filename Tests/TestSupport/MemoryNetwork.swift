import Diagnostics
import Tensors
import Architectures
import Checkpoints

/// A network whose layers lie in memory.
public enum MemoryNetwork {
    /// One layer: a name, a shape O×I×H×W, a stride and its scalars.
    public struct Layer {
        let name: String
        let shape: Shape
        let stride: Int?
        let scalars: [Float]
        let role: ConvLayer.Role?
        let dilation: Int?
        let isOutsideFamily: Bool
        let isFixed: Bool
        let unevenStrides: [Int]?

        /// Names a layer; its role follows from the stride where none is given.
        public init(
            name: String, shape: Shape, stride: Int? = 1, scalars: [Float], role: ConvLayer.Role? = nil,
            dilation: Int? = nil, isOutsideFamily: Bool = false, isFixed: Bool = false,
            unevenStrides: [Int]? = nil
        ) {
            self.unevenStrides = unevenStrides
            self.role = role
            self.dilation = dilation
            self.isOutsideFamily = isOutsideFamily
            self.isFixed = isFixed
            self.name = name
            self.shape = shape
            self.stride = stride
            self.scalars = scalars
        }
    }

    /// Joins layers to a network of the family "TestNet"; nothing lies in its checkpoint.
    public static func make(
        _ layers: [Layer], path: String = "net.h5", title: String = "TestNet 1.0", leftOut: [LeftOutTensor] = [],
        isOrderKnown: Bool = true
    ) -> ConvNetwork {
        let tensors = Dictionary(
            uniqueKeysWithValues: layers.map { ($0.name + ".weight", Tensor(shape: $0.shape, scalars: $0.scalars)) })
        var spatial = 0
        let convs = layers.map { layer in
            let isPointwise = layer.shape[2] * layer.shape[3] == 1
            spatial += isPointwise ? 0 : 1
            return ConvLayer(
                number: isPointwise ? nil : spatial, name: layer.name, tensorName: layer.name + ".weight",
                weightShape: layer.shape,
                stride: layer.stride, connectivity: layer.shape[1] == 1 ? .depthwise(multiplier: 1) : .standard,
                role: layer.role ?? (layer.stride == 2 ? .downsampling : .body), dilation: layer.dilation,
                isOutsideFamily: layer.isOutsideFamily, isFixed: layer.isFixed, unevenStrides: layer.unevenStrides)
        }
        let checkpoint = Checkpoint(
            path: path, format: "HDF5", files: [], sha256: String(repeating: "0", count: 64), entries: [],
            source: NoTensors())
        var network = ConvNetwork(
            checkpoint: checkpoint, family: "TestNet", title: title, recognition: "made in a test",
            layers: convs, classCount: nil, input: InputConvention(padding: .torch),
            readWeight: { layer in
                guard let tensor = tensors[layer.tensorName] else {
                    throw KernelVizError(code: "test.noTensor", subject: layer.tensorName, found: "absent")
                }
                return tensor
            })
        network.leftOut = leftOut
        network.isOrderKnown = isOrderKnown
        return network
    }

    private struct NoTensors: TensorSource {
        func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
            throw KernelVizError(code: "test.noTensor", subject: entry.name, found: "absent")
        }
    }
}
