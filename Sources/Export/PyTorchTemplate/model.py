"""The VGNet that config.json describes, in PyTorch.

Paper: "Efficient CNN Architecture Design Guided by Visualization", arXiv 2207.10318. Parameters have the names of the
authors' code (features.stage2.0.conv1x1.0.weight), so state dicts can be exchanged with it and with kernelviz.
Everywhere the activation comes before batch normalisation, as in the authors' code.
"""

import json
import math
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

ACTIVATIONS = {"relu": nn.ReLU, "silu": nn.SiLU}

# The fixed kernels of the paper (Fig. 7): channel i uses kernel i mod the length of its bank.
FOUR_EDGE = [
    [[-1 / 2, -1, -1 / 2], [0, 0, 0], [1 / 2, 1, 1 / 2]],
    [[-1 / 2, 0, 1 / 2], [-1, 0, 1], [-1 / 2, 0, 1 / 2]],
    [[-1 / 12, -2 / 12, -1 / 12], [-2 / 12, 1, -2 / 12], [-1 / 12, -2 / 12, -1 / 12]],
    [[0, -1 / 4, 0], [-1 / 4, 1, -1 / 4], [0, -1 / 4, 0]],
]
BANKS = {
    "4ek": FOUR_EDGE,
    "6ek2gk": FOUR_EDGE
    + [
        [[-1, -2 / 3, -1 / 3], [-2 / 3, 0, 2 / 3], [1 / 3, 2 / 3, 1]],
        [[-1 / 3, -2 / 3, -1], [2 / 3, 0, -2 / 3], [1, 2 / 3, 1 / 3]],
        [[0.0811, 0.1226, 0.0811], [0.1226, 0.1853, 0.1226], [0.0811, 0.1226, 0.0811]],
        [[0.0277, 0.1110, 0.0277], [0.1110, 0.4452, 0.1110], [0.0277, 0.1110, 0.0277]],
    ],
}


def gaussian(sigma, decimals):
    """A 3×3 Gaussian of sum 1, rounded unless decimals is "exact"."""
    line = [math.exp(-(x**2) / (2 * sigma**2)) for x in (-1, 0, 1)]
    kernel = [[y * x / sum(line) ** 2 for x in line] for y in line]
    return kernel if decimals == "exact" else [[round(x, decimals) for x in row] for row in kernel]


class FixedDepthwise(nn.Module):
    """A depthwise 3×3 convolution whose kernels are given: a buffer, not a parameter."""

    def __init__(self, channels, kernels, stride=1):
        super().__init__()
        self.stride = stride
        weight = torch.tensor([kernels[i % len(kernels)] for i in range(channels)], dtype=torch.float32)
        self.register_buffer("weight", weight.unsqueeze(1))

    def forward(self, x):
        return F.conv2d(x, self.weight, stride=self.stride, padding=1, groups=x.shape[1])


