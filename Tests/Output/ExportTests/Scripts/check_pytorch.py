"""Checks exported PyTorch projects against golden numbers.

    check_pytorch.py CASES

CASES is a JSON list; every case names a project folder and an HDF5 file with `weights`, `input` and `logits_f64`. The
weights must load into the project's model with strict keys, by themselves and from the project's own
weights.safetensors, and give the logits. Prints one line a case; exits 1 where one fails.

Needs: numpy h5py torch safetensors.
"""

import importlib.util
from pathlib import Path

import cases
import h5py
import numpy as np
import torch

TOLERANCE = 1e-4  # of the largest logit


def load_module(path):
    specification = importlib.util.spec_from_file_location("model", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def run(net, image):
    with torch.inference_mode():
        return net.eval()(torch.from_numpy(image)).numpy()


def check(case):
    project = Path(case["project"])
    module = load_module(project / "model.py")
    config = module.load_config()
    with h5py.File(case["golden"]) as golden:
        weights = {}

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                weights[name.replace("/", ".")] = torch.from_numpy(item[...])

        golden["weights"].visititems(visit)
        image, logits = golden["input"][...], golden["logits_f64"][...]
        learnable = int(golden.attrs["learnable_params"])

    net = module.VGNet(config)
    found = sum(p.numel() for p in net.parameters())
    assert found == learnable, f"{found} learnable parameters, golden {learnable}"
    for name, buffer in net.named_buffers():
        if name.endswith("weight"):
            # Fixed kernels are built in; they must not come from the file alone.
            np.testing.assert_allclose(buffer.numpy(), weights[name].numpy(), atol=1e-6, err_msg=name)
    net.load_state_dict(weights, strict=True)
    other = module.VGNet(config)
    module.load_weights(other, project / "weights.safetensors")
    worst = 0.0
    for candidate in (net, other):
        error = np.abs(run(candidate, image) - logits).max() / np.abs(logits).max()
        assert error <= TOLERANCE, f"logits differ by {error:.2e} of the largest"
        worst = max(worst, error)
    return f"{found} parameters, logits within {worst:.1e} of the largest"


cases.run(check, lambda case: Path(case["project"]).name)
