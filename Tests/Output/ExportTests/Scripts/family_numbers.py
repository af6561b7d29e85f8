"""Networks of torchvision, timm and Keras with seeded weights: parameters, multiply-accumulates and logits as PyTorch has
them, and what kernelviz makes of the same files.

    family_numbers.py FOLDER [--quick] [--only NAME …]
        writes NAME.safetensors (a state dict under its library's own names; Keras' ones as NAME.h5, those that need a
        config.json as NAME/model.safetensors), NAME.numbers.h5
        (`input`, `output`) and, last, numbers.json: for each network its file, library, parameters, MACs of
        convolutions and linear layers for one image.

    family_numbers.py FOLDER --kernelviz .build/release/kernelviz --table Notebooks-out/families.md
        does the same network after network, runs `kernelviz eval` on each, removes it, and writes the table.

No TensorFlow is needed: Keras' networks are timm's ports with TensorFlow's padding and ε = 1e-3, their weights written under
Keras' names into HDF5 files as Keras 2 lays them out. Images have even lengths, for which Keras' own explicit padding
is TensorFlow's "SAME".

Running statistics are those of a random batch, weights and biases of normalisations are random, so that no
normalisation is trivial; so are layer scales and the statistics-free normalisations of ConvNeXt.

Needs: numpy h5py torch torchvision timm safetensors.
"""

import argparse
import json
import re
import shutil
import subprocess
from pathlib import Path

import h5py
import numpy
import timm
import torch
import torchvision
from safetensors.torch import save_file


def tv(name, size=96, **options):
    return ("torchvision", size, lambda: getattr(torchvision.models, name)(weights=None, **options))


def ti(name, size=96, **options):
    return ("timm", size, lambda: timm.create_model(name, **options))


def fused(name, size=96):
    """In the form for inference: one convolution a block."""

    def make():
        net = timm.create_model(name)
        prepare(net, size)
        return timm.utils.model.reparameterize_model(net)

    return ("timm, folded", size, make)


def keras(make, names, size=96):
    return ("Keras", size, make, names)


# ------------------------------------------------------------------------------------------------- names of Keras


def tf(name, **options):
    return lambda: timm.create_model(name, pad_type="same", bn_eps=1e-3, **options)


def keras_v1(automatic=False):
    def names(state):
        blocks = sorted({tuple(map(int, k.split(".")[1:3])) for k in state if k.startswith("blocks.")})
        if automatic:
            yield "conv_stem", "conv2d", "conv"
            yield "bn1", "batch_normalization", "bn"
        else:
            yield "conv_stem", "conv1", "conv"
            yield "bn1", "conv1_bn", "bn"
        for number, (stage, index) in enumerate(blocks, 1):
            path = f"blocks.{stage}.{index}"
            if automatic:
                yield f"{path}.conv_dw", "depthwise_conv2d" + (f"_{number - 1}" if number > 1 else ""), "depthwise"
                yield f"{path}.bn1", f"batch_normalization_{2 * number - 1}", "bn"
                yield f"{path}.conv_pw", f"conv2d_{number}", "conv"
                yield f"{path}.bn2", f"batch_normalization_{2 * number}", "bn"
            else:
                yield f"{path}.conv_dw", f"conv_dw_{number}", "depthwise"
                yield f"{path}.bn1", f"conv_dw_{number}_bn", "bn"
                yield f"{path}.conv_pw", f"conv_pw_{number}", "conv"
                yield f"{path}.bn2", f"conv_pw_{number}_bn", "bn"
        yield ("classifier", "dense", "linear") if automatic else ("classifier", "conv_preds", "linear as conv")

    return names


def keras_v2(state):
    yield "conv_stem", "Conv1", "conv"
    yield "bn1", "bn_Conv1", "bn"
    blocks = sorted({tuple(map(int, k.split(".")[1:3])) for k in state if k.startswith("blocks.")})
    for number, (stage, index) in enumerate(blocks):
        path, name = f"blocks.{stage}.{index}", "expanded_conv" if number == 0 else f"block_{number}"
        if number:
            yield f"{path}.conv_pw", f"{name}_expand", "conv"
            yield f"{path}.bn1", f"{name}_expand_BN", "bn"
        yield f"{path}.conv_dw", f"{name}_depthwise", "depthwise"
        yield f"{path}.bn{2 if number else 1}", f"{name}_depthwise_BN", "bn"
        yield f"{path}.conv_pw" + ("l" if number else ""), f"{name}_project", "conv"
        yield f"{path}.bn{3 if number else 2}", f"{name}_project_BN", "bn"
    yield "conv_head", "Conv_1", "conv"
    yield "bn2", "Conv_1_bn", "bn"
    yield "classifier", "predictions", "linear"


