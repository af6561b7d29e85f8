"""Writes small checkpoints by the frameworks themselves into frameworks/, with digests.json beside them.

python make_frameworks.py torch     (torch, safetensors, numpy, onnx)
python make_frameworks.py keras3    (keras 3, tensorflow)
python make_frameworks.py keras2    (tf_keras, tensorflow)

digests.json: for each file and tensor the shape and the SHA-256 of the float32 little-endian bytes in the file's own
axis order, as the framework itself holds the numbers.
"""
import hashlib
import json
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent / "frameworks"
HERE.mkdir(exist_ok=True)
RECORD = HERE / "digests.json"
digests = json.loads(RECORD.read_text()) if RECORD.exists() else {}


def note(file, tensors):
    digests[file] = {
        name: {"shape": list(a.shape), "sha256": hashlib.sha256(np.ascontiguousarray(a).astype("<f4").tobytes()).hexdigest()}
        for name, a in tensors.items()
    }


def torch_files():
    import torch
    import safetensors.torch
    from torch import nn

    torch.manual_seed(7)
    net = nn.Sequential()
    net.add_module("conv1", nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False))
    net.add_module("bn1", nn.BatchNorm2d(8))
    net.add_module("relu1", nn.ReLU())
    net.add_module("depthwise", nn.Conv2d(8, 8, 5, stride=2, padding=2, groups=8, bias=False))
    net.add_module("bn2", nn.BatchNorm2d(8))
    net.add_module("pointwise", nn.Conv2d(8, 16, 1))
    net.add_module("grouped", nn.Conv2d(16, 16, 3, padding=1, groups=4))
    net.add_module("pool", nn.AdaptiveAvgPool2d(1))
    net.add_module("flatten", nn.Flatten())
    net.add_module("fc", nn.Linear(16, 5))
    net.train()(torch.randn(4, 3, 16, 16))
    net.eval()
    state = {k: v.clone() for k, v in net.state_dict().items()}
    as_numpy = lambda d: {k: v.to(torch.float64).numpy() for k, v in d.items()}

    torch.save(net.state_dict(), HERE / "state_dict.pth")
    note("state_dict.pth", as_numpy(state))
    torch.save(net.state_dict(), HERE / "state_dict_legacy.pth", _use_new_zipfile_serialization=False)
    note("state_dict_legacy.pth", as_numpy(state))
    # A training checkpoint: nested, with an optimizer, parameters, half precision, views and a transposed tensor.
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    net(torch.randn(2, 3, 16, 16)).sum().backward()
    optimizer.step()
    shared = torch.arange(24, dtype=torch.float32)
    model = {
        "half.weight": state["conv1.weight"].half(), "brain.weight": state["conv1.weight"].bfloat16(),
        "double.weight": state["fc.weight"].double(), "view": shared[4:16].view(3, 4),
        "transposed": shared.view(4, 6).t(), "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3),
        "parameter": nn.Parameter(state["fc.bias"]), "bytes": torch.tensor([0, 255, 7], dtype=torch.uint8),
        "flags": torch.tensor([True, False]), "counts": torch.tensor([-(2**40), 3]),
    }
    for name, legacy in [("training.pth", False), ("training_legacy.pth", True)]:
        torch.save(
            {"epoch": 3, "best": 0.5, "note": "text", "state_dict": model, "optimizer": optimizer.state_dict()},
            HERE / name, _use_new_zipfile_serialization=not legacy)
        note(name, {"state_dict." + k: v.detach().to(torch.float64).numpy() for k, v in model.items()})
    # The whole model: code, not tensors.
    torch.save(net.fc, HERE / "whole_model.pth")

    safe = {k: v.contiguous() for k, v in model.items() if k not in ("view", "transposed", "parameter")}
    safe["float8"] = torch.tensor([0.5, -448.0, 0.0019]).to(torch.float8_e4m3fn)
    safe["float8b"] = torch.tensor([0.5, -57344.0, 1e-5]).to(torch.float8_e5m2)
    safetensors.torch.save_file(safe, HERE / "kinds.safetensors", metadata={"made": "by safetensors"})
    note("kinds.safetensors", as_numpy(safe))
    folder = HERE / "sharded"
    folder.mkdir(exist_ok=True)
    parts = [{k: v for k, v in state.items() if k.startswith(("conv1", "bn1", "depth"))}, None]
    parts[1] = {k: v for k, v in state.items() if k not in parts[0]}
    weight_map = {}
    for number, part in enumerate(parts, 1):
        file = f"model-{number:05d}-of-00002.safetensors"
        safetensors.torch.save_file(part, folder / file)
        weight_map.update({k: file for k in part})
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    note("sharded", as_numpy(state))

    plain = {k: v.numpy() for k, v in state.items()}
    plain["big_endian"] = plain["fc.weight"].astype(">f4")
    plain["columns_first"] = np.asfortranarray(plain["conv1.weight"])
    plain["half"] = plain["fc.weight"].astype(np.float16)
    np.savez(HERE / "arrays.npz", **plain)
    note("arrays.npz", plain)
    np.savez_compressed(HERE / "packed.npz", **plain)
    note("packed.npz", plain)
    np.save(HERE / "one.npy", plain["conv1.weight"])
    note("one.npy", {"one": plain["conv1.weight"]})

    import onnx

    for name, dynamo in [("exported.onnx", False), ("exported_dynamo.onnx", True)]:
        kwargs = {"dynamo": dynamo}
        if dynamo:
            kwargs["external_data"] = False
        torch.onnx.export(
            net, (torch.zeros(1, 3, 16, 16),), str(HERE / name), input_names=["input"], output_names=["logits"], **kwargs)
        loaded = onnx.load(HERE / name)
        note(name, {t.name: onnx.numpy_helper.to_array(t) for t in loaded.graph.initializer if t.data_type != 8})
    onnx.save(
        onnx.load(HERE / "exported.onnx"), str(HERE / "external.onnx"), save_as_external_data=True,
        location="external.data", size_threshold=64)
    note("external.onnx", {
        t.name: onnx.numpy_helper.to_array(t) for t in onnx.load(HERE / "exported.onnx").graph.initializer})
    constants_onnx(onnx)


