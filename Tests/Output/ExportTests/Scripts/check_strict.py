"""Loads exported state dicts where they came from, strictly, and runs them.

    check_strict.py FOLDER NAME…

For each network of family_numbers.py, which wrote NAME.numbers.h5 (`input`, `output`): NAME.export.safetensors must load
with `load_state_dict(strict=True)` and give the same logits to 1e-5 of the largest.

Needs: h5py numpy safetensors torch torchvision timm.
"""

import sys
from collections import OrderedDict
from pathlib import Path

import h5py
import numpy
import torch
from safetensors.torch import load_file

from family_numbers import NETWORKS

torch.set_num_threads(1)
folder, names = Path(sys.argv[1]), sys.argv[2:]
failed = not names
for name in names:
    net = NETWORKS[name][2]()
    try:
        state = OrderedDict(load_file(folder / f"{name}.export.safetensors"))
        # safetensors keeps no versions of modules; torchvision's MNASNet asks for its own.
        state._metadata = {"": {"version": 2}}
        net.load_state_dict(state, strict=True)
    except Exception as error:
        print(f"{name}: {error}")
        failed = True
        continue
    net = net.double().eval()
    with h5py.File(folder / f"{name}.numbers.h5") as file, torch.no_grad():
        expected = file["output"][()]
        output = net(torch.from_numpy(file["input"][()]).double()).numpy()
    difference = numpy.abs(output.reshape(expected.shape) - expected).max() / numpy.abs(expected).max()
    if difference > 1e-5:
        print(f"{name}: logits differ by {difference:.1e} of the largest")
        failed = True
sys.exit(1 if failed else 0)
