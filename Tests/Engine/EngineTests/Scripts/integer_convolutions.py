"""Results of ONNX Runtime's QLinearConv for IntegerConvolutionTests: run it and paste what it prints.

Inputs and weights follow from their place, so that only results are written down: bytes x[i] = (37 i + 11) mod 256 and
w[i] = (53 i + 7) mod 255 - 127 in C order, the first weight of each output channel 127; bias b[o] = (211 o) mod 4001 -
2000. Quanta are powers of two: 2^-6 of the input, 2^-7 of the weights. The same is computed in whole numbers of NumPy.
"""
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

# channels, outputs, height, width, kernel, stride, padding, groups, zero of the input, zero of the output, quantum's exponent
CASES = [
    (16, 16, 5, 7, 1, 1, 0, 1, 0, 0, -2),
    (24, 40, 6, 6, 1, 1, 0, 1, 77, 128, -1),
    (7, 9, 5, 5, 1, 2, 0, 1, 128, 100, -3),
    (3, 20, 11, 13, 3, 2, 1, 1, 114, 0, -3),
    (12, 18, 7, 9, 3, 1, 1, 1, 5, 90, -1),
    (8, 8, 9, 9, 3, 1, 1, 8, 0, 120, -3),
    (40, 40, 15, 12, 3, 2, 1, 40, 131, 127, -3),
    (20, 20, 9, 10, 5, 1, 2, 20, 60, 128, -2),
    (33, 33, 8, 17, 7, 2, 3, 33, 200, 110, -2),
    (12, 24, 6, 7, 3, 1, 1, 3, 40, 128, -2),
    (6, 12, 5, 6, 3, 1, 1, 6, 9, 128, -3),
]


def operands(channels, outputs, height, width, kernel, groups):
    x = ((37 * np.arange(channels * height * width) + 11) % 256).reshape(channels, height, width)
    shape = (outputs, channels // groups, kernel, kernel)
    w = ((53 * np.arange(np.prod(shape)) + 7) % 255 - 127).reshape(outputs, -1)
    w[:, 0] = 127
    return x, w.reshape(shape), (211 * np.arange(outputs)) % 4001 - 2000


def by_onnx_runtime(case):
    channels, outputs, height, width, kernel, stride, padding, groups, zero, output_zero, exponent = case
    x, w, b = operands(channels, outputs, height, width, kernel, groups)
    constants = {
        "xs": np.float32(2.0**-6), "xz": np.uint8(zero), "w": w.astype(np.int8),
        "ws": np.full(outputs, 2.0**-7, np.float32), "wz": np.zeros(outputs, np.int8),
        "ys": np.float32(2.0**exponent), "yz": np.uint8(output_zero), "b": b.astype(np.int32),
    }
    node = helper.make_node(
        "QLinearConv", ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"], ["y"], kernel_shape=[kernel, kernel],
        strides=[stride, stride], pads=[padding] * 4, group=groups)
    graph = helper.make_graph(
        [node], "g", [helper.make_tensor_value_info("x", TensorProto.UINT8, (1, *x.shape))],
        [helper.make_tensor_value_info("y", TensorProto.UINT8, None)],
        [onnx.numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # Without it products of the unsigned and signed bytes saturate at 16 bits on processors with AVX2 and no VNNI.
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return session.run(None, {"x": x.astype(np.uint8)[None]})[0][0]


def by_numpy(case):
    channels, outputs, height, width, kernel, stride, padding, groups, zero, output_zero, exponent = case
    x, w, b = operands(channels, outputs, height, width, kernel, groups)
    x = np.pad(x - zero, ((0, 0), (padding, padding), (padding, padding)))
    rows = (height + 2 * padding - kernel) // stride + 1
    columns = (width + 2 * padding - kernel) // stride + 1
    y = np.zeros((outputs, rows, columns), np.int64)
    per = channels // groups
    for o in range(outputs):
        first = o // (outputs // groups) * per
        for r in range(rows):
            for c in range(columns):
                part = x[first : first + per, r * stride : r * stride + kernel, c * stride : c * stride + kernel]
                y[o, r, c] = (part * w[o]).sum() + b[o]
    scaled = y.astype(np.float32) * np.float32(2.0 ** (-13 - exponent))
    return np.clip(np.rint(scaled) + output_zero, 0, 255).astype(np.uint8)


for case in CASES:
    y = by_onnx_runtime(case)
    assert np.array_equal(y, by_numpy(case)), case
    flat = y.reshape(-1).astype(np.int64)
    weighted = int((flat * (np.arange(flat.size) % 251 + 1)).sum())
    print(f"        Case([{', '.join(map(str, case))}], sum: {weighted}, first: {flat[:6].tolist()}),")