def keras_v3(state):
    yield "conv_stem", "Conv", "conv"
    yield "bn1", "Conv/BatchNorm", "bn"
    blocks = sorted({tuple(map(int, k.split(".")[1:3])) for k in state if k.startswith("blocks.")})
    for number, (stage, index) in enumerate(blocks[:-1]):
        path = f"blocks.{stage}.{index}"
        name = "expanded_conv" + (f"_{number}" if number else "")
        if number:
            yield f"{path}.conv_pw", f"{name}/expand", "conv"
            yield f"{path}.bn1", f"{name}/expand/BatchNorm", "bn"
        yield f"{path}.conv_dw", f"{name}/depthwise", "depthwise"
        yield f"{path}.bn{2 if number else 1}", f"{name}/depthwise/BatchNorm", "bn"
        if f"{path}.se.conv_reduce.weight" in state:
            yield f"{path}.se.conv_reduce", f"{name}/squeeze_excite/Conv", "conv"
            yield f"{path}.se.conv_expand", f"{name}/squeeze_excite/Conv_1", "conv"
        yield f"{path}.conv_pw" + ("l" if number else ""), f"{name}/project", "conv"
        yield f"{path}.bn{3 if number else 2}", f"{name}/project/BatchNorm", "bn"
    last = f"blocks.{blocks[-1][0]}.0"
    yield f"{last}.conv", "Conv_1", "conv"
    yield f"{last}.bn1", "Conv_1/BatchNorm", "bn"
    yield "conv_head", "Conv_2", "conv"
    yield "classifier", "Logits", "linear as conv"


def keras_efficientnet(state):
    yield "conv_stem", "stem_conv", "conv"
    yield "bn1", "stem_bn", "bn"
    blocks = sorted({tuple(map(int, k.split(".")[1:3])) for k in state if k.startswith("blocks.")})
    for stage, index in blocks:
        path, name = f"blocks.{stage}.{index}", f"block{stage + 1}{chr(ord('a') + index)}"
        if f"{path}.conv_pwl.weight" in state:
            yield f"{path}.conv_pw", f"{name}_expand_conv", "conv"
            yield f"{path}.bn1", f"{name}_expand_bn", "bn"
        yield f"{path}.conv_dw", f"{name}_dwconv", "depthwise"
        second = f"{path}.conv_pwl.weight" in state
        yield f"{path}.bn{2 if second else 1}", f"{name}_bn", "bn"
        yield f"{path}.se.conv_reduce", f"{name}_se_reduce", "conv"
        yield f"{path}.se.conv_expand", f"{name}_se_expand", "conv"
        yield f"{path}.conv_pw" + ("l" if second else ""), f"{name}_project_conv", "conv"
        yield f"{path}.bn{3 if second else 2}", f"{name}_project_bn", "bn"
    yield "conv_head", "top_conv", "conv"
    yield "bn2", "top_bn", "bn"
    yield "classifier", "predictions", "linear"


def keras_efficientnet_v2(state):
    yield "conv_stem", "stem_conv", "conv"
    yield "bn1", "stem_bn", "bn"
    blocks = sorted({tuple(map(int, k.split(".")[1:3])) for k in state if k.startswith("blocks.")})
    for stage, index in blocks:
        path, name = f"blocks.{stage}.{index}", f"block{stage + 1}{chr(ord('a') + index)}"
        if f"{path}.conv.weight" in state:
            yield f"{path}.conv", f"{name}_project_conv", "conv"
            yield f"{path}.bn1", f"{name}_project_bn", "bn"
        elif f"{path}.conv_exp.weight" in state:
            yield f"{path}.conv_exp", f"{name}_expand_conv", "conv"
            yield f"{path}.bn1", f"{name}_expand_bn", "bn"
            yield f"{path}.conv_pwl", f"{name}_project_conv", "conv"
            yield f"{path}.bn2", f"{name}_project_bn", "bn"
        else:
            yield f"{path}.conv_pw", f"{name}_expand_conv", "conv"
            yield f"{path}.bn1", f"{name}_expand_bn", "bn"
            yield f"{path}.conv_dw", f"{name}_dwconv2", "depthwise"
            yield f"{path}.bn2", f"{name}_bn", "bn"
            yield f"{path}.se.conv_reduce", f"{name}_se_reduce", "conv"
            yield f"{path}.se.conv_expand", f"{name}_se_expand", "conv"
            yield f"{path}.conv_pwl", f"{name}_project_conv", "conv"
            yield f"{path}.bn3", f"{name}_project_bn", "bn"
    yield "conv_head", "top_conv", "conv"
    yield "bn2", "top_bn", "bn"
    yield "classifier", "predictions", "linear"


