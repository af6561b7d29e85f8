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


def random_bank(count, seed):
    """Kernels drawn once, uniform in ±1/3, by xoshiro256** from a seed: the same numbers as kernelviz draws."""
    mask, state = 2**64 - 1, []
    for _ in range(4):
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        z = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        state.append(z ^ (z >> 31))

    def rotated(x, k):
        return ((x << k) | (x >> (64 - k))) & mask

    def uniform():
        result = (rotated((state[1] * 5) & mask, 7) * 9) & mask
        shifted = (state[1] << 17) & mask
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= shifted
        state[3] = rotated(state[3], 45)
        return (result >> 11) * 2.0**-53

    return [[[(2 * uniform() - 1) / 3 for _ in range(3)] for _ in range(3)] for _ in range(count)]


def bank(name, config):
    """The kernels of a fixed bank: one of the paper's, one that the config lists, or random ones (random8-seed1)."""
    if name in BANKS:
        return BANKS[name]
    listed = config.get("banks") or {}
    if name in listed:
        return [[kernel[row : row + 3] for row in (0, 3, 6)] for kernel in listed[name]]
    count, seed = name.removeprefix("random").split("-seed")
    return random_bank(int(count), int(seed))


def of_stage(value, k):
    """The value of stage k of a field that has one value for all stages or a list of four."""
    return value[k - 1] if isinstance(value, list) else value


def gaussian(sigma, decimals, offset=0):
    """A 3×3 Gaussian of sum 1, rounded unless decimals is "exact"; its peak lies offset pixels right and below."""
    line = [math.exp(-((x - offset) ** 2) / (2 * sigma**2)) for x in (-1, 0, 1)]
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


