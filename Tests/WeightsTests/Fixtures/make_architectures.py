"""Writes architectures.json beside this script: the convolutions of published networks as the libraries build them.

python make_architectures.py (torchvision, timm, keras with KERAS_BACKEND=torch). No pretrained weights are needed.
Each row is [module, weight shape, stride, groups, module of the batch normalisation behind it or null].
"""
import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "torch"
import keras
import timm
import torch
import torchvision


def torch_net(title, dialect, net):
    rows, classifier = [], None
    for name, module in net.named_modules():
        if isinstance(module, torch.nn.Conv2d):
            rows.append([name, list(module.weight.shape), module.stride[0], module.groups, None])
        elif isinstance(module, torch.nn.BatchNorm2d) and rows and rows[-1][4] is None:
            rows[-1][4] = name
        elif isinstance(module, torch.nn.Linear):
            classifier = [name, list(module.weight.shape)]
    return {"title": title, "dialect": dialect, "convs": rows, "classifier": classifier}


def keras_net(title, net):
    rows, classifier = [], None
    for layer in net.layers:
        kind = type(layer).__name__
        if kind in ("Conv2D", "DepthwiseConv2D"):
            shape = list(layer.kernel.shape)
            rows.append([layer.name, shape, layer.strides[0], shape[2] if kind == "DepthwiseConv2D" else 1, None])
        elif kind == "BatchNormalization" and rows and rows[-1][4] is None:
            rows[-1][4] = layer.name
        elif kind == "Dense":
            classifier = [layer.name, list(layer.kernel.shape)]
    return {"title": title, "dialect": "Keras", "convs": rows, "classifier": classifier}


tv, apps = torchvision.models, keras.applications
nets = [
    torch_net("MobileNetV2 0.75", "torchvision", tv.mobilenet_v2(width_mult=0.75)),
    torch_net("MobileNetV3-Large 1.0", "torchvision", tv.mobilenet_v3_large()),
    torch_net("MobileNetV3-Small 1.0", "torchvision", tv.mobilenet_v3_small(num_classes=7)),
    torch_net("EfficientNet-B0", "torchvision", tv.efficientnet_b0()),
    torch_net("EfficientNet-B3", "torchvision", tv.efficientnet_b3()),
    torch_net("RegNetX-400MF", "torchvision", tv.regnet_x_400mf()),
    torch_net("RegNetY", "torchvision", tv.regnet_y_400mf()),
    torch_net("ShuffleNetV2 x1.0", "torchvision", tv.shufflenet_v2_x1_0()),
    torch_net("MobileNetV1 1.0", "timm", timm.create_model("mobilenetv1_100")),
    torch_net("MobileNetV2 0.5", "timm", timm.create_model("mobilenetv2_050")),
    torch_net("MobileNetV3-Large 0.75", "timm", timm.create_model("mobilenetv3_large_075")),
    torch_net("MobileNetV3-Small 0.5", "timm", timm.create_model("mobilenetv3_small_050")),
    torch_net("EfficientNet-B1", "timm", timm.create_model("efficientnet_b1")),
    torch_net("EfficientNet-Lite1", "timm", timm.create_model("efficientnet_lite1")),
    torch_net("RegNetX-400MF", "timm", timm.create_model("regnetx_004")),
    keras_net("MobileNetV1 0.5", apps.MobileNet(alpha=0.5, weights=None)),
    keras_net("MobileNetV2 1.4", apps.MobileNetV2(alpha=1.4, weights=None)),
    keras_net("MobileNetV3-Small 1.0", apps.MobileNetV3Small(weights=None)),
    keras_net("MobileNetV3-Large 1.0", apps.MobileNetV3Large(weights=None)),
    keras_net("EfficientNet-B2", apps.EfficientNetB2(weights=None)),
]
lines = ",\n".join(json.dumps(net, separators=(",", ":")) for net in nets)
pathlib.Path(__file__).with_name("architectures.json").write_text(f"[\n{lines}\n]\n")
