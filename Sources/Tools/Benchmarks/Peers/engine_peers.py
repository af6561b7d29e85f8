"""One network in one inference library: reads lines with seconds from stdin, runs that long, writes the times as JSON.

python engine_peers.py PEER MODEL.onnx THREADS

The first line that it writes tells the library's version, the seconds from importing it to the first result, and the
result of a fixed input. Converted models are kept beside the ONNX file.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

PEER, MODEL, THREADS = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = str(THREADS)
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# What libraries print on their way must not be taken for an answer.
ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import numpy as np  # noqa: E402

SHAPE = json.loads(MODEL.with_suffix(".json").read_text())["shape"]
IMAGES = np.load(MODEL.with_suffix(".npy"))


def onnxruntime():
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = THREADS, 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = ort.InferenceSession(str(MODEL), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return ort.__version__, lambda: session.run(None, {name: IMAGES})[0]


def openvino(precision):
    import openvino as ov

    core = ov.Core()
    compiled = core.compile_model(core.read_model(str(MODEL)), "CPU", {
        "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": THREADS,
        "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False})
    request = compiled.create_infer_request()
    request.set_input_tensor(ov.Tensor(IMAGES, shared_memory=True))
    output = request.get_output_tensor(0)

    def run():
        request.infer()
        return output.data

    return ov.__version__.split("-")[0], run


def converted(suffix, convert):
    """The model in another form; made once, whole or not at all."""
    path = MODEL.with_suffix(suffix)
    if not path.exists():
        convert(path)
    return str(path)


def tool(name):
    return shutil.which(name, path=os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]) or name


def tflite():
    from importlib.metadata import version

    import onnx_to_tflite
    from ai_edge_litert.interpreter import Interpreter

    path = converted(".tflite", lambda target: onnx_to_tflite.convert(str(MODEL), str(target)))
    interpreter = Interpreter(model_path=path, num_threads=THREADS)
    interpreter.allocate_tensors()
    source, result = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    images = np.ascontiguousarray(IMAGES.transpose(0, 2, 3, 1))

    def run():
        interpreter.set_tensor(source, images)
        interpreter.invoke()
        return interpreter.get_tensor(result)

    return version("ai-edge-litert"), run


def ncnn():
    import ncnn as library

    def convert(target):
        # pnnx writes a dozen files; ncnn has no batches, so the network is converted for one image.
        folder = MODEL.with_suffix(".pnnx")
        folder.mkdir(exist_ok=True)
        single = MODEL.with_name(MODEL.name.replace(f"_b{SHAPE[0]}_", "_b1_"))
        shutil.copy(single, folder / "net.onnx")
        shape = "inputshape=[1,%d,%d,%d]" % tuple(SHAPE[1:])
        subprocess.run([tool("pnnx"), "net.onnx", shape, "fp16=0"], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        shutil.move(folder / "net.ncnn.bin", MODEL.with_suffix(".bin"))
        shutil.move(folder / "net.ncnn.param", target)
        shutil.rmtree(folder)

    path = converted(".param", convert)
    net = library.Net()
    net.opt.num_threads = THREADS
    net.opt.use_vulkan_compute = False
    for option in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_storage", "bf16_packed"):
        if hasattr(net.opt, "use_" + option):
            setattr(net.opt, "use_" + option, False)
    net.load_param(path)
    net.load_model(str(MODEL.with_suffix(".bin")))
    source, result = net.input_names()[0], net.output_names()[0]

    def run():
        results = []
        for image in IMAGES:
            extractor = net.create_extractor()
            extractor.input(source, library.Mat(image))
            results.append(np.array(extractor.extract(result)[1]))
        return np.stack(results)

    return library.__version__, run


def mnn():
    from importlib.metadata import version

    import MNN.expr as expr
    import MNN.nn as nn

    def convert(target):
        subprocess.run(
            [tool("mnnconvert"), "-f", "ONNX", "--modelFile", MODEL, "--MNNModel", target, "--bizCode", "x"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    path = converted(".mnn", convert)
    runtime = nn.create_runtime_manager(
        ({"backend": "CPU", "precision": "high", "numThread": THREADS, "memory": "high", "power": "high"},))
    names = json.loads(MODEL.with_suffix(".json").read_text())
    module = nn.load_module_from_file(path, [names["input"]], [names["output"]], runtime_manager=runtime)

    def run():
        value = expr.placeholder(SHAPE, expr.NCHW)
        value.write(IMAGES)
        return module.forward(value).read()

    return version("MNN"), run


def torch_module():
    """The ONNX graph as a PyTorch module."""
    import onnx
    import torch
    import torch.nn.functional as F
    from onnx import numpy_helper

    graph = onnx.load(str(MODEL)).graph
    arrays = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.keys = {}
            for name, value in arrays.items():
                self.keys[name] = "p" + name.replace(".", "_").replace("/", "_").replace(":", "_")
                self.register_buffer(self.keys[name], value)

        def forward(self, x):
            values = {graph.input[0].name: x}
            for node in graph.node:
                a = {p.name: onnx.helper.get_attribute_value(p) for p in node.attribute}
                i = [values[n] if n in values else getattr(self, self.keys[n]) for n in node.input]
                values.update(zip(node.output, self.results(node, a, i)))
            return values[graph.output[0].name]

        def results(self, node, a, i):
            kind = node.op_type
            if kind == "Conv":
                top, left, bottom, right = a.get("pads", [0] * 4)
                source, pads = i[0], (top, left)
                if (top, left) != (bottom, right):
                    source, pads = F.pad(source, (left, right, top, bottom)), 0
                bias = i[2] if len(i) > 2 else None
                return [F.conv2d(source, i[1], bias, a.get("strides", 1), pads, 1, a.get("group", 1))]
            if kind == "BatchNormalization":
                return [F.batch_norm(i[0], i[3], i[4], i[1], i[2], False, 0.0, a.get("epsilon", 1e-5))]
            if kind == "Split":
                return torch.split(i[0], arrays[node.input[1]].tolist(), 1)
            if kind == "Slice":
                first, end = (int(arrays[name][0]) for name in node.input[1:3])
                return [i[0][:, first:end]]
            if kind == "Gemm":
                return [F.linear(i[0], i[1] if a.get("transB") else i[1].T, i[2] if len(i) > 2 else None)]
            if kind == "Reshape":
                shape = arrays[node.input[1]].tolist()
                return [i[0].reshape([n or i[0].shape[at] for at, n in enumerate(shape)])]
            if kind == "MaxPool":
                return [F.max_pool2d(i[0], a["kernel_shape"], a["strides"], a["pads"][:2])]
            simple = {
                "Relu": F.relu, "Clip": F.relu6, "Sigmoid": torch.sigmoid, "HardSwish": F.hardswish,
                "HardSigmoid": F.hardsigmoid, "Add": torch.add, "Mul": torch.mul,
                "Concat": lambda *x: torch.cat(x, 1), "Flatten": lambda x: torch.flatten(x, 1),
                "GlobalAveragePool": lambda x: x.mean((2, 3), keepdim=True),
                "Transpose": lambda x: x.permute(a["perm"])}
            return [simple[kind](*i)]

    return Network().eval()


def torch(compiles):
    import torch as library

    library.set_num_threads(THREADS)
    module, images = torch_module(), library.from_numpy(IMAGES)
    if compiles:
        import torch._inductor.config as config

        config.freezing = True
        module = library.compile(module, dynamic=False)
        guard = library.no_grad
    else:
        module = module.to(memory_format=library.channels_last)
        images = images.contiguous(memory_format=library.channels_last)
        guard = library.inference_mode
        with library.no_grad():
            module = library.jit.optimize_for_inference(library.jit.freeze(library.jit.trace(module, images)))

    def run():
        with guard():
            return module(images).numpy()

    return library.__version__, run


PEERS = {
    "onnxruntime": onnxruntime, "openvino": lambda: openvino("f32"), "openvino-bf16": lambda: openvino("bf16"),
    "tflite": tflite, "ncnn": ncnn, "mnn": mnn, "torch": lambda: torch(False), "torch-compile": lambda: torch(True)}

started = time.perf_counter()
version, run = PEERS[PEER]()
logits = np.array(run(), np.float32).reshape(SHAPE[0], -1)
first = time.perf_counter() - started
print(
    json.dumps({"version": version, "firstResultSeconds": first, "logits": logits[0].tolist()}), file=ANSWERS, flush=True)
for line in sys.stdin:
    seconds = float(line)
    end = time.perf_counter() + seconds / 4
    while time.perf_counter() < end:
        run()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"times": times}), file=ANSWERS, flush=True)
