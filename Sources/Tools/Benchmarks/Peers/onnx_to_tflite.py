"""Writes an ONNX convolutional network of float32 as TFLite, channels last, with nothing but the schema of ai-edge-litert.

A batch normalisation becomes a multiplication and an addition; rectifiers join the convolution before them, as TensorFlow's
converter does it. Knows the operators of kernelviz's exports.
"""
import flatbuffers
import numpy as np
import onnx
from ai_edge_litert import schema_py_generated as tfl
from onnx import numpy_helper

NHWC = [0, 2, 3, 1]
AXIS = {0: 0, 1: 3, 2: 1, 3: 2}
RELU, RELU6 = tfl.ActivationFunctionType.RELU, tfl.ActivationFunctionType.RELU6


class Converter:
    def __init__(self, path):
        self.graph = onnx.load(path).graph
        self.constants = {i.name: numpy_helper.to_array(i) for i in self.graph.initializer}
        self.users = {}
        for node in self.graph.node:
            for name in node.input:
                self.users.setdefault(name, []).append(node)
        self.buffers, self.tensors, self.operators, self.codes = [tfl.BufferT()], [], [], []
        self.values, self.shapes, self.done = {}, {}, set()

    def tensor(self, shape, array=None, kind=tfl.TensorType.FLOAT32):
        t = tfl.TensorT()
        t.shape, t.type, t.name, t.buffer = [int(n) for n in shape], kind, f"t{len(self.tensors)}", 0
        if array is not None:
            buffer = tfl.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(array).tobytes(), np.uint8)
            t.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.tensors.append(t)
        return len(self.tensors) - 1

    def floats(self, array):
        return self.tensor(np.shape(array), np.asarray(array, np.float32))

    def integers(self, array):
        return self.tensor(np.shape(array), np.asarray(array, np.int32), tfl.TensorType.INT32)

    def operator(self, name, inputs, shape, options=None, version=1):
        code = (getattr(tfl.BuiltinOperator, name), version)
        if code not in self.codes:
            self.codes.append(code)
        op = tfl.OperatorT()
        op.opcodeIndex, op.inputs = self.codes.index(code), inputs
        op.outputs = [self.tensor(shape)]
        if options is not None:
            op.builtinOptions = options
            op.builtinOptionsType = getattr(tfl.BuiltinOptions, type(options).__name__[:-1])
        self.operators.append(op)
        return op.outputs[0]

    def shape(self, index):
        return self.tensors[index].shape

    def activation(self, node):
        """The rectifier that alone reads the node's result: computed with it."""
        users = self.users.get(node.output[0], [])
        if len(users) == 1 and users[0].op_type in ("Relu", "Clip"):
            self.done.add(users[0].name)
            return (RELU if users[0].op_type == "Relu" else RELU6), users[0].output[0]
        return tfl.ActivationFunctionType.NONE, node.output[0]

    def convert(self):
        source = self.graph.input[0]
        n, c, h, w = (d.dim_value for d in source.type.tensor_type.shape.dim)
        self.values[source.name] = first = self.tensor([n, h, w, c])
        for node in self.graph.node:
            if node.name not in self.done:
                self.write(node)
        subgraph = tfl.SubGraphT()
        subgraph.tensors, subgraph.operators = self.tensors, self.operators
        subgraph.inputs, subgraph.outputs = [first], [self.values[self.graph.output[0].name]]
        model = tfl.ModelT()
        model.version, model.subgraphs, model.buffers, model.operatorCodes = 3, [subgraph], self.buffers, []
        for builtin, version in self.codes:
            code = tfl.OperatorCodeT()
            code.deprecatedBuiltinCode, code.builtinCode, code.version = min(builtin, 127), builtin, version
            model.operatorCodes.append(code)
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def write(self, node):
        a = {p.name: onnx.helper.get_attribute_value(p) for p in node.attribute}
        x = self.values.get(node.input[0])
        arrays = [self.constants.get(name) for name in node.input]
        name, kind = node.output[0], node.op_type
        if kind == "Conv":
            function, name = self.activation(node)
            self.values[name] = self.convolution(x, arrays[1], arrays[2] if len(arrays) > 2 else None, a, function)
        elif kind == "BatchNormalization":
            scale = arrays[1] / np.sqrt(arrays[4].astype(np.float64) + a.get("epsilon", 1e-5))
            shift = arrays[2] - arrays[3] * scale
            y = self.operator("MUL", [x, self.floats(scale)], self.shape(x), tfl.MulOptionsT())
            self.values[name] = self.operator("ADD", [y, self.floats(shift)], self.shape(x), tfl.AddOptionsT())
        elif kind in ("Relu", "Clip"):
            self.values[name] = self.operator("RELU" if kind == "Relu" else "RELU6", [x], self.shape(x))
        elif kind == "Sigmoid":
            self.values[name] = self.operator("LOGISTIC", [x], self.shape(x))
        elif kind == "HardSwish":
            self.values[name] = self.operator("HARD_SWISH", [x], self.shape(x), tfl.HardSwishOptionsT())
        elif kind == "HardSigmoid":
            y = self.operator("ADD", [x, self.floats([3])], self.shape(x), tfl.AddOptionsT())
            y = self.operator("RELU6", [y], self.shape(x))
            self.values[name] = self.operator("MUL", [y, self.floats([1 / 6])], self.shape(x), tfl.MulOptionsT())
        elif kind in ("Add", "Mul"):
            other = self.values[node.input[1]]
            shape = [max(p, q) for p, q in zip(self.shape(x), self.shape(other))]
            options = tfl.AddOptionsT() if kind == "Add" else tfl.MulOptionsT()
            if kind == "Add":
                options.fusedActivationFunction, name = self.activation(node)
            self.values[name] = self.operator(kind.upper(), [x, other], shape, options)
        elif kind == "Concat":
            inputs = [self.values[i] for i in node.input]
            options = tfl.ConcatenationOptionsT()
            options.axis = 3
            shape = [*self.shape(x)[:3], sum(self.shape(i)[3] for i in inputs)]
            self.values[name] = self.operator("CONCATENATION", inputs, shape, options, 2)
        elif kind == "Split":
            start = 0
            for output, width in zip(node.output, arrays[1]):
                self.values[output] = self.slice(x, start, int(width))
                start += int(width)
        elif kind == "Slice":
            width = self.shape(x)[3]
            begin, end = int(arrays[1][0]), min(width, int(arrays[2][0]))
            self.values[name] = self.slice(x, begin, end - begin)
        elif kind == "GlobalAveragePool":
            options = tfl.ReducerOptionsT()
            options.keepDims = True
            n, _, _, c = self.shape(x)
            self.values[name] = self.operator("MEAN", [x, self.integers([1, 2])], [n, 1, 1, c], options)
        elif kind == "MaxPool":
            self.values[name] = self.pool(x, a)
        elif kind == "Flatten":
            n, h, w, c = self.shape(x)
            assert h == w == 1, "flatten only behind a mean"
            self.values[name] = self.reshape(x, [n, c])
        elif kind == "Reshape":
            to = [int(length) for length in arrays[1]]
            n, h, w = self.shape(x)[:3]
            # A shuffle of channels: group × channel at the end.
            self.values[name] = self.reshape(x, [n, h, w, to[1], to[2]] if len(to) == 5 else [n, h, w, to[1]])
        elif kind == "Transpose":
            assert list(a["perm"]) == [0, 2, 1, 3, 4], "transposition only of a shuffle"
            s = self.shape(x)
            shape = [*s[:3], s[4], s[3]]
            self.values[name] = self.operator(
                "TRANSPOSE", [x, self.integers([0, 1, 2, 4, 3])], shape, tfl.TransposeOptionsT())
        elif kind == "Gemm":
            weight = arrays[1] if a.get("transB") else arrays[1].T
            inputs = [x, self.floats(weight), self.floats(arrays[2] if len(arrays) > 2 else np.zeros(len(weight)))]
            self.values[name] = self.operator(
                "FULLY_CONNECTED", inputs, [self.shape(x)[0], len(weight)], tfl.FullyConnectedOptionsT())
        else:
            raise NotImplementedError(kind)

    def reshape(self, x, shape):
        options = tfl.ReshapeOptionsT()
        options.newShape = shape
        return self.operator("RESHAPE", [x, self.integers(shape)], shape, options)

    def slice(self, x, begin, width):
        n, h, w, _ = self.shape(x)
        return self.operator(
            "SLICE", [x, self.integers([0, 0, 0, begin]), self.integers([n, h, w, width])], [n, h, w, width],
            tfl.SliceOptionsT())

    def padded(self, x, pads, kernel, strides):
        """Zeros where the image's own padding mode does not give them; the mode."""
        n, h, w, c = self.shape(x)
        top, left, bottom, right = pads
        out = [(h + top + bottom - kernel[0]) // strides[0] + 1, (w + left + right - kernel[1]) // strides[1] + 1]
        if not any(pads):
            return x, tfl.Padding.VALID, out
        same = []
        for size, length, k, s in zip((h, w), out, kernel, strides):
            surplus = max(0, (length - 1) * s + k - size)
            same += [(surplus // 2, surplus - surplus // 2)] if length == -(-size // s) else [None]
        if same == [(top, bottom), (left, right)]:
            return x, tfl.Padding.SAME, out
        shape = [n, h + top + bottom, w + left + right, c]
        borders = self.integers([[0, 0], [top, bottom], [left, right], [0, 0]])
        return self.operator("PAD", [x, borders], shape, tfl.PadOptionsT()), tfl.Padding.VALID, out

    def convolution(self, x, weight, bias, a, function):
        groups, strides = a.get("group", 1), a.get("strides", [1, 1])
        depthwise = groups > 1 and weight.shape[1] == 1 and groups == weight.shape[0]
        x, padding, out = self.padded(x, a.get("pads", [0] * 4), weight.shape[2:], strides)
        options = tfl.DepthwiseConv2DOptionsT() if depthwise else tfl.Conv2DOptionsT()
        options.padding, options.strideH, options.strideW = padding, *strides
        options.dilationHFactor = options.dilationWFactor = 1
        options.fusedActivationFunction = function
        if depthwise:
            options.depthMultiplier = 1
        order = [1, 2, 3, 0] if depthwise else [0, 2, 3, 1]
        bias = np.zeros(weight.shape[0]) if bias is None else bias
        inputs = [x, self.floats(weight.transpose(order)), self.floats(bias)]
        shape = [self.shape(x)[0], *out, weight.shape[0]]
        return self.operator("DEPTHWISE_CONV_2D" if depthwise else "CONV_2D", inputs, shape, options)

    def pool(self, x, a):
        # Behind a rectifier zeros never win.
        x, padding, out = self.padded(x, a.get("pads", [0] * 4), a["kernel_shape"], a["strides"])
        options = tfl.Pool2DOptionsT()
        options.padding, (options.strideH, options.strideW) = padding, a["strides"]
        options.filterHeight, options.filterWidth = a["kernel_shape"]
        n, _, _, c = self.shape(x)
        return self.operator("MAX_POOL_2D", [x], [n, *out, c], options)


def convert(source, target):
    with open(target, "wb") as file:
        file.write(Converter(source).convert())
