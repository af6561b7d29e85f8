"""Writes Fixtures/graphs: small networks as TensorFlow Lite and ONNX models, and what their own runtimes compute.

Two environments, as no one holds all of it:
    python make_graphs.py torch     # torch 2.14, onnx, onnxruntime 1.27
    python make_graphs.py parts     # torch 2.15, onnx 1.23, onnxruntime 1.32
    python make_graphs.py heads     # torch 2.15, onnx 1.23, onnxruntime 1.32
    python make_graphs.py functions # onnx 1.23, onnxruntime 1.32
    python make_graphs.py tflite    # flatbuffers 25, torch 2.15
    python make_graphs.py keras     # tensorflow 2.21, tf2onnx 1.17, onnxruntime

`graphs/results.json` holds the input, drawn from a seed, as N×C×H×W, and each network's results.
"""

import json
import os
import sys

import numpy as np

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "graphs")


def record(name, image, result):
    """`image` N×C×H×W; results that are probabilities stay so."""
    path = os.path.join(FOLDER, "results.json")
    records = json.load(open(path)) if os.path.exists(path) else {}
    numbers = lambda a: [float("%.7g" % v) for v in np.asarray(a, np.float32).reshape(-1)]
    records["image"] = numbers(image)
    records[name] = numbers(result)
    with open(path, "w") as file:
        file.write("{\n" + ",\n".join("%s: %s" % (json.dumps(k), json.dumps(v)) for k, v in sorted(records.items())))
        file.write("\n}\n")


def image(size=16):
    return np.random.default_rng(2).normal(0, 1, (1, 3, size, size)).astype(np.float32)


def write_onnx(name, graph, opset, ir_version, x):
    """A model of a graph, and what ONNX Runtime makes of x with it."""
    import onnx
    from onnx import helper

    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir_version)
    onnx.checker.check_model(model)
    path = os.path.join(FOLDER, f"{name}.onnx")
    onnx.save(model, path)
    record(name, x, run_onnx(path, x, name))


def run_onnx(path, x, name):
    import onnxruntime

    # Node by node: fused integer kernels saturate on some processors.
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def make_torch():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Operators(nn.Module):
        """One of each way in which exported networks write what they compute."""

        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 8, 3, 2, 1, bias=False)
            self.bn = nn.BatchNorm2d(8)
            self.dw = nn.Conv2d(8, 8, (3, 3), 1, groups=8)
            self.pw = nn.Conv2d(8, 16, 1)
            self.se1 = nn.Linear(16, 4)
            self.se2 = nn.Linear(4, 16)
            self.dil = nn.Conv2d(8, 8, 3, padding=2, dilation=2)
            self.prelu = nn.PReLU(16)
            self.wide = nn.Conv2d(16, 16, (1, 3), padding=(0, 1))
            self.fc1 = nn.Linear(16 * 4, 12)
            self.fc2 = nn.Linear(12, 5)

        def forward(self, x):
            x = (x - 0.25) / torch.tensor([0.5, 0.6, 0.7]).view(1, 3, 1, 1)
            x = F.relu6(self.bn(self.stem(x)))
            x = self.dw(F.pad(x, (1, 1, 1, 1)))
            x = x * F.relu6(x + 3) / 6
            x = self.pw(x)
            y = x.mean([2, 3])
            y = F.relu6(self.se2(F.relu(self.se1(y))) + 3) / 6
            x = x * y.view(y.size(0), -1, 1, 1)
            a, b = x.chunk(2, dim=1)
            b = F.silu(self.dil(b))
            x = torch.cat([a, b], 1)
            n, c, h, w = x.size()
            x = x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)
            x = self.prelu(x)
            x = x + F.leaky_relu(self.wide(x), 0.1)
            x = F.max_pool2d(x, 3, 2, ceil_mode=True)
            x = torch.tanh(x[:, 2:]) * torch.clamp(x[:, :-2], -1, 0.5)
            x = F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)
            x = torch.cat([x, 1 - x[:, :2]], 1)
            x = torch.flatten(x, 1)
            x = F.hardsigmoid(self.fc1(x))
            return self.fc2(x)

    class Plain(nn.Module):
        """What quantisers know."""

        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 8, 3, 2, 1)
            self.dw = nn.Conv2d(8, 8, 3, 1, 1, groups=8)
            self.pw = nn.Conv2d(8, 8, 1)
            self.fc = nn.Linear(8, 5)

        def forward(self, x):
            x = F.relu6(self.stem(x))
            x = x + F.relu(self.pw(F.relu6(self.dw(x))))
            return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))

    torch.manual_seed(0)
    x = image()
    nets = {"torch_operators": Operators().eval(), "torch_plain": Plain().eval()}
    with torch.no_grad():
        norm = nets["torch_operators"].bn
        norm.running_mean.normal_(0, 0.1)
        norm.running_var.uniform_(0.5, 1.5)
    for name, net in nets.items():
        path = os.path.join(FOLDER, name + ".onnx")
        axes = {"x": {0: "n"}} if name == "torch_operators" else None
        torch.onnx.export(
            net, torch.from_numpy(x), path, dynamo=False, opset_version=17, input_names=["x"], dynamic_axes=axes)
        record(name, x, run_onnx(path, x, name))

    from onnxruntime.quantization import (
        CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static)

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.left = iter([{"x": x}, {"x": -x}])

        def get_next(self):
            return next(self.left, None)

    source = os.path.join(FOLDER, "torch_plain.onnx")
    for name, options in {
        "quantised_qdq": dict(quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8),
        "quantised_operators": dict(quant_format=QuantFormat.QOperator, weight_type=QuantType.QInt8),
    }.items():
        path = os.path.join(FOLDER, name + ".onnx")
        quantize_static(source, path, Reader(), **options)
        record(name, x, run_onnx(path, x, name))
    path = os.path.join(FOLDER, "quantised_dynamic.onnx")
    quantize_dynamic(source, path, weight_type=QuantType.QUInt8)
    record("quantised_dynamic", x, run_onnx(path, x, "quantised_dynamic"))


