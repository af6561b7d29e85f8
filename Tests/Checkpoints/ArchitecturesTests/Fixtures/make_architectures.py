"""Writes the convolutions of published networks as the libraries build them beside this script.

python make_architectures.py            (torchvision, timm, keras with KERAS_BACKEND=torch): architectures.json
python make_architectures.py tf_keras   (tf_keras, tensorflow): architectures_tf_keras.json, networks that Keras 3 lacks

No pretrained weights are needed.
Each row is [module, weight shape, stride, groups, module of the batch normalisation behind it or null].
"unknown network" is the title of networks that resemble a family and are none of it.
"""
import json
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "torch"


def torch_net(title, dialect, net, pre_activation=False):
    import torch

    rows, classifier = [], None
    for name, module in net.named_modules():
        if isinstance(module, torch.nn.Conv2d):
            rows.append([name, list(module.weight.shape), module.stride[0], module.groups, None])
        elif isinstance(module, torch.nn.BatchNorm2d) and rows and rows[-1][4] is None:
            # Squeeze-and-excite has biases and no normalisation.
            if rows[-1][0].endswith((".attn.fc1", ".attn.fc2")):
                continue
            # Behind a sum it is not the convolution's own.
            if not pre_activation or name.rpartition(".")[0] == rows[-1][0].rpartition(".")[0]:
                rows[-1][4] = name
        elif isinstance(module, torch.nn.Linear):
            classifier = [name, list(module.weight.shape)]
    return {"title": title, "dialect": dialect, "convs": rows, "classifier": classifier}


def keras_net(title, net):
    rows, classifier = [], None

    def add(layer, path):
        depthwise = type(layer).__name__ == "DepthwiseConv2D"
        shape = list((layer.depthwise_kernel if hasattr(layer, "depthwise_kernel") else layer.kernel).shape)
        rows.append([path + layer.name, shape, layer.strides[0], shape[2] if depthwise else layer.groups, None])

    for layer in net.layers:
        kind = type(layer).__name__
        if kind in ("Conv2D", "DepthwiseConv2D"):
            add(layer, "")
        elif kind == "Sequential":
            for inner in layer.layers:
                if type(inner).__name__ == "Conv2D":
                    add(inner, layer.name + ".")
        elif kind == "BatchNormalization":
            history = layer.input._keras_history if hasattr(layer.input, "_keras_history") else None
            owner = history.operation.name if hasattr(history, "operation") else layer.input.node.layer.name
            for row in rows:
                if row[0] == owner:
                    row[4] = layer.name
        elif kind == "Dense":
            classifier = [layer.name, list(layer.kernel.shape)]
    return {"title": title, "dialect": "Keras", "convs": rows, "classifier": classifier}


def write(nets, name):
    lines = ",\n".join(json.dumps(net, separators=(",", ":"), ensure_ascii=False) for net in nets)
    pathlib.Path(__file__).with_name(name).write_text(f"[\n{lines}\n]\n")


if sys.argv[1:] == ["tf_keras"]:
    import tf_keras

    old = tf_keras.applications
    write([
        keras_net("ResNet-RS-50", old.resnet_rs.ResNetRS50(weights=None)),
        keras_net("RegNetX-400MF", old.regnet.RegNetX004(weights=None)),
        keras_net("RegNetY-400MF", old.regnet.RegNetY004(weights=None)),
    ], "architectures_tf_keras.json")
    sys.exit()

import cv_models
import keras
import timm
import torch
import torchvision


class ShuffleNetV1(torch.nn.Module):
    """The convolutions of github.com/megvii-model/ShuffleNet-Series, 1.0x with 3 groups, under its names."""

    def __init__(self, groups=3, widths=(24, 240, 480, 960)):
        super().__init__()
        conv, norm, sequence = torch.nn.Conv2d, torch.nn.BatchNorm2d, torch.nn.Sequential
        self.first_conv = sequence(conv(3, widths[0], 3, 2, 1, bias=False), norm(widths[0]))
        blocks, inputs = [], widths[0]
        for stage, (width, repeats) in enumerate(zip(widths[1:], (4, 8, 4))):
            for index in range(repeats):
                middle, stride = width // 4, 2 if index == 0 else 1
                outputs = width - inputs if stride == 2 else width
                block = torch.nn.Module()
                block.branch_main_1 = sequence(
                    conv(inputs, middle, 1, groups=1 if (stage, index) == (0, 0) else groups, bias=False), norm(middle),
                    torch.nn.ReLU(), conv(middle, middle, 3, stride, 1, groups=middle, bias=False), norm(middle))
                block.branch_main_2 = sequence(conv(middle, outputs, 1, groups=groups, bias=False), norm(outputs))
                blocks.append(block)
                inputs = width
        self.features = sequence(*blocks)
        self.classifier = sequence(torch.nn.Linear(widths[-1], 1000, bias=False))


