"""Checks the exported forms of generalised VGNets against the engine's results.

    check_forms.py CASES

CASES is a JSON list; every case names a project folder with its weights, an ONNX model for any batch, and an HDF5 file
with `input`, `output` and the number of learnable parameters as `learnable`. Prints one line a case; exits 1 where one
fails.

Needs: numpy h5py onnxruntime torch safetensors.
"""

import importlib.util
from pathlib import Path

import cases
import h5py
import numpy as np
import onnxruntime
import torch

TOLERANCE = 1e-4  # of the largest logit


def check(case):
    specification = importlib.util.spec_from_file_location("model", Path(case["project"]) / "model.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    with h5py.File(case["expected"]) as file:
        image, expected, learnable = file["input"][...], file["output"][...], int(file["learnable"][0])
    net = module.VGNet(module.load_config()).eval()
    found = sum(p.numel() for p in net.parameters())
    assert found == learnable, f"{found} learnable parameters, the engine has {learnable}"
    built_in = {name: value.clone() for name, value in net.named_buffers() if name.endswith("weight")}
    module.load_weights(net, Path(case["project"]) / "weights.safetensors")
    for name, value in net.named_buffers():
        if name in built_in:
            np.testing.assert_allclose(built_in[name].numpy(), value.numpy(), atol=1e-6, err_msg=name)
    with torch.inference_mode():
        results = [net(torch.from_numpy(image)).numpy()]
    session = onnxruntime.InferenceSession(case["onnx"], providers=["CPUExecutionProvider"])
    results.append(session.run(None, {session.get_inputs()[0].name: image})[0])
    errors = [np.abs(result - expected).max() / np.abs(expected).max() for result in results]
    assert max(errors) <= TOLERANCE, f"logits differ by {errors} of the largest"
    return f"{found} parameters, PyTorch and ONNX within {max(errors):.1e}"


cases.run(check, lambda case: Path(case["project"]).name)