def make_parts():
    """Normalisations of channels and GELU: in one piece and in parts, as exporters and people spell them."""
    import onnx
    import torch
    from onnx import TensorProto, helper, numpy_helper
    from torch import nn
    from torch.nn import functional as F

    class Block(nn.Module):
        """ConvNeXt's; of version 2 with a response normalisation and without a scale."""

        def __init__(self, width, second):
            super().__init__()
            self.dw = nn.Conv2d(width, width, 3, padding=1, groups=width)
            self.norm = nn.LayerNorm(width, eps=1e-6)
            self.fc1 = nn.Linear(width, 2 * width)
            self.grn = nn.ParameterDict(
                {n: nn.Parameter(torch.empty(1, 1, 1, 2 * width)) for n in ("gamma", "beta")} if second else {})
            self.fc2 = nn.Linear(2 * width, width)
            self.layer_scale = None if second else nn.Parameter(torch.empty(width, 1, 1))

        def forward(self, x):
            y = F.gelu(self.fc1(self.norm(self.dw(x).permute(0, 2, 3, 1))))
            if self.grn:
                g = torch.norm(y, p=2, dim=(1, 2), keepdim=True)
                y = self.grn["gamma"] * (y * (g / (g.mean(dim=-1, keepdim=True) + 1e-6))) + self.grn["beta"] + y
            y = self.fc2(y).permute(0, 3, 1, 2)
            return x + (y if self.layer_scale is None else self.layer_scale * y)

    class Modern(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 8, 4, 4)
            self.first = Block(8, False)
            self.second = Block(8, True)
            self.gamma = nn.Parameter(torch.empty(8))
            self.norm = nn.LayerNorm(8)
            self.plain = nn.LayerNorm(8, elementwise_affine=False)
            self.head = nn.Linear(8, 5)

        def forward(self, x):
            x = self.second(self.first(self.stem(x)))
            # Folded into a constant without a name.
            x = x * self.gamma.reshape(1, -1, 1, 1)
            x = self.plain(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
            return self.head(self.norm(x.mean([-2, -1])))

    torch.manual_seed(4)
    x = image()
    net = Modern().eval()
    with torch.no_grad():
        for name, p in net.named_parameters():
            if p.dim() == 1 or "gamma" in name or "beta" in name or "scale" in name:
                p.uniform_(0.3, 1.2)
    for name, opset in {"norms_parts": 13, "norms_whole": 17}.items():
        path = os.path.join(FOLDER, name + ".onnx")
        torch.onnx.export(
            net, torch.from_numpy(x), path, dynamo=False, opset_version=opset, input_names=["x"],
            dynamic_axes={"x": {0: "n"}})
        record(name, x, run_onnx(path, x, name))

    rng = np.random.default_rng(5)
    normal = lambda *shape: rng.normal(0, 1, shape).astype(np.float32)
    constants = {
        "c.weight": normal(4, 3, 3, 3), "g": normal(4), "s": normal(4), "g3": normal(4, 1, 1), "s3": normal(4, 1, 1),
        "r": normal(1, 4, 1, 1), "in": normal(4, 7), "inb": normal(7), "out": normal(7, 4),
        "fc.weight": normal(5, 4), "tokens": np.array([1, 64, 4]), "map": np.array([1, 8, 8, 4]),
        "eps": np.float32(1e-3), "one": np.float32(1), "half": np.float32(0.5), "two": np.float32(2),
        "three": np.float32(3), "negative": np.float32(-0.5), "cubic": np.float32(0.044715),
        "slope": np.float32((2 / np.pi) ** 0.5), "root": np.float32(2**0.5), "space": np.array([2, 3]),
    }
    nodes = [helper.make_node("Conv", ["x", "c.weight"], ["a"], pads=[1, 1, 1, 1], strides=[2, 2])]

    def add(kind, inputs, output, **settings):
        nodes.append(helper.make_node(kind, inputs.split(), [output], **settings))

    # Over the channels of a map, the constants first, square by a product.
    add("ReduceMean", "a", "m1", axes=[1]); add("Sub", "a m1", "d1"); add("Mul", "d1 d1", "q1")
    add("ReduceMean", "q1", "v1", axes=[1]); add("Add", "eps v1", "e1"); add("Sqrt", "e1", "w1")
    add("Div", "d1 w1", "n1"); add("Mul", "g3 n1", "p1"); add("Add", "p1 s3", "b")
    # As Keras' batch_normalization computes it: x·f + (shift − mean·f).
    add("Transpose", "b", "t", perm=[0, 2, 3, 1])
    add("ReduceMean", "t", "m2", axes=[3]); add("Sub", "t m2", "d2"); add("Mul", "d2 d2", "q2")
    add("ReduceMean", "q2", "v2", axes=[-1]); add("Add", "v2 eps", "e2"); add("Sqrt", "e2", "w2")
    add("Reciprocal", "w2", "i2"); add("Mul", "i2 g", "f2"); add("Mul", "t f2", "x2"); add("Mul", "m2 f2", "y2")
    add("Sub", "s y2", "o2"); add("Add", "x2 o2", "z2")
    # Matrices on tokens, the approximation of GELU in parts, a power as the root.
    add("Reshape", "z2 tokens", "k"); add("MatMul", "k in", "k1"); add("Add", "k1 inb", "k2")
    add("Pow", "k2 three", "u1"); add("Mul", "u1 cubic", "u2"); add("Add", "k2 u2", "u3"); add("Mul", "u3 slope", "u4")
    add("Tanh", "u4", "u5"); add("Add", "u5 one", "u6"); add("Mul", "k2 half", "u7"); add("Mul", "u7 u6", "k3")
    add("MatMul", "k3 out", "k4"); add("Add", "k4 k", "k5")
    add("ReduceMean", "k5", "m3", axes=[2]); add("Sub", "k5 m3", "d3"); add("Pow", "d3 two", "q3")
    add("ReduceMean", "q3", "v3", axes=[2]); add("Add", "v3 eps", "e3"); add("Pow", "e3 negative", "i3")
    add("Mul", "d3 i3", "k6")
    add("Reshape", "k6 map", "h"); add("Transpose", "h", "j", perm=[0, 3, 1, 2])
    # A response normalisation from squares and sums, the share multiplied first.
    add("Pow", "j two", "q4"); add("ReduceSum", "q4 space", "v4"); add("Sqrt", "v4", "g4")
    add("ReduceMean", "g4", "m4", axes=[1]); add("Add", "m4 eps", "e4"); add("Div", "g4 e4", "h4")
    add("Mul", "h4 r", "f4"); add("Mul", "j f4", "x4"); add("Add", "j x4", "y4"); add("Add", "y4 r", "l")
    # GELU with its half on the other factor, and a multiple of it.
    add("Div", "l root", "g5"); add("Erf", "g5", "h5"); add("Add", "h5 one", "f5"); add("Mul", "f5 half", "p5")
    add("Mul", "l p5", "x5")
    add("Mul", "x5 negative", "y5"); add("Div", "y5 root", "g6"); add("Erf", "g6", "h6"); add("Add", "one h6", "f6")
    add("Mul", "y5 f6", "z6"); add("Abs", "z6", "o")
    add("GlobalAveragePool", "o", "a7"); add("Flatten", "a7", "b7"); add("Gemm", "b7 fc.weight", "y", transB=1)
    graph = helper.make_graph(
        nodes, "parts", [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 3, 16, 16))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 5))],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()])
    write_onnx("norms_people", graph, 13, 8, x)