class KerasConv(torch.nn.Conv2d):
    """Keras' residual networks have biases beside their normalisations."""

    def __init__(self, inputs, outputs, size, stride=1, bias=True):
        super().__init__(inputs, outputs, size, stride, size // 2, bias=bias)
        if bias:
            torch.nn.init.normal_(self.bias, 0, 0.2)


class KerasResNet(torch.nn.Module):
    """keras.applications' ResNet50 and ResNet50V2, written after its documentation; modules have the layers' names."""

    EPSILON = 1.001e-5

    def __init__(self, depths, second):
        super().__init__()
        self.depths, self.second = depths, second
        self.conv1_conv = KerasConv(3, 64, 7, 2)
        width = 64
        if not second:
            self.conv1_bn = self.norm(64)
        for stage, depth in enumerate(depths):
            inner = 64 << stage
            for index in range(1, depth + 1):
                path = f"conv{stage + 2}_block{index}"
                if second:
                    stride = 2 if index == depth and stage < 3 else 1
                    self.add_module(f"{path}_preact_bn", self.norm(width))
                    if index == 1:
                        self.add_module(f"{path}_0_conv", KerasConv(width, 4 * inner, 1))
                    self.add_module(f"{path}_1_conv", KerasConv(width, inner, 1, bias=False))
                    self.add_module(f"{path}_1_bn", self.norm(inner))
                    self.add_module(f"{path}_2_conv", KerasConv(inner, inner, 3, stride, bias=False))
                    self.add_module(f"{path}_2_bn", self.norm(inner))
                    self.add_module(f"{path}_3_conv", KerasConv(inner, 4 * inner, 1))
                else:
                    stride = 2 if index == 1 and stage > 0 else 1
                    if index == 1:
                        self.add_module(f"{path}_0_conv", KerasConv(width, 4 * inner, 1, stride))
                        self.add_module(f"{path}_0_bn", self.norm(4 * inner))
                    for place, (size, outputs) in enumerate([(1, inner), (3, inner), (1, 4 * inner)], 1):
                        self.add_module(
                            f"{path}_{place}_conv",
                            KerasConv(width if place == 1 else inner, outputs, size, stride if place == 1 else 1),
                        )
                        self.add_module(f"{path}_{place}_bn", self.norm(outputs))
                width = 4 * inner
        if second:
            self.post_bn = self.norm(width)
        self.predictions = torch.nn.Linear(width, 1000)

    def norm(self, channels):
        return torch.nn.BatchNorm2d(channels, self.EPSILON)

    def forward(self, x):
        relu = torch.nn.functional.relu
        layer = self._modules
        x = self.conv1_conv(x)
        if not self.second:
            x = relu(self.conv1_bn(x))
        x = torch.nn.functional.max_pool2d(torch.nn.functional.pad(x, (1, 1, 1, 1)), 3, 2)
        for stage, depth in enumerate(self.depths):
            for index in range(1, depth + 1):
                path = f"conv{stage + 2}_block{index}"
                if self.second:
                    before = relu(layer[f"{path}_preact_bn"](x))
                    shortcut = layer[f"{path}_0_conv"](before) if index == 1 else x
                    stride = layer[f"{path}_2_conv"].stride[0]
                    shortcut = shortcut[:, :, ::stride, ::stride]
                    y = relu(layer[f"{path}_1_bn"](layer[f"{path}_1_conv"](before)))
                    y = relu(layer[f"{path}_2_bn"](layer[f"{path}_2_conv"](y)))
                    x = shortcut + layer[f"{path}_3_conv"](y)
                    continue
                shortcut = layer[f"{path}_0_bn"](layer[f"{path}_0_conv"](x)) if index == 1 else x
                y = x
                for place in (1, 2, 3):
                    y = layer[f"{path}_{place}_bn"](layer[f"{path}_{place}_conv"](y))
                    if place < 3:
                        y = relu(y)
                x = relu(shortcut + y)
        if self.second:
            x = relu(self.post_bn(x))
        return self.predictions(x.mean((2, 3)))


def keras_resnet(state):
    for module in dict.fromkeys(key.rsplit(".", 1)[0] for key in state):
        yield module, module, "bn" if module.endswith("_bn") else "linear" if module == "predictions" else "conv"


def write_keras(path, state, names):
    """A file of weights as Keras 2 writes it; every tensor of the state dict must find its place."""
    used = set()
    with h5py.File(path, "w") as file:
        layers = []

        def add(layer, tensors):
            layers.append(layer)
            group = file.create_group(layer)
            group.attrs["weight_names"] = [f"{layer}/{name}:0".encode() for name, _ in tensors]
            for name, values in tensors:
                group[f"{layer}/{name}:0"] = numpy.ascontiguousarray(values)

        for source, layer, kind in names(state):
            parts = {k[len(source) + 1 :]: v.numpy() for k, v in state.items() if k.rsplit(".", 1)[0] == source}
            used.update(f"{source}.{part}" for part in parts)
            if kind == "bn":
                add(
                    layer,
                    [
                        (ours, parts[theirs])
                        for ours, theirs in [
                            ("gamma", "weight"), ("beta", "bias"), ("moving_mean", "running_mean"),
                            ("moving_variance", "running_var"),
                        ]
                    ],
                )
                continue
            weight = parts["weight"]
            if kind == "linear":
                tensors = [("kernel", weight.T)]
            elif kind == "linear as conv":
                tensors = [("kernel", weight.T[None, None])]
            elif kind == "depthwise":
                tensors = [("depthwise_kernel", weight.transpose(2, 3, 0, 1))]
            else:
                tensors = [("kernel", weight.transpose(2, 3, 1, 0))]
            add(layer, tensors + ([("bias", parts["bias"])] if "bias" in parts else []))
        file.attrs["layer_names"] = [name.encode() for name in layers]
        file.attrs["backend"] = b"tensorflow"
        file.attrs["keras_version"] = b"2.15.0"
    missing = [k for k in state if k not in used]
    assert not missing, missing


# ------------------------------------------------------------------------------------------------- names of transformers
# As modeling_convnext.py, modeling_resnet.py, modeling_regnet.py, modeling_mobilenet_v1.py, modeling_mobilenet_v2.py and
# modeling_efficientnet.py of Hugging Face's transformers call their modules.


def transformers(make, renaming, size=64, config=None):
    return ("transformers", size, make, renaming, config)


def configured(name, size=64, **arguments):
    """timm's with arguments that only its config tells."""
    config = {"architecture": name, "num_classes": 1000, "model_args": arguments}
    return ("timm", size, lambda: timm.create_model(name, **arguments), lambda key, value: (key, value), config)


def transformers_convnext(model):
    def make():
        net = timm.create_model(
            model, depths=(1, 1, 2, 1), dims=(24, 48, 96, 192), **({} if "v2" in model else {"conv_mlp": False}))
        # What ConvNextConfig.layer_norm_eps is, for the last normalisation only.
        net.head.norm.eps = 1e-12
        return net

    path = model.split("_")[0]
    words = [
        (r"^stem\.0", f"{path}.embeddings.patch_embeddings"), (r"^stem\.1", f"{path}.embeddings.layernorm"),
        (r"^stages", f"{path}.encoder.stages"), (r"\.blocks\.", ".layers."), (r"\.downsample\.", ".downsampling_layer."),
        (r"\.conv_dw", ".dwconv"), (r"\.norm\.", ".layernorm."), (r"\.mlp\.fc(\d)", r".pwconv\1"), (r"\.mlp\.grn", ".grn"),
        (r"\.gamma$", ".layer_scale_parameter"), (r"^head\.layernorm", f"{path}.layernorm"), (r"^head\.fc", "classifier"),
    ]

    def renaming(key, value):
        for pattern, word in words:
            key = re.sub(pattern, word, key)
        return key, value.reshape(1, 1, 1, -1) if ".grn." in key else value

    return transformers(make, renaming)


def transformers_resnet(key, value):
    key = re.sub(r"^conv1\.", "resnet.embedder.embedder.convolution.", key)
    key = re.sub(r"^bn1\.", "resnet.embedder.embedder.normalization.", key)
    key = re.sub(
        r"^layer(\d)\.(\d+)\.", lambda m: f"resnet.encoder.stages.{int(m[1]) - 1}.layers.{m[2]}.", key)
    key = re.sub(r"\.conv(\d)\.", lambda m: f".layer.{int(m[1]) - 1}.convolution.", key)
    key = re.sub(r"\.bn(\d)\.", lambda m: f".layer.{int(m[1]) - 1}.normalization.", key)
    key = key.replace(".downsample.0.", ".shortcut.convolution.").replace(".downsample.1.", ".shortcut.normalization.")
    return re.sub(r"^fc\.", "classifier.1.", key), value


def transformers_regnet(key, value):
    """RegNetY of torchvision."""
    key = re.sub(r"^stem\.0\.", "regnet.embedder.embedder.convolution.", key)
    key = re.sub(r"^stem\.1\.", "regnet.embedder.embedder.normalization.", key)
    key = re.sub(
        r"^trunk_output\.block(\d)\.block\d-(\d+)\.",
        lambda m: f"regnet.encoder.stages.{int(m[1]) - 1}.layers.{m[2]}.", key)
    for number, letter in [(0, "a"), (1, "b"), (3, "c")]:
        key = key.replace(f".f.{letter}.0.", f".layer.{number}.convolution.")
        key = key.replace(f".f.{letter}.1.", f".layer.{number}.normalization.")
    key = key.replace(".f.se.fc1.", ".layer.2.attention.0.").replace(".f.se.fc2.", ".layer.2.attention.2.")
    key = key.replace(".proj.0.", ".shortcut.convolution.").replace(".proj.1.", ".shortcut.normalization.")
    return re.sub(r"^fc\.", "classifier.1.", key), value


def blocks_in_order(state):
    return sorted({tuple(map(int, k.split(".")[1:3])) for k in state if k.startswith("blocks.")})


def transformers_mobilenet(second):
    """timm's names: stage and block; transformers numbers layers (V1) or blocks (V2) through."""
    model = "mobilenet_v2" if second else "mobilenet_v1"
    depths = [1, 2, 3, 4, 3, 3, 1] if second else [1, 2, 2, 6, 2]

    def renaming(key, value):
        module, word = key.rsplit(".", 1)
        if module == "classifier":
            return key, value
        kind = "convolution" if module.rsplit(".", 1)[-1].startswith("conv") else "normalization"
        if not module.startswith("blocks."):
            ends = {"conv_stem": "conv_stem", "bn1": "conv_stem", "conv_head": "conv_1x1", "bn2": "conv_1x1"}
            path = ends[module] + (".first_conv" if second and ends[module] == "conv_stem" else "")
            return f"{model}.{path}.{kind}.{word}", value
        _, stage, index, part = module.split(".")
        number = sum(depths[: int(stage)]) + int(index)
        if not second:
            return f"{model}.layer.{2 * number + (part in ('conv_pw', 'bn2'))}.{kind}.{word}", value
        layers = ["conv_3x3", "reduce_1x1"] if number == 0 else ["expand_1x1", "conv_3x3", "reduce_1x1"]
        parts = ["conv_dw", "conv_pw"] if number == 0 else ["conv_pw", "conv_dw", "conv_pwl"]
        place = int(part[2:]) - 1 if part.startswith("bn") else parts.index(part)
        path = "conv_stem" if number == 0 else f"layer.{number - 1}"
        return f"{model}.{path}.{layers[place]}.{kind}.{word}", value

    return renaming


def transformers_efficientnet(key, value):
    """Of EfficientNet-B0, whose stages have these depths."""
    depths = [1, 2, 2, 3, 3, 4, 1]
    key = key.replace(".1.weight", ".weight") if "conv" in key else key
    for theirs, ours in [
        ("conv_stem", "embeddings.convolution"), ("bn1", "embeddings.batchnorm"), ("conv_head", "encoder.top_conv"),
        ("bn2", "encoder.top_bn"),
    ]:
        if key.startswith(f"{theirs}."):
            return f"efficientnet.{ours}.{key.split('.', 1)[1]}", value
    if key.startswith("classifier."):
        return key, value
    _, stage, index, part, *rest = key.split(".")
    number = sum(depths[: int(stage)]) + int(index)
    names = [("conv_dw", "bn1", "depthwise_conv.depthwise_conv", "depthwise_conv.depthwise_norm"),
             ("conv_pw", "bn2", "projection.project_conv", "projection.project_bn")]
    if number:
        names = [("conv_pw", "bn1", "expansion.expand_conv", "expansion.expand_bn"),
                 ("conv_dw", "bn2", "depthwise_conv.depthwise_conv", "depthwise_conv.depthwise_norm"),
                 ("conv_pwl", "bn3", "projection.project_conv", "projection.project_bn")]
    words = {theirs: ours for conv, bn, conv_name, bn_name in names for theirs, ours in [(conv, conv_name), (bn, bn_name)]}
    if part == "se":
        return f"efficientnet.encoder.blocks.{number}.squeeze_excite.{rest[0][5:]}.{rest[1]}", value
    return f"efficientnet.encoder.blocks.{number}.{words[part]}.{rest[-1]}", value


def with_fixed_borders(net, listed):
    """Zeros of fixed widths before strides, as transformers' EfficientNet has them; equal ones in the listed blocks."""

    def bordered(conv, before):
        half = conv.kernel_size[0] // 2
        plain = torch.nn.Conv2d(
            conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, groups=conv.groups, bias=False)
        plain.weight = conv.weight
        return torch.nn.Sequential(torch.nn.ZeroPad2d((before, half, before, half)), plain)

    net.conv_stem = bordered(net.conv_stem, 0)
    for number, block in enumerate(block for stage in net.blocks for block in stage):
        if block.conv_dw.stride[0] == 2:
            half = block.conv_dw.kernel_size[0] // 2
            block.conv_dw = bordered(block.conv_dw, half if number in listed else half - 1)
    return net


# ------------------------------------------------------------------------------------------------- the networks

NETWORKS = {
    "mobilenet_v2": tv("mobilenet_v2"),
    "mobilenet_v3_large": tv("mobilenet_v3_large"),
    "mobilenet_v3_small": tv("mobilenet_v3_small"),
    "mobilenet_v3_small_reduced_tail": tv("mobilenet_v3_small", reduced_tail=True),
    "mnasnet0_5": tv("mnasnet0_5"),
    "mnasnet1_0": tv("mnasnet1_0"),
    "shufflenet_v2_x0_5": tv("shufflenet_v2_x0_5"),
    "shufflenet_v2_x1_0": tv("shufflenet_v2_x1_0"),
    "efficientnet_b0": tv("efficientnet_b0"),
    "efficientnet_b1": tv("efficientnet_b1"),
    "efficientnet_v2_s": tv("efficientnet_v2_s", 64),
    "regnet_y_400mf": tv("regnet_y_400mf"),
    "regnet_x_400mf": tv("regnet_x_400mf"),
    "resnet18": tv("resnet18"),
    "resnet34": tv("resnet34", 64),
    "resnet50": tv("resnet50"),
    "resnext50_32x4d": tv("resnext50_32x4d", 64),
    "wide_resnet50_2": tv("wide_resnet50_2", 64),
    "vgg11_bn": tv("vgg11_bn", 224, num_classes=10),
    "squeezenet1_0": tv("squeezenet1_0"),
    "squeezenet1_1": tv("squeezenet1_1", 98),
    "densenet121": tv("densenet121"),
    "densenet169": tv("densenet169", 64),
    "convnext_tiny_torchvision": tv("convnext_tiny", 64),
    "mobilenetv1_100": ti("mobilenetv1_100"),
    "mobilenetv1_100h": ti("mobilenetv1_100h"),
    "mobilenetv1_125": ti("mobilenetv1_125"),
    "mobilenetv2_050": ti("mobilenetv2_050"),
    "mobilenetv2_110d": ti("mobilenetv2_110d", 128),
    "mobilenetv3_small_050": ti("mobilenetv3_small_050"),
    "mobilenetv3_rw": ti("mobilenetv3_rw"),
    "tf_mobilenetv3_large_075": ti("tf_mobilenetv3_large_075"),
    "tf_mobilenetv3_small_100": ti("tf_mobilenetv3_small_100"),
    "tf_mobilenetv3_large_minimal_100": ti("tf_mobilenetv3_large_minimal_100"),
    "tf_mobilenetv3_small_minimal_100": ti("tf_mobilenetv3_small_minimal_100", 100),
    "tf_efficientnet_b0": ti("tf_efficientnet_b0"),
    "efficientnet_b2": ti("efficientnet_b2", 128),
    "efficientnet_lite0": ti("efficientnet_lite0"),
    "tf_efficientnet_lite1": ti("tf_efficientnet_lite1"),
    "efficientnet_lite2": ti("efficientnet_lite2", 128),
    "efficientnet_lite3": ti("efficientnet_lite3", 160),
    "efficientnet_lite4": ti("efficientnet_lite4", 224),
    "efficientnet_es": ti("efficientnet_es"),
    "tf_efficientnet_em": ti("tf_efficientnet_em", 128),
    "tf_efficientnetv2_b0": ti("tf_efficientnetv2_b0", 128),
    "efficientnetv2_rw_t": ti("efficientnetv2_rw_t", 128),
    "mnasnet_100": ti("mnasnet_100"),
    "mnasnet_small": ti("mnasnet_small"),
    "semnasnet_100": ti("semnasnet_100"),
    "ghostnet_100": ti("ghostnet_100"),
    "repghostnet_050": ti("repghostnet_050"),
    "repghostnet_050_folded": fused("repghostnet_050"),
    "regnetx_004": ti("regnetx_004"),
    "regnety_004": ti("regnety_004"),
    "resnet10t": ti("resnet10t"),
    "resnet26d": ti("resnet26d"),
    "resnet50d": ti("resnet50d", 64),
    "resnetaa34d": ti("resnetaa34d", 64),
    "resnetaa50": ti("resnetaa50", 64),
    "seresnet50": ti("seresnet50", 64),
    "resnetrs50": ti("resnetrs50", 64),
    "rexnet_100": ti("rexnet_100", 160),
    "rexnet_130": ti("rexnet_130", 160),
    "repvgg_a0": ti("repvgg_a0"),
    "repvgg_a0_folded": fused("repvgg_a0"),
    "mobileone_s0": ti("mobileone_s0"),
    "mobileone_s1_folded": fused("mobileone_s1"),
    "mobileone_s4": ti("mobileone_s4", 160),
    "mobilenetv4_conv_small": ti("mobilenetv4_conv_small"),
    "mobilenetv4_conv_medium": ti("mobilenetv4_conv_medium"),
    "mobilenetv4_conv_large": ti("mobilenetv4_conv_large", 64),
    "convnext_atto": ti("convnext_atto"),
    "convnext_femto_ols": ti("convnext_femto_ols", 64),
    "convnextv2_atto": ti("convnextv2_atto", 64),
    "convnext_atto_rms": ti("convnext_atto_rms", 64),
    "transformers_convnext": transformers_convnext("convnext_tiny"),
    "transformers_convnextv2": transformers_convnext("convnextv2_tiny"),
    "transformers_resnet18": transformers(tv("resnet18")[2], transformers_resnet),
    "transformers_regnet_y_400mf": transformers(tv("regnet_y_400mf")[2], transformers_regnet),
    "transformers_mobilenetv1": transformers(
        lambda: timm.models.efficientnet._gen_mobilenet_v1("mobilenetv1_100", 0.5, pad_type="same", bn_eps=1e-3),
        transformers_mobilenet(second=False), 97,
        {"model_type": "mobilenet_v1", "depth_multiplier": 0.5, "tf_padding": True, "layer_norm_eps": 1e-3,
         "hidden_act": "relu6"}),
    "transformers_mobilenetv2": transformers(
        lambda: timm.create_model("mobilenetv2_050", pad_type="same", bn_eps=1e-3, output_stride=16),
        transformers_mobilenet(second=True), 97,
        {"model_type": "mobilenet_v2", "depth_multiplier": 0.5, "tf_padding": True, "layer_norm_eps": 1e-3,
         "hidden_act": "relu6", "output_stride": 16}),
    "transformers_mobilenetv2_swish": transformers(
        lambda: timm.create_model("mobilenetv2_050", act_layer=torch.nn.SiLU), transformers_mobilenet(second=True), 97,
        {"model_type": "mobilenet_v2", "depth_multiplier": 0.5, "tf_padding": False, "layer_norm_eps": 1e-5,
         "hidden_act": "swish", "output_stride": 32}),
    "transformers_efficientnet": transformers(
        lambda: with_fixed_borders(timm.create_model("tf_efficientnet_b0"), [3, 11]), transformers_efficientnet, 97,
        {"model_type": "efficientnet", "batch_norm_eps": 1e-3, "hidden_act": "swish", "depthwise_padding": [3, 11]}),
    "resnet18_output_stride_8": configured("resnet18", output_stride=8),
    "resnet26_output_stride_16": configured("resnet26", output_stride=16),
    "regnety_004_output_stride_8": configured("regnety_004", output_stride=8),
    "tf_efficientnet_lite0_output_stride_8": configured("tf_efficientnet_lite0", 97, output_stride=8),
    "keras_mobilenet": keras(tf("mobilenetv1_100"), keras_v1()),
    "keras_mobilenet_automatic": keras(tf("mobilenetv1_100"), keras_v1(automatic=True)),
    "keras_mobilenetv2": keras(tf("mobilenetv2_100"), keras_v2),
    "keras_mobilenetv3_large": keras(tf("mobilenetv3_large_100"), keras_v3),
    "keras_mobilenetv3_small_minimalistic": keras(tf("tf_mobilenetv3_small_minimal_100"), keras_v3),
    "keras_efficientnetb0": keras(tf("tf_efficientnet_b0"), keras_efficientnet),
    "keras_resnet50": keras(lambda: KerasResNet([3, 4, 6, 3], second=False), keras_resnet),
    "keras_resnet50v2": keras(lambda: KerasResNet([3, 4, 6, 3], second=True), keras_resnet),
    "keras_efficientnetv2b0": keras(tf("tf_efficientnetv2_b0"), keras_efficientnet_v2, 128),
}


# Large ones, and those of which another is like them: not for every test run.
SLOW = {
    "mnasnet0_5", "efficientnet_b1", "efficientnet_v2_s", "resnet34", "wide_resnet50_2", "resnext50_32x4d", "squeezenet1_0",
    "densenet169", "mobilenetv2_110d", "tf_mobilenetv3_large_075", "efficientnet_b2",
    "efficientnet_lite2", "efficientnet_lite3", "efficientnet_lite4", "tf_efficientnet_em", "efficientnetv2_rw_t",
    "resnet50d", "resnetaa34d", "seresnet50", "rexnet_130", "mobileone_s4", "mobilenetv4_conv_large", "convnext_femto_ols",
    "keras_efficientnetv2b0", "resnet26_output_stride_16", "shufflenet_v2_x0_5", "regnety_004",
}


def prepare(net, size):
    """Makes normalisations and layer scales matter."""
    for name, parameter in net.named_parameters():
        last = name.rsplit(".", 1)[-1]
        if last in ("gamma", "layer_scale"):
            torch.nn.init.uniform_(parameter, 0.2, 0.5)
        elif ".grn." in name:
            torch.nn.init.normal_(parameter, 0, 0.5)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.2)
            # Some channels lie where ReLU6 and the hard functions clip.
            with torch.no_grad():
                module.bias += 5 * (torch.rand_like(module.bias) < 0.1)
        elif isinstance(module, torch.nn.LayerNorm):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.2)
        elif type(module).__name__.startswith("RmsNorm"):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
        elif isinstance(module, torch.nn.Linear):
            # timm leaves classifiers near zero.
            torch.nn.init.normal_(module.weight, 0, module.in_features**-0.5)
    net.train()
    with torch.no_grad():
        if any(isinstance(module, torch.nn.BatchNorm2d) for module in net.modules()):
            net(torch.randn(4 if size <= 160 else 2, 3, size, size))
            # Of a few numbers a variance may be next to nothing, and rounding errors would be all that is left.
            for module in net.modules():
                if isinstance(module, torch.nn.BatchNorm2d):
                    module.running_var.clamp_(min=0.5 * float(module.running_var.mean()))
    net.eval()