def constants_onnx(onnx):
    """The exported model with its weights in Constant nodes, the first convolution's behind an Identity."""
    model = onnx.load(HERE / "exported.onnx")
    graph = model.graph
    expected = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}
    shared = next(n for n in graph.node if n.op_type == "Conv").input
    constants = [
        onnx.helper.make_node("Constant", [], [t.name], value=t) for t in graph.initializer if t.name != shared[1]]
    constants += [
        onnx.helper.make_node("Identity", [shared[1]], ["shared"]),
        onnx.helper.make_node("Constant", [], ["unused"], value=onnx.numpy_helper.from_array(np.float32(1)))]
    kept = [t for t in graph.initializer if t.name == shared[1]]
    shared[1] = "shared"
    nodes = constants + list(graph.node)
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(kept)
    onnx.checker.check_model(model)
    onnx.save(model, HERE / "constants.onnx")
    note("constants.onnx", expected)


def keras_model(keras, seed):
    layers = keras.layers
    inner = keras.Sequential([
        layers.Input((8, 8, 8)), layers.SeparableConv2D(12, 3, strides=2, padding="same", name="separable"),
        layers.BatchNormalization(name="inner_bn"),
    ], name="inner")
    image = layers.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="stem")(image)
    x = layers.BatchNormalization(name="stem_bn", scale=False)(x)
    x = layers.DepthwiseConv2D(5, padding="same", depth_multiplier=1, name="spatial")(x)
    x = inner(x)
    x = layers.Conv2D(12, 3, padding="same", groups=3, name="grouped")(x) if seed == 3 else layers.Conv2D(
        12, 3, padding="same", name="plain")(x)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(image, layers.Dense(4, name="head")(x), name="small")
    rng = np.random.default_rng(seed)
    model.set_weights([rng.standard_normal(w.shape).astype("float32") for w in model.get_weights()])
    return model


def h5_digests(file, source):
    import h5py

    found = {}
    with h5py.File(source) as f:
        def visit(name, item):
            if isinstance(item, h5py.Dataset) and item.dtype.kind == "f" and not {"optimizer", "optimizer_weights", "metrics"} & set(
                    name.split("/")):
                found[name] = item[()]
        f.visititems(visit)
    note(file, found)


def keras3_files():
    import io
    import zipfile
    import keras

    model = keras_model(keras, 3)
    model.save(HERE / "keras3.keras")
    with zipfile.ZipFile(HERE / "keras3.keras") as archive:
        h5_digests("keras3.keras", io.BytesIO(archive.read("model.weights.h5")))
    model.save_weights(HERE / "keras3.weights.h5")
    h5_digests("keras3.weights.h5", HERE / "keras3.weights.h5")
    model.save(HERE / "keras3_legacy.h5")
    h5_digests("keras3_legacy.h5", HERE / "keras3_legacy.h5")


def keras2_files():
    import tf_keras as keras

    model = keras_model(keras, 2)
    model.compile(optimizer="adam", loss="mse")
    model.fit(np.zeros((2, 16, 16, 3)), np.zeros((2, 4)), verbose=0)
    model.save(HERE / "keras2_model.h5")
    h5_digests("keras2_model.h5", HERE / "keras2_model.h5")
    model.save_weights(HERE / "keras2_weights.h5")
    h5_digests("keras2_weights.h5", HERE / "keras2_weights.h5")
    model.save(HERE / "keras2.keras")
    import io
    import zipfile
    with zipfile.ZipFile(HERE / "keras2.keras") as archive:
        h5_digests("keras2.keras", io.BytesIO(archive.read("model.weights.h5")))


{"torch": torch_files, "keras3": keras3_files, "keras2": keras2_files}[sys.argv[1]]()
RECORD.write_text(json.dumps(digests, indent=0, sort_keys=True) + "\n")