def make_functions():
    """Functions of each number, one behind the other with a sum or a product between them."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    x = image()
    rng = np.random.default_rng(7)
    normal = lambda *shape: rng.normal(0, 1, shape).astype(np.float32)
    constants = {
        "c.weight": normal(6, 3, 3, 3) * 0.5, "slopes": normal(6, 1, 1), "low": np.float32(-0.3),
        "high": np.float32(0.8), "half": np.float32(0.5), "fc.weight": normal(5, 6),
    }
    nodes = [helper.make_node("Conv", ["x", "c.weight"], ["a0"], pads=[1, 1, 1, 1], strides=[2, 2])]
    count = 0

    def add(kind, inputs, output, **settings):
        nodes.append(helper.make_node(kind, inputs.split(), [output], **settings))

    def function(kind, more="", **settings):
        """The next result: the function's of the one before, and that itself."""
        nonlocal count
        add(kind, f"a{count} {more}".strip(), f"f{count}", **settings)
        add("Add" if count % 2 else "Sub", f"f{count} a{count}", f"a{count + 1}")
        count += 1

    function("Elu")
    function("Elu", alpha=0.5)
    function("Selu")
    function("Selu", alpha=1.2, gamma=0.7)
    function("Celu")
    function("Celu", alpha=2.0)
    function("Softplus")
    function("Mish")
    function("HardSigmoid", alpha=0.3, beta=0.4)
    function("HardSwish")
    function("PRelu", "slopes")
    function("LeakyRelu", alpha=0.2)
    function("Clip", "low high")
    function("Gelu")
    function("Gelu", approximate="tanh")
    function("Tanh")
    function("Sigmoid")
    function("Abs")
    # What exporters write for Mish before there was an operator; e^−|x|, √|x| in two ways.
    add("Softplus", f"a{count}", "p1"); add("Tanh", "p1", "p2"); add("Mul", f"a{count} p2", "m")
    add("Abs", "m", "p3"); add("Neg", "p3", "p4"); add("Exp", "p4", "p5"); add("Sqrt", "p3", "p6")
    add("Pow", "p3 half", "p7"); add("Mul", "p6 p5", "p8"); add("Add", "p8 p7", "o")
    add("GlobalAveragePool", "o", "a7_"); add("Flatten", "a7_", "b7"); add("Gemm", "b7 fc.weight", "y", transB=1)
    graph = helper.make_graph(
        nodes, "functions", [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 3, 16, 16))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 5))],
        [numpy_helper.from_array(np.asarray(v, np.float32), k) for k, v in constants.items()])
    write_onnx("functions", graph, 20, 9, x)