def macs(net, image):
    """Of convolutions and linear layers, for one image."""
    total = 0

    def count(module, inputs, output):
        nonlocal total
        if isinstance(module, torch.nn.Conv2d):
            per_output = module.weight.shape[1] * module.weight.shape[2] * module.weight.shape[3]
            total += output.numel() // output.shape[0] * per_output
        else:
            total += output.numel() // output.shape[0] * module.in_features

    kinds = (torch.nn.Conv2d, torch.nn.Linear)
    hooks = [module.register_forward_hook(count) for module in net.modules() if isinstance(module, kinds)]
    with torch.no_grad():
        net(image[:1])
    for hook in hooks:
        hook.remove()
    return total


def write(name, folder):
    """One network's files; gives its numbers."""
    library, size, make, *names = NETWORKS[name]
    config = names[1] if len(names) > 1 else None
    torch.manual_seed(1)
    net = make()
    if not library.endswith("folded"):
        prepare(net, size)
    net.eval()
    image = torch.randn(2, 3, size, size)
    with torch.no_grad():
        single = net(image)
        output = net.double()(image.double()).float()
    net.float()
    own = float((single - output).abs().max() / output.abs().max())
    state = {k: v.detach().clone().contiguous() for k, v in net.state_dict().items()}
    state = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
    if library == "transformers" or config:
        file = f"{name}/model.safetensors" if config else f"{name}.safetensors"
        (folder / file).parent.mkdir(exist_ok=True)
        save_file(dict(names[0](k, v) for k, v in state.items()), folder / file)
        if config:
            (folder / name / "config.json").write_text(json.dumps(config))
    elif names:
        file = f"{name}.h5"
        write_keras(folder / file, state, names[0])
    else:
        file = f"{name}.safetensors"
        save_file(state, folder / file)
    with h5py.File(folder / f"{name}.numbers.h5", "w") as numbers:
        numbers["input"] = image.numpy()
        numbers["output"] = output.numpy()
    return {
        "name": name, "file": file, "library": library, "size": size,
        "parameters": sum(p.numel() for p in net.parameters()), "macs": macs(net, image),
        "own_difference": own,
    }