def depthwise(channels, stride=1, bias=False, size=3):
    return nn.Conv2d(channels, channels, size, stride, size // 2, groups=channels, bias=bias)


class Branched(nn.Sequential):
    """A normalised depthwise convolution and, where the stride is 1, the normalised input beside it."""

    def __init__(self, channels, stride, size):
        super().__init__(depthwise(channels, stride, size=size), nn.BatchNorm2d(channels))
        self.skips = stride == 1
        if self.skips:
            self.skip = nn.BatchNorm2d(channels)

    def forward(self, x):
        y = self[1](self[0](x))
        return y + self.skip(x) if self.skips else y


def learned(channels, config, stride=1, size=3):
    """A depthwise convolution that is trained, in the config's form: plain, normalized, branched or biased."""
    form = config.get("depthwise", "plain")
    if form == "branched":
        return Branched(channels, stride, size)
    if form == "normalized":
        return nn.Sequential(depthwise(channels, stride, size=size), nn.BatchNorm2d(channels))
    return depthwise(channels, stride, form == "biased", size)


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


class HybridDepthwise(nn.Module):
    """A depthwise convolution whose first channels have given kernels and whose others learn theirs."""

    def __init__(self, channels, fixed, kernels, stride, config):
        super().__init__()
        self.fixed = FixedDepthwise(fixed, kernels, stride)
        self.learned = learned(channels - fixed, config, stride)

    def forward(self, x):
        fixed = self.fixed.weight.shape[0]
        return torch.cat((self.fixed(x[:, :fixed]), self.learned(x[:, fixed:])), 1)


def downsample(channels, stride, k, config):
    """The depthwise convolution that opens stage k: learned, a Gaussian, or a Gaussian for a share of the channels."""
    kind = of_stage(config["downsampling"], k)
    if kind == "learnable" or stride == 1:
        return learned(channels, config, stride)
    offset = of_stage(config.get("gaussian_offset", 0), k)
    kernel = gaussian(of_stage(config["gaussian_sigma"], k), of_stage(config["gaussian_decimals"], k), offset)
    kernels = [kernel]
    if of_stage(config["gaussian_signs"], k) == "alternating":
        kernels.append([[-x for x in row] for row in kernel])
    if kind == "gaussian":
        return FixedDepthwise(channels, kernels, stride)
    share = of_stage(config["gaussian_share"], k)
    fixed = max(1, min(channels - 1, math.floor(share * channels + 0.5)))
    return HybridDepthwise(channels, fixed, kernels, stride, config)


# Within a stage the channels travel as a list of tensors: what passes is not copied.


def split(parts, count):
    """Two lists: the first `count` channels and the others."""
    first, rest = [], list(parts)
    while rest and rest[0].shape[1] <= count:
        count -= rest[0].shape[1]
        first.append(rest.pop(0))
    if count:
        first, rest = first + [rest[0][:, :count]], [rest[0][:, count:]] + rest[1:]
    return first, rest


def joined(parts):
    return parts[0] if len(parts) == 1 else torch.cat(parts, 1)


class DownsamplingBlock(nn.Module):
    """Filters all channels, keeps the last ones unchanged and makes the others by a 1×1 convolution."""

    def __init__(self, inputs, outputs, stride, k, config):
        super().__init__()
        self.kept = 0 if inputs > outputs else min(outputs // 2, inputs)
        self.downsample = downsample(inputs, stride, k, config)
        self.conv1x1 = pointwise(inputs, outputs - self.kept, config)

    def forward(self, x):
        x = self.downsample(x)
        kept = [x[:, x.shape[1] - self.kept :]] if self.kept else []
        return kept + [self.conv1x1(x)]


class HalfIdentityBlock(nn.Module):
    """The channels are a queue, oldest first. With the paper's ratio 1/2, (a, b) becomes (b, conv1x1(a, half3x3(b))).

    The youngest channels are convolved on the way to the 1×1 convolution, which makes (1 - ratio)·C new ones of all;
    the youngest ratio·C pass as they came, the new ones join on the right and the oldest fall out. So each channel is
    convolved once, in the block behind the one that made it; the first block of a stage convolves the whole right half.
    """

    def __init__(self, channels, is_first, k, config):
        super().__init__()
        passed = int(channels * of_stage(config["identity"], k))
        self.new = channels - passed
        self.filtered = min(passed, channels // 2) if is_first else passed
        kernels = of_stage(config["half"], k)
        if kernels == "learnable":
            size = of_stage(config.get("kernel_size", 3), k)
            self.half3x3 = learned(channels - self.filtered, config, size=size)
        else:
            count = channels - self.filtered
            self.half3x3 = nn.Sequential(FixedDepthwise(count, bank(kernels, config)), nn.BatchNorm2d(count))
        self.conv1x1 = pointwise(channels, self.new, config)

    def forward(self, parts):
        kept, filtered = split(parts, self.filtered)
        new = self.conv1x1(torch.cat(kept + [self.half3x3(joined(filtered))], 1))
        return split(parts, self.new)[1] + [new]


class Concat(nn.Module):
    """Joins the parts at the end of a stage."""

    def forward(self, parts):
        return joined(parts)


def last_unit(channels, config):
    """A depthwise and a 1×1 convolution behind stage 4, without squeeze-and-excite."""
    last = config["last"]
    if last == "learnable":
        layers = [learned(channels, config)]
    elif last.startswith("shared"):
        layers = [SharedDepthwise(channels, int(last.removeprefix("shared")))]
    else:
        layers = [FixedDepthwise(channels, bank(last, config)), nn.BatchNorm2d(channels)]
    return nn.Sequential(*layers, unit(nn.Conv2d(channels, channels, 1, bias=False), config))


class VGNet(nn.Module):
    def __init__(self, config):
        super().__init__()
        widths, thumbnail = config["channels"], config["thumbnail"]
        stem = nn.Conv2d(config["input_channels"], widths[0], 3, 1 if thumbnail else 2, 1, bias=False)
        stages = OrderedDict(stem=unit(stem, config))
        for k in range(1, 5):
            stride = 1 if thumbnail and k == 1 else 2
            blocks = [DownsamplingBlock(widths[k - 1], widths[k], stride, k, config)]
            blocks += [HalfIdentityBlock(widths[k], n == 1, k, config) for n in range(1, config["blocks"][k - 1])]
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