def make_tflite():
    """Functions as TensorFlow Lite has them or spells them out, in a file written by the public schema's field numbers;
    results by PyTorch."""
    import flatbuffers
    import torch
    from torch.nn import functional as F

    rng = np.random.default_rng(6)
    # BuiltinOperator, and of the union BuiltinOptions what the operators with options have.
    numbers = dict(
        ADD=0, CONV_2D=3, DEPTHWISE_CONV_2D=4, FULLY_CONNECTED=9, LOGISTIC=14, MUL=18, TANH=28, MEAN=40, EXP=47,
        MAXIMUM=55, MINIMUM=57, LOG=73, SQRT=75, POW=78, SQUARE=92, LEAKY_RELU=98, ELU=111, GELU=150)
    options = dict(CONV_2D=1, DEPTHWISE_CONV_2D=2, FULLY_CONNECTED=8, ADD=11, MUL=21, MEAN=27, LEAKY_RELU=75, GELU=125)
    tensors, operators, codes = [], [], []

    def tensor(name, shape, values=None):
        tensors.append((name, list(shape), values))
        return len(tensors) - 1

    def constant(name, values, kind=np.float32):
        values = np.asarray(values, kind)
        return tensor(name, values.shape, values)

    def add(kind, inputs, name, shape, **fields):
        """An operator; `fields` are those of its options by their numbers, with their flatbuffer types."""
        if kind not in codes:
            codes.append(kind)
        operators.append((kind, inputs, tensor(name, shape), fields))
        return len(tensors) - 1

    x = image()
    weights = {
        "stem": rng.normal(0, 0.4, (8, 3, 3, 3)), "dw": rng.normal(0, 0.5, (1, 3, 3, 8)),
        "pw": rng.normal(0, 0.4, (8, 1, 1, 8)), "head": rng.normal(0, 0.5, (5, 8)),
    }
    biases = {name: rng.normal(0, 0.3, w.shape[-1] if name == "dw" else w.shape[0]) for name, w in weights.items()}
    scalar = {n: constant(n, v) for n, v in dict(zero=0, one=1, less=-1, small=0.1, cube=3, gamma=1.050701, curve=1.7580993).items()}
    layer = {name: (constant(name + "/kernel", weights[name]), constant(name + "/bias", biases[name])) for name in weights}
    axes = constant("axes", [1, 2], np.int32)

    first = tensor("x", [1, 16, 16, 3])
    shape = [1, 8, 8, 8]
    # Options: padding (0 is SAME), stride_w, stride_h; a depthwise one has a depth multiplier as well.
    y = add("CONV_2D", [first, *layer["stem"]], "stem", shape, f1=("int32", 2), f2=("int32", 2))
    y = add("ELU", [y], "elu", shape)
    y = add("DEPTHWISE_CONV_2D", [y, *layer["dw"]], "dw", shape, f1=("int32", 1), f2=("int32", 1), f3=("int32", 1))
    # SELU: gamma * max(x, 0) + gamma * alpha * (exp(min(x, 0)) - 1).
    above = add("MUL", [add("MAXIMUM", [y, scalar["zero"]], "above", shape), scalar["gamma"]], "scaled", shape)
    below = add("EXP", [add("MINIMUM", [y, scalar["zero"]], "below", shape)], "power", shape)
    below = add("MUL", [add("ADD", [below, scalar["less"]], "less1", shape), scalar["curve"]], "curved", shape)
    y = add("ADD", [above, below], "selu", shape)
    y = add("CONV_2D", [y, *layer["pw"]], "pw", shape, f1=("int32", 1), f2=("int32", 1))
    # Mish: x * tanh(log(1 + exp(x))).
    soft = add("LOG", [add("ADD", [add("EXP", [y], "exp", shape), scalar["one"]], "plus1", shape)], "softplus", shape)
    y = add("MUL", [y, add("TANH", [soft], "tanh", shape)], "mish", shape)
    y = add("SQRT", [add("ADD", [add("SQUARE", [y], "square", shape), scalar["small"]], "more", shape)], "root", shape)
    y = add("POW", [y, scalar["cube"]], "cubed", shape)
    y = add("ADD", [y, scalar["less"]], "lower", shape)
    y = add("LEAKY_RELU", [y], "leaky", shape, f0=("float32", 0.2))
    y = add("GELU", [y], "gelu", shape)
    y = add("MUL", [y, add("LOGISTIC", [y], "gate", shape)], "swish", shape)
    y = add("MEAN", [y, axes], "mean", [1, 8])
    y = add("FULLY_CONNECTED", [y, *layer["head"]], "head", [1, 5])

    b = flatbuffers.Builder(1 << 16)

    def table(fields):
        """Fields by number: (type, value); offsets are made before."""
        b.StartObject(max(fields, default=-1) + 1)
        for number, (kind, value) in sorted(fields.items()):
            {
                "uint32": b.PrependUint32Slot, "int32": b.PrependInt32Slot, "int8": b.PrependInt8Slot,
                "uint8": b.PrependUint8Slot, "float32": b.PrependFloat32Slot,
                "offset": b.PrependUOffsetTRelativeSlot,
            }[kind](number, value, 0)
        return b.EndObject()

    def vector(offsets):
        b.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            b.PrependUOffsetTRelative(offset)
        return b.EndVector()

    ints = lambda values: b.CreateNumpyVector(np.asarray(values, np.int32))
    buffers = [table({})]
    made = []
    for name, lengths, values in tensors:
        place = 0
        if values is not None:
            place = len(buffers)
            data = b.CreateByteVector(values.tobytes())
            buffers.append(table({0: ("offset", data)}))
        text, dims = b.CreateString(name), ints(lengths)
        kind = 2 if values is not None and values.dtype == np.int32 else 0
        made.append(table({0: ("offset", dims), 1: ("int8", kind), 2: ("uint32", place), 3: ("offset", text)}))
    nodes = []
    for kind, inputs, output, fields in operators:
        settings = {int(name[1:]): field for name, field in fields.items()}
        parts = {0: ("uint32", codes.index(kind)), 1: ("offset", ints(inputs)), 2: ("offset", ints([output]))}
        if kind in options:
            parts |= {3: ("uint8", options[kind]), 4: ("offset", table(settings))}
        nodes.append(table(parts))
    listed = [
        table({0: ("int8", min(numbers[kind], 127)), 2: ("int32", 1), 3: ("int32", numbers[kind])}) for kind in codes]
    graph = table({
        0: ("offset", vector(made)), 1: ("offset", ints([first])), 2: ("offset", ints([y])), 3: ("offset", vector(nodes))})
    model = table({
        0: ("uint32", 3), 1: ("offset", vector(listed)), 2: ("offset", vector([graph])), 4: ("offset", vector(buffers))})
    b.Finish(model, b"TFL3")
    with open(os.path.join(FOLDER, "tflite_functions.tflite"), "wb") as file:
        file.write(bytes(b.Output()))

    t = {name: torch.tensor(w) for name, w in weights.items()}
    c = {name: torch.tensor(v) for name, v in biases.items()}
    turned = lambda w: w.permute(0, 3, 1, 2)
    # SAME of 16 rows at stride 2: no zeros above, one below.
    v = F.conv2d(F.pad(torch.tensor(x, dtype=torch.float64), (0, 1, 0, 1)), turned(t["stem"]), c["stem"], 2)
    v = F.conv2d(F.elu(v), t["dw"].permute(3, 0, 1, 2), c["dw"], padding=1, groups=8)
    v = F.mish(F.conv2d(F.selu(v), turned(t["pw"]), c["pw"]))
    v = F.gelu(F.leaky_relu((v * v + 0.1).sqrt() ** 3 - 1, 0.2))
    record("tflite_functions", x, F.linear(F.silu(v).mean((2, 3)), t["head"], c["head"]).numpy())