def measured(numbers, folder, kernelviz):
    """The same numbers by kernelviz, and the largest difference of its logits relative to the largest logit."""
    name = numbers["name"]
    logits = folder / f"{name}.logits.h5"
    done = subprocess.run(
        [
            kernelviz, "eval", str(folder / numbers["file"]), "--tensor", f"{folder / name}.numbers.h5:/input",
            "--save-logits", str(logits), "--force", "--runs", "0", "--format", "json", "--input-size",
            str(numbers["size"]),
        ],
        capture_output=True, text=True,
    )
    if done.returncode != 0:
        return {"error": done.stderr.strip()}
    with h5py.File(logits) as file, h5py.File(folder / f"{name}.numbers.h5") as peer:
        ours, theirs = file["logits"][()], peer["output"][()]
    found = json.loads(done.stdout)
    found = found[0] if isinstance(found, list) else found
    if ours.size != theirs.size:
        return {"error": f"logits of shape {ours.shape}, not {theirs.shape}"}
    return {"json": found, "difference": float(numpy.abs(ours.reshape(theirs.shape) - theirs).max() / numpy.abs(theirs).max())}


def table(rows):
    """All rows in Markdown; numbers of kernelviz that differ stand in brackets behind PyTorch's."""
    lines = [
        "# Networks that run",
        "",
        "Seeded weights, running statistics from random images, one command:",
        "",
        "```sh",
        "python3 Tests/Output/ExportTests/Scripts/family_numbers.py FOLDER --kernelviz .build/release/kernelviz --table "
        "Notebooks-out/families.md",
        "```",
        "",
        f"torch {torch.__version__.split('+')[0]}, torchvision {torchvision.__version__.split('+')[0]}, "
        f"timm {timm.__version__}; Keras' networks are timm's ports under Keras' names. Parameters are the learnable "
        "ones, MACs those of convolutions and linear layers for one image of the size given. The difference is the largest "
        "between kernelviz' logits and PyTorch's in 64-bit floats, of the largest logit; beside it what PyTorch's own 32-bit "
        "floats differ by.",
        "",
        "Files have their networks' names. Weights alone do not tell TensorFlow's padding and ε of timm's `tf_…`, nor the "
        "pooling of its `resnetaa…`: the name does, or a `config.json` beside the file. Under another name they are read as "
        "their lookalikes, which the line of what is assumed says; `--padding tf-same --bn-epsilon 0.001` is right for "
        "`tf_…`.",
        "",
        "| network | from | recognised as | pixels | parameters | MACs | difference | PyTorch's own |",
        "|---|---|---|--:|--:|--:|--:|--:|",
    ]

    def both(ours, theirs):
        return f"{theirs:,}" + ("" if ours == theirs else f" ({ours:,})")

    for row in rows:
        if "error" in row:
            lines.append(f"| {row['name']} | {row['library']} | does not run: {row['error']} | | | | | |")
            continue
        found = row["json"]
        lines.append(
            f"| {row['name']} | {row['library']} | {found['network']} | {row['size']} | "
            f"{both(found['parameters'], row['parameters'])} | {both(found['macs'], row['macs'])} | "
            f"{row['difference']:.1e} | {row['own_difference']:.1e} |"
        )
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--only", nargs="*")
    arguments.add_argument("--quick", action="store_true", help="leave out the large and the like")
    arguments.add_argument("--kernelviz")
    arguments.add_argument("--table", type=Path)
    arguments.add_argument("--keep", action="store_true")
    chosen = arguments.parse_args()
    torch.set_num_threads(1)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    rows, failed = [], 0
    names = chosen.only or [name for name in NETWORKS if not chosen.quick or name not in SLOW]
    for name in names:
        numbers = write(name, chosen.folder)
        if chosen.kernelviz:
            found = measured(numbers, chosen.folder, chosen.kernelviz)
            if not chosen.keep:
                for path in chosen.folder.glob(f"{name}.*"):
                    path.unlink()
                shutil.rmtree(chosen.folder / name, ignore_errors=True)
            numbers.update(found)
            text = found.get("error") or f"{found['difference']:.1e}"
            print(f"{name}: {text}", flush=True)
        rows.append(numbers)
    if chosen.table:
        chosen.table.write_text(table(rows))
    (chosen.folder / "numbers.json").write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
