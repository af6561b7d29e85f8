"""Writes networks of torchvision and timm with random weights, an input each and what PyTorch makes of it.

    make_families.py FOLDER

For each network NAME.safetensors (the state dict) and NAME.h5 (`input`, `output`). Running statistics come from two
random batches, so that no normalisation is trivial. Prints one name a line.

Needs: numpy h5py torch torchvision timm safetensors.
"""

import sys
from pathlib import Path

import h5py
import timm
import torch
import torchvision
from safetensors.torch import save_file

NETWORKS = {
    "mobilenet_v2": lambda: torchvision.models.mobilenet_v2(weights=None),
    "mobilenet_v3_large": lambda: torchvision.models.mobilenet_v3_large(weights=None),
    "mnasnet1_0": lambda: torchvision.models.mnasnet1_0(weights=None),
    "shufflenet_v2_x1_0": lambda: torchvision.models.shufflenet_v2_x1_0(weights=None),
    "efficientnet_b0": lambda: torchvision.models.efficientnet_b0(weights=None),
    "regnet_y_400mf": lambda: torchvision.models.regnet_y_400mf(weights=None),
    "mobilenetv1_100": lambda: timm.create_model("mobilenetv1_100"),
    "ghostnet_100": lambda: timm.create_model("ghostnet_100"),
    "mnasnet_100": lambda: timm.create_model("mnasnet_100"),
    "regnetx_004": lambda: timm.create_model("regnetx_004"),
}

folder = Path(sys.argv[1])
for name, make in NETWORKS.items():
    torch.manual_seed(1)
    net = make()
    net.train()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 0.5
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.2)
    with torch.no_grad():
        for _ in range(2):
            net(torch.randn(4, 3, 96, 96))
    net.eval()
    image = torch.randn(2, 3, 96, 96)
    with torch.no_grad():
        output = net(image)
    state = {k: v.contiguous() for k, v in net.state_dict().items() if not k.endswith("num_batches_tracked")}
    save_file(state, folder / f"{name}.safetensors")
    with h5py.File(folder / f"{name}.h5", "w") as file:
        file["input"] = image.numpy()
        file["output"] = output.numpy()
    print(name)