def make_keras():
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import keras
    import tensorflow as tf
    from keras import layers as L
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    keras.utils.set_random_seed(0)
    i = keras.Input((16, 16, 3))
    x = L.Conv2D(8, 3, 2, padding="same", use_bias=False, name="stem")(i)
    x = L.ReLU(6.0)(L.BatchNormalization(name="norm")(x))
    x = L.Activation("hard_swish")(L.DepthwiseConv2D(3, padding="same", name="dw")(x))
    x = L.Conv2D(16, 1, name="pw")(x)
    y = L.GlobalAveragePooling2D(keepdims=True)(x)
    y = L.Conv2D(4, 1, activation="relu", name="reduce")(y)
    y = L.Conv2D(16, 1, activation="hard_sigmoid", name="expand")(y)
    x = L.Multiply()([x, y])
    x = L.ZeroPadding2D(((0, 1), (0, 1)))(x)
    x = L.Conv2D(16, 3, 2, padding="valid", activation="relu", name="padded")(x)
    z = L.Conv2D(8, 3, dilation_rate=2, padding="same", activation="sigmoid", name="dilated")(x)
    x = L.Concatenate()([x, z])
    s = x
    x = L.Reshape((4, 4, 2, 12))(x)
    x = L.Permute((1, 2, 4, 3))(x)
    x = L.Add()([L.Reshape((4, 4, 24))(x), s])
    x = L.AveragePooling2D(3, 2, padding="same")(x)
    x = L.Dense(5, activation="softmax", name="top")(L.Flatten()(x))
    net = keras.Model(i, x)
    norm = net.get_layer("norm")
    norm.moving_mean.assign(tf.random.normal((8,), 0, 0.1, seed=3))
    norm.moving_variance.assign(tf.random.uniform((8,), 0.5, 1.5, seed=4))
    data = image()
    last = np.ascontiguousarray(data.transpose(0, 2, 3, 1))
    function = tf.function(lambda t: net(t, training=False)).get_concrete_function(
        tf.TensorSpec((1, 16, 16, 3), tf.float32))
    frozen = convert_variables_to_constants_v2(function)
    for kind in ["float", "half", "dynamic", "int8"]:
        converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
        if kind != "float":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if kind == "half":
            converter.target_spec.supported_types = [tf.float16]
        if kind == "int8":
            converter.representative_dataset = lambda: ([d] for d in [last, -last])
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.inference_input_type = tf.uint8
            converter.inference_output_type = tf.uint8
        model = converter.convert()
        with open(os.path.join(FOLDER, "keras_%s.tflite" % kind), "wb") as file:
            file.write(model)
        interpreter = tf.lite.Interpreter(model_content=model, num_threads=1)
        interpreter.allocate_tensors()
        source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        value = last
        if kind == "int8":
            scale, zero = source["quantization"]
            value = np.clip(np.round(last / scale + zero), 0, 255).astype(np.uint8)
        interpreter.set_tensor(source["index"], value)
        interpreter.invoke()
        result = interpreter.get_tensor(target["index"]).astype(np.float32)
        if kind == "int8":
            scale, zero = target["quantization"]
            result = (result - zero) * scale
        record("keras_" + kind, data, result)

    import tf2onnx

    path = os.path.join(FOLDER, "keras_nhwc.onnx")
    tf2onnx.convert.from_function(
        tf.function(lambda t: net(t, training=False)), (tf.TensorSpec((None, 16, 16, 3), tf.float32, name="t"),),
        opset=13, output_path=path)
    record("keras_nhwc", data, run_onnx(path, last, "keras_nhwc"))