class SharedDepthwise(nn.Module):
    """SharedDWConv2d: C/t learned 3×3 kernels, the same for each of t contiguous groups of channels."""

    def __init__(self, channels, groups):
        super().__init__()
        self.groups = groups
        self.mux = depthwise(channels // groups)

    def forward(self, x):
        return F.conv2d(x, self.mux.weight.repeat(self.groups, 1, 1, 1), padding=1, groups=x.shape[1])


class SqueezeExcite(nn.Module):
    """Pool, reduce, activate, expand, sigmoid, multiply."""

    def __init__(self, channels, ratio, activation):
        super().__init__()
        reduced = int(channels * ratio)
        rounded = max(8, (reduced + 4) // 8 * 8)
        if rounded < 0.9 * reduced:
            rounded += 8
        self.reduce = nn.Conv2d(channels, rounded, 1)
        self.expand = nn.Conv2d(rounded, channels, 1)
        self.activation = ACTIVATIONS[activation]()

    def forward(self, x):
        s = x.mean((2, 3), keepdim=True)
        return x * torch.sigmoid(self.expand(self.activation(self.reduce(s))))


def depthwise(channels, stride=1):
    return nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False)


def unit(convolution, config):
    """Convolution, activation, batch normalisation: in this order."""
    return nn.Sequential(convolution, ACTIVATIONS[config["activation"]](), nn.BatchNorm2d(convolution.out_channels))


def pointwise(inputs, outputs, config):
    """A 1×1 unit, with squeeze-and-excite behind it where the design has it."""
    layers = unit(nn.Conv2d(inputs, outputs, 1, bias=False), config)
    ratio = config["squeeze_excite"]
    if ratio is None:
        return layers
    return nn.Sequential(layers, SqueezeExcite(outputs, ratio, config["squeeze_excite_activation"]))


class DownsamplingBlock(nn.Module):
    """Filters all channels, keeps the last ones unchanged and makes the others by a 1×1 convolution: (left, right)."""

    def __init__(self, inputs, outputs, stride, config):
        super().__init__()
        self.half = outputs // 2
        self.kept = 0 if inputs > outputs else min(self.half, inputs)
        if config["downsampling"] == "learnable" or stride == 1:
            self.downsample = depthwise(inputs, stride)
        else:
            kernel = gaussian(config["gaussian_sigma"], config["gaussian_decimals"])
            kernels = [kernel]
            if config["gaussian_signs"] == "alternating":
                kernels.append([[-x for x in row] for row in kernel])
            self.downsample = FixedDepthwise(inputs, kernels, stride)
        self.conv1x1 = pointwise(inputs, outputs - self.kept, config)

    def forward(self, x):
        x = self.downsample(x)
        kept = x[:, x.shape[1] - self.kept :]
        new = self.conv1x1(x)
        if self.kept == self.half:
            return kept, new
        return torch.cat((kept, new), 1).chunk(2, 1)


class HalfIdentityBlock(nn.Module):
    """(a, b) becomes (b, conv1x1(a, half3x3(b))): the right half passes unchanged."""

    def __init__(self, channels, config):
        super().__init__()
        half = channels // 2
        if config["half"] == "learnable":
            self.half3x3 = depthwise(half)
        else:
            self.half3x3 = nn.Sequential(FixedDepthwise(half, BANKS[config["half"]]), nn.BatchNorm2d(half))
        self.conv1x1 = pointwise(channels, half, config)

    def forward(self, halves):
        left, right = halves
        return right, self.conv1x1(torch.cat((left, self.half3x3(right)), 1))


class Concat(nn.Module):
    """Joins both halves at the end of a stage."""

    def forward(self, halves):
        return torch.cat(halves, 1)


def last_unit(channels, config):
    """A depthwise and a 1×1 convolution behind stage 4, without squeeze-and-excite."""
    last = config["last"]
    if last in BANKS:
        layers = [FixedDepthwise(channels, BANKS[last]), nn.BatchNorm2d(channels)]
    elif last == "learnable":
        layers = [depthwise(channels)]
    else:
        layers = [SharedDepthwise(channels, int(last.removeprefix("shared")))]
    return nn.Sequential(*layers, unit(nn.Conv2d(channels, channels, 1, bias=False), config))


class VGNet(nn.Module):
    def __init__(self, config):
        super().__init__()
        widths, thumbnail = config["channels"], config["thumbnail"]
        stem = nn.Conv2d(config["input_channels"], widths[0], 3, 1 if thumbnail else 2, 1, bias=False)
        stages = OrderedDict(stem=unit(stem, config))
        for k in range(1, 5):
            stride = 1 if thumbnail and k == 1 else 2
            blocks = [DownsamplingBlock(widths[k - 1], widths[k], stride, config)]
            blocks += [HalfIdentityBlock(widths[k], config) for _ in range(config["blocks"][k - 1] - 1)]
            blocks.append(Concat())
            if k == 4:
                blocks.append(last_unit(widths[4], config))
            stages[f"stage{k}"] = nn.Sequential(*blocks)
        self.features = nn.Sequential(stages)
        linear = nn.Linear(widths[4], config["classes"])
        dropout = config["dropout"]
        self.classifier = nn.Sequential(nn.Dropout(dropout), linear) if dropout > 0 else linear

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


def load_config(path=Path(__file__).with_name("config.json")):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def load_weights(model, path):
    """Loads a state dict (.safetensors, .pth); every tensor must have its place."""
    if str(path).endswith(".safetensors"):
        from safetensors.torch import load_file

        weights = load_file(path)
    else:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(weights, strict=True)


if __name__ == "__main__":
    config = load_config()
    model = VGNet(config)
    print(f"{config['name']}: {sum(p.numel() for p in model.parameters()):,} learnable parameters")