tv, apps = torchvision.models, keras.applications
nets = [
    torch_net("MobileNetV2 0.75", "torchvision", tv.mobilenet_v2(width_mult=0.75)),
    torch_net("MobileNetV3-Large 1.0", "torchvision", tv.mobilenet_v3_large()),
    torch_net("MobileNetV3-Small 1.0", "torchvision", tv.mobilenet_v3_small(num_classes=7)),
    torch_net("EfficientNet-B0", "torchvision", tv.efficientnet_b0()),
    torch_net("EfficientNet-B3", "torchvision", tv.efficientnet_b3()),
    torch_net("RegNetX-400MF", "torchvision", tv.regnet_x_400mf()),
    torch_net("RegNetY-400MF", "torchvision", tv.regnet_y_400mf()),
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
    torch_net("ResNet-18", "torchvision", tv.resnet18()),
    torch_net("ResNeXt-50 32×4d", "torchvision", tv.resnext50_32x4d()),
    torch_net("Wide ResNet-50-2", "torchvision", tv.wide_resnet50_2()),
    torch_net("ConvNeXt-Tiny", "torchvision", tv.convnext_tiny()),
    torch_net("MnasNet 0.5", "torchvision", tv.mnasnet0_5()),
    torch_net("EfficientNetV2-S", "torchvision", tv.efficientnet_v2_s()),
    torch_net("ResNet-26-D", "timm", timm.create_model("resnet26d")),
    torch_net("ResNet-RS-50", "timm", timm.create_model("resnetrs50")),
    torch_net("GhostNet 1.0", "timm", timm.create_model("ghostnet_100")),
    torch_net("GhostNet 1.3", "timm", timm.create_model("ghostnet_130")),
    torch_net("ReXNet 1.0", "timm", timm.create_model("rexnet_100")),
    torch_net("MnasNet 1.0", "timm", timm.create_model("mnasnet_100")),
    torch_net("ConvNeXt-Atto", "timm", timm.create_model("convnext_atto")),
    torch_net("EfficientNetV2-B0", "timm", timm.create_model("tf_efficientnetv2_b0")),
    torch_net("MobileNetV3-Large minimalistic 1.0", "timm", timm.create_model("tf_mobilenetv3_large_minimal_100")),
    torch_net("MobileNetV3-Small minimalistic 1.0", "timm", timm.create_model("tf_mobilenetv3_small_minimal_100")),
    torch_net("ShuffleNetV1 x1.0 (3 groups)", "Megvii", ShuffleNetV1()),
    keras_net("ResNet-50", apps.ResNet50(weights=None)),
    keras_net("EfficientNetV2-B0", apps.EfficientNetV2B0(weights=None)),
    keras_net("MobileNetV3-Small minimalistic 1.0", apps.MobileNetV3Small(weights=None, minimalistic=True)),
    keras_net("ResNet-50V2", apps.ResNet50V2(weights=None)),
    keras_net("ConvNeXt-Tiny", apps.ConvNeXtTiny(weights=None)),
    torch_net("ConvNeXt-Atto", "timm", timm.create_model("convnext_atto_ols")),
    torch_net("MobileNetV2 1.1", "timm", timm.create_model("mobilenetv2_110d")),
    torch_net("MnasNet-A1 0.5", "timm", timm.create_model("semnasnet_050")),
    torch_net("MnasNet-Small 1.0", "timm", timm.create_model("mnasnet_small")),
    torch_net("RepGhostNet 0.5", "timm", timm.create_model("repghostnet_050")),
    torch_net("ReXNet 1.3", "timm", timm.create_model("rexnet_130")),
    torch_net("SE-ResNet-18", "timm", timm.create_model("seresnet18")),
    torch_net("ResNet-14-T", "timm", timm.create_model("resnet14t")),
    torch_net("EfficientNetV2-S", "timm", timm.create_model("efficientnetv2_rw_s")),
]
nets += [
    torch_net(title, "timm", timm.create_model(name))
    for title, name in (
        ("EfficientNet-EdgeTPU-S", "efficientnet_es"), ("EfficientNet-EdgeTPU-L", "efficientnet_el"),
        ("MobileNetV4-Conv-Small", "mobilenetv4_conv_small"), ("MobileNetV4-Conv-Medium", "mobilenetv4_conv_medium"),
        ("MobileNetV4-Conv-Large", "mobilenetv4_conv_large"), ("RepVGG-A0", "repvgg_a0"), ("RepVGG-B2", "repvgg_b2"),
        ("MobileOne-S0", "mobileone_s0"), ("MobileOne-S4", "mobileone_s4"),
        ("VGG-16 with batch norm", "vgg16_bn"),
    )
]
nets += [
    torch_net(title, "torchvision", getattr(torchvision.models, name)(weights=None), pre_activation="Dense" in title)
    for title, name in (
        ("VGG-11", "vgg11"), ("VGG-19 with batch norm", "vgg19_bn"), ("SqueezeNet 1.0", "squeezenet1_0"),
        ("SqueezeNet 1.1", "squeezenet1_1"), ("DenseNet-121", "densenet121"), ("DenseNet-161", "densenet161"),
    )
]
nets += [
    torch_net("unknown network", "timm", timm.create_model(name))
    for name in ("fbnetc_100", "lcnet_050", "hardcorenas_a", "legacy_seresnet18", "spnasnet_100",
                 "edgenext_xx_small", "regnetz_005", "repvgg_b1g4")
]
nets += [
    torch_net(title, "cv-models", build(), pre_activation="V2" in title and "Efficient" not in title and "Mobile" not in title)
    for title, build in cv_models.all_networks()
]
write(nets, "architectures.json")