def make_heads():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Heads(nn.Module):
        """What people put behind fully connected layers, of pooled features and of a whole map."""

        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 6, 3, 2, 1)
            self.whole = nn.Linear(6 * 4 * 4, 6)
            self.norm = nn.BatchNorm1d(6)
            self.slopes = nn.PReLU(6)
            self.fc1 = nn.Linear(6, 6)
            self.layer = nn.LayerNorm(6)
            self.fc2 = nn.Linear(18, 5)
            self.last = nn.BatchNorm1d(5)

        def forward(self, x):
            x = F.relu(self.stem(x))
            x = self.slopes(self.norm(self.whole(F.max_pool2d(x, 2).flatten(1)))) + x.amax((2, 3))
            x = x + torch.tanh(self.layer(self.fc1(x)))
            x = torch.cat([x, torch.maximum(x, -0.5 * x), F.leaky_relu(self.fc1(x))], 1)
            return self.last(self.fc2(x)) / 0.7

    class Rectangles(nn.Module):
        """No N×N kernel; the mean over rows, then over columns."""

        def __init__(self):
            super().__init__()
            self.wide = nn.Conv2d(3, 6, (1, 3), padding=(0, 1))
            self.tall = nn.Conv2d(6, 6, (5, 1), padding=(2, 0), groups=6)
            self.fc = nn.Linear(6, 5)

        def forward(self, x):
            return self.fc(F.relu(self.tall(F.silu(self.wide(x)))).mean(2).mean(2))

    torch.manual_seed(3)
    x = image()
    for name, net in {"heads": Heads().eval(), "rectangles": Rectangles().eval()}.items():
        for module in net.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.LayerNorm)):
                nn.init.uniform_(module.weight, 0.5, 1.5)
                nn.init.normal_(module.bias)
            if isinstance(module, nn.BatchNorm1d):
                nn.init.normal_(module.running_mean)
                nn.init.uniform_(module.running_var, 0.5, 1.5)
        path = os.path.join(FOLDER, name + ".onnx")
        torch.onnx.export(
            net, torch.from_numpy(x), path, dynamo=False, opset_version=17, input_names=["x"],
            dynamic_axes={"x": {0: "n"}})
        record(name, x, run_onnx(path, x, name))


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    {"torch": make_torch, "parts": make_parts, "heads": make_heads, "functions": make_functions, "tflite": make_tflite,
     "keras": make_keras}[sys.argv[1]]()
