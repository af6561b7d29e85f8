"""Writes Fixtures/graphs: small networks as TensorFlow Lite and ONNX models, and what their own runtimes compute.

Two environments, as no one holds all of it:
    python make_graphs.py torch     # torch 2.14, onnx, onnxruntime 1.27
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


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    {"torch": make_torch, "keras": make_keras}[sys.argv[1]]()
