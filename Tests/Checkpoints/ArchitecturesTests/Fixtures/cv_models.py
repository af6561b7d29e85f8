"""Networks as cv-models (github.com/ffiirree/cv-models, the library of VGNet's authors) names their modules.

Only what a state dict shows is here: modules, shapes, strides, groups; the functions between them are left to stand-ins.
"""
import math
from collections import OrderedDict

import torch
from torch import nn


def named(*pairs):
    return nn.Sequential(OrderedDict(pairs))


def conv(i, o, k=3, s=1, g=1, bias=False):
    return nn.Conv2d(i, o, k, s, k // 2, groups=g, bias=bias)


def block(i, o, k=3, s=1, g=1):
    """Conv2dBlock: convolution, normalisation, function."""
    return nn.Sequential(conv(i, o, k, s, g), nn.BatchNorm2d(o), nn.ReLU())


def norm_last(i, o, k=3, s=1, g=1):
    """The same with the normalisation behind the function."""
    return nn.Sequential(conv(i, o, k, s, g), nn.ReLU(), nn.BatchNorm2d(o))


def pair(i, o, k=1, s=1, g=1):
    return nn.Sequential(conv(i, o, k, s, g), nn.BatchNorm2d(o))


def divisible(value, divisor=8):
    result = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return result + divisor if result < 0.9 * value else result


def squeeze(channels, inner, norm=False):
    parts = [("pool", nn.AdaptiveAvgPool2d(1)), ("reduce", conv(channels, inner, 1, bias=True))]
    parts += [("norm", nn.BatchNorm2d(inner))] if norm else []
    return named(*parts, ("act", nn.ReLU()), ("expand", conv(inner, channels, 1, bias=True)), ("gate", nn.Sigmoid()))


class Inverted(nn.Module):
    def __init__(self, i, o, t, k=3, s=1, ratio=None, function=False, norm=False):
        super().__init__()
        middle = int(i * t)
        layers = [block(i, middle, 1)] if t != 1 else []
        layers.append(pair(middle, middle, k, s, middle) if function else block(middle, middle, k, s, middle))
        layers += [squeeze(middle, divisible(middle * ratio, 1 if norm else 8), norm)] if ratio else []
        layers += [nn.ReLU6()] if function else []
        self.branch1 = nn.Sequential(*layers, pair(middle, o))


class Fused(nn.Module):
    def __init__(self, i, o, t, s=1):
        super().__init__()
        self.branch1 = nn.Sequential(block(i, i * t, 3, s), pair(i * t, o))


class Net(nn.Module):
    def __init__(self, features, width, hidden=None):
        super().__init__()
        self.features = features
        self.classifier = nn.Sequential(nn.Dropout(), nn.Linear(width, 1000)) if hidden is None else hidden


def staged(rows, stages, stem, build, head, width, hidden=None):
    """Rows of blocks in the stem (0) and the stages 1 to 4; the head ends the last one."""
    parts = OrderedDict([("stem", [stem])])
    channels = stem[0].out_channels
    for row, stage in zip(rows, stages):
        blocks = parts.setdefault(f"stage{stage}" if stage else "stem", [])
        for index in range(row["n"]):
            blocks.append(build(channels, row, row["s"] if index == 0 else 1, index))
            channels = row["c"]
    blocks.append(block(channels, head, 1))
    return Net(named(*((name, nn.Sequential(*blocks)) for name, blocks in parts.items())), width, hidden)


def mobilenet_v1(width=1.0, bare=False):
    def depth(d):
        return max(int(d * width), 8)

    def unit(i, o, s=1):
        return nn.Sequential(conv(i, i, 3, s, i), norm_last(i, o, 1)) if bare else nn.Sequential(
            block(i, i, 3, s, i), block(i, o, 1))

    stem = norm_last if bare else block
    parts = [("stem", nn.Sequential(stem(3, depth(32), 3, 2), unit(depth(32), depth(64))))]
    for stage, layers in enumerate([2, 2, 6, 2]):
        i, o = depth(64 * 2**stage), depth(128 * 2**stage)
        parts.append((f"stage{stage + 1}", nn.Sequential(
            *[unit(i if n == 0 else o, o, 2 if n == 0 else 1) for n in range(layers)])))
    return Net(named(*parts), depth(1024))


STAGES = [0, 1, 2, 3, 3, 4, 4]


def rows(**columns):
    return [dict(zip(columns, values)) for values in zip(*columns.values())]


def mobilenet_v2(width=1.0):
    c = [divisible(x * width) if width < 1 else x for x in [32, 16, 24, 32, 64, 96, 160, 320]]
    table = rows(t=[1, 6, 6, 6, 6, 6, 6], c=c[1:], n=[1, 2, 3, 4, 3, 3, 1], s=[1, 2, 2, 2, 1, 2, 1])
    return staged(table, STAGES, block(3, c[0], 3, 2), lambda i, r, s, _: Inverted(i, r["c"], r["t"], s=s), 1280, 1280)


def efficientnet(width, depth):
    c = [divisible(x * width) for x in [32, 16, 24, 40, 80, 112, 192, 320, 1280]]
    n = [math.ceil(depth * x) for x in [1, 2, 2, 3, 3, 4, 1]]
    table = rows(t=[1, 6, 6, 6, 6, 6, 6], c=c[1:8], n=n, s=[1, 2, 2, 2, 1, 2, 1], k=[3, 3, 5, 3, 5, 5, 3])
    return staged(
        table, STAGES, block(3, c[0], 3, 2),
        lambda i, r, s, _: Inverted(i, r["c"], r["t"], r["k"], s, ratio=0.25 / r["t"]), c[8], c[8])


def mobilenet_v3_small():
    t = [[1], [72 / 16, 88 / 24], [4, 6, 6], [3, 3], [6, 6, 6]]
    table = rows(
        t=t, c=[16, 24, 40, 48, 96], n=[1, 2, 3, 2, 3], s=[2, 2, 2, 1, 2], k=[3, 3, 5, 5, 5],
        r=[0.5, None, 0.25, 0.25, 0.25])
    head = nn.Sequential(nn.Linear(576, 1024), nn.Hardswish(), nn.Dropout(), nn.Linear(1024, 1000))
    return staged(
        table, [1, 2, 3, 3, 4], block(3, 16, 3, 2),
        lambda i, r, s, n: Inverted(i, r["c"], r["t"][n], r["k"], s, ratio=r["r"]), 576, 576, head)


def mobilenet_v3_large():
    t = [[1], [4, 3], [3, 3, 3], [6, 2.5, 2.3, 2.3], [6, 6], [6, 6, 6]]
    table = rows(
        t=t, c=[16, 24, 40, 80, 112, 160], n=[1, 2, 3, 4, 2, 3], s=[1, 2, 2, 2, 1, 2], k=[3, 3, 5, 3, 3, 5],
        r=[None, None, 0.25, None, 0.25, 0.25])
    head = nn.Sequential(nn.Linear(960, 1280), nn.Hardswish(), nn.Dropout(), nn.Linear(1280, 1000))
    return staged(
        table, [0, 1, 2, 3, 3, 4], block(3, 16, 3, 2),
        lambda i, r, s, n: Inverted(i, r["c"], r["t"][n], r["k"], s, ratio=r["r"]), 960, 960, head)


def numbered(stem, stages, head, hidden=None):
    return Net(nn.Sequential(stem, *stages, head), head[0].out_channels, hidden)


def efficientnet_v2_s():
    c, n = [24, 24, 48, 64, 128, 160, 256], [2, 4, 5, 6, 9, 15]
    t, s = [1, 4, 4, 4, 6, 6], [1, 2, 2, 2, 1, 2]
    stages = []
    for k in range(6):
        stages.append(nn.Sequential(*[
            Fused(c[k] if j == 0 else c[k + 1], c[k + 1], t[k], s[k] if j == 0 else 1) if k < 3 else
            Inverted(c[k] if j == 0 else c[k + 1], c[k + 1], t[k], 3, s[k] if j == 0 else 1, ratio=0.25 / t[k])
            for j in range(n[k])]))
    return numbered(block(3, 24, 3, 2), stages, block(256, 1280, 1))


def mnasnet_a1():
    t, c, n = [1, 6, 3, 6, 6, 6, 6], [32, 16, 24, 40, 80, 112, 160, 320], [1, 2, 3, 4, 2, 3, 1]
    s, k, r = [1, 2, 2, 2, 1, 2, 1], [3, 3, 5, 3, 3, 5, 3], [0, 0, 0.25, 0, 0.25, 0.25, 0]
    stages = [nn.Sequential(*[
        Inverted(c[i] if j == 0 else c[i + 1], c[i + 1], t[i], k[i], s[i] if j == 0 else 1, ratio=r[i] / t[i])
        for j in range(n[i])]) for i in range(7)]
    return numbered(block(3, 32, 3, 2), stages, block(320, 1280, 1))


def rexnet(width=1.0):
    def scaled(x):
        return int(round(x * width))

    stages = [Inverted(scaled(32), scaled(16), 1, function=True)]
    i = 16
    for stage, (n, s) in enumerate(zip([2, 2, 3, 3, 5], [2, 2, 2, 1, 2])):
        for j in range(n):
            o = i + 180 / 16
            stages.append(Inverted(
                scaled(i), scaled(o), 6, s=s if j == 0 else 1, ratio=1 / 12 if stage else None, function=True, norm=True))
            i = o
    return numbered(block(3, scaled(32), 3, 2), stages, block(scaled(i), scaled(1280), 1))


class Residual(nn.Module):
    def __init__(self, i, o, s, bottleneck, second, pools, ratio, groups=1, group_width=64):
        super().__init__()
        out = o * 4 if bottleneck else o
        w = int(o * group_width / 64) * groups
        shapes = [(i, w, 1, 1, 1), (w, w, 3, s, groups), (w, out, 1, 1, 1)] if bottleneck else [
            (i, o, 3, s, 1), (o, o, 3, 1, 1)]
        parts = []
        for place, (a, b, k, stride, g) in enumerate(shapes, 1):
            steps = [(f"conv{place}", conv(a, b, k, stride, g)), (f"norm{place}", nn.BatchNorm2d(a if second else b))]
            parts += steps[::-1] if second else steps
        if ratio:
            parts.append(("se", squeeze(out, divisible(out * ratio))))
        self.branch1 = named(*parts)
        if s != 1 or i != out:
            pool = [("pool", nn.AvgPool2d(2))] if pools and s != 1 else []
            project = [("conv", conv(i, out, 1, 1 if pool else s)), ("norm", nn.BatchNorm2d(i if second else out))]
            self.branch2 = named(*pool, *(project[::-1] if second else project))


def resnet(layers, bottleneck=True, second=False, rs=False, deep=False, ratio=None, groups=1, group_width=64):
    def norms():
        return [nn.BatchNorm2d(64), nn.ReLU()]

    stem = [conv(3, 64, 3, 2), *norms(), conv(64, 64), *norms(), conv(64, 64)] if deep else [conv(3, 64, 7, 2)]
    stem += [] if second else norms()
    first = [conv(64, 64, 3, 2), *norms()] if rs else [nn.MaxPool2d(3, 2, 1)]
    parts, i = [("stem", nn.Sequential(*stem))], 64
    for stage, n in enumerate(layers):
        blocks = first if stage == 0 else []
        for j in range(n):
            o = 64 * 2**stage
            blocks.append(Residual(
                i, o, 2 if stage and j == 0 else 1, bottleneck, second, deep, ratio, groups, group_width))
            i = o * 4 if bottleneck else o
        parts.append((f"stage{stage + 1}", nn.Sequential(*blocks)))
    if second:
        parts[-1][1].append(nn.BatchNorm2d(i))
        parts[-1][1].append(nn.ReLU())
    return Net(named(*parts), i)


class RegBlock(nn.Module):
    def __init__(self, i, o, s, group_width, ratio):
        super().__init__()
        if i != o or s != 1:
            self.proj = pair(i, o, 1, s)
        parts = [("1x1-1", block(i, o, 1)), ("3x3", block(o, o, 3, s, o // group_width))]
        parts += [("se", squeeze(o, int(i * ratio)))] if ratio else []
        self.f = named(*parts, ("1x1-2", pair(o, o)))


def regnet(depths, widths, group_width, ratio=None):
    parts, i = [("stem", block(3, 32, 3, 2))], 32
    for stage, (n, o) in enumerate(zip(depths, widths), 1):
        g = min(group_width, o)
        parts.append((f"stage{stage}", named(*(
            (f"stage{stage}-{j}", RegBlock(i if j == 0 else o, o, 2 if j == 0 else 1, g, ratio)) for j in range(n)))))
        i = o
    return Net(named(*parts), i)


class Shuffle1(nn.Module):
    def __init__(self, i, o, s, groups):
        super().__init__()
        self.branch1 = named(
            ("gconv1", block(i, o, 1, 1, groups)), ("shuffle", nn.Identity()), ("dwconv", pair(o, o, 3, s, o)),
            ("gconv2", pair(o, o, 1, 1, groups)))


def shufflenet_v1(groups=3, channels=(24, 240, 480, 960)):
    parts = [("stem", block(3, channels[0], 3, 2)), ("stage1", nn.MaxPool2d(3, 2, 1))]
    for stage, (i, o, n) in enumerate(zip(channels, channels[1:], [4, 8, 4]), 2):
        parts.append((f"stage{stage}", nn.Sequential(
            Shuffle1(i, o - i, 2, groups), *[Shuffle1(o, o, 1, groups) for _ in range(n - 1)])))
    net = Net(named(*parts), channels[-1])
    net.classifier = nn.Linear(channels[-1], 1000)
    return net


class Shuffle2(nn.Module):
    def __init__(self, i, o, s):
        super().__init__()
        o //= 2
        i = i if s == 2 else i // 2
        if s == 2:
            self.branch1 = named(("dwconv", pair(i, i, 3, 2, i)), ("1x1", block(i, o, 1)))
        self.branch2 = named(("1x1-1", block(i, o, 1)), ("dwconv", pair(o, o, 3, s, o)), ("1x1-2", block(o, o, 1)))


def shufflenet_v2(channels=(24, 116, 232, 464, 1024)):
    parts = [("stem", block(3, channels[0], 3, 2)), ("stage1", nn.MaxPool2d(3, 2, 1))]
    for stage, (i, o, n) in enumerate(zip(channels, channels[1:4], [4, 8, 4]), 2):
        parts.append((f"stage{stage}", nn.Sequential(Shuffle2(i, o, 2), *[Shuffle2(o, o, 1) for _ in range(n - 1)])))
    parts[-1][1].append(block(channels[3], channels[4], 1))
    return Net(named(*parts), channels[4])


class Ghost(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        half = math.ceil(o / 2)
        self.primary_conv = nn.Sequential(conv(i, half, 1), nn.BatchNorm2d(half), nn.ReLU())
        self.cheap_operation = nn.Sequential(conv(half, half, 3, 1, half), nn.BatchNorm2d(half), nn.ReLU())


class GhostUnit(nn.Module):
    def __init__(self, i, middle, o, k, s, ratio):
        super().__init__()
        self.ghost1 = Ghost(i, middle)
        if s > 1:
            self.conv_dw, self.bn_dw = conv(middle, middle, k, s, middle), nn.BatchNorm2d(middle)
        if ratio:
            self.se = squeeze(middle, divisible(middle * ratio))
        self.ghost2 = Ghost(middle, o)
        if i != o or s != 1:
            self.shortcut = nn.Sequential(conv(i, i, k, s, i), nn.BatchNorm2d(i), conv(i, o, 1), nn.BatchNorm2d(o))


def ghostnet(width=1.0):
    table = [
        [(3, 16, 16, 0, 1)], [(3, 48, 24, 0, 2)], [(3, 72, 24, 0, 1)], [(5, 72, 40, 0.25, 2)], [(5, 120, 40, 0.25, 1)],
        [(3, 240, 80, 0, 2)],
        [(3, 200, 80, 0, 1), (3, 184, 80, 0, 1), (3, 184, 80, 0, 1), (3, 480, 112, 0.25, 1), (3, 672, 112, 0.25, 1)],
        [(5, 672, 160, 0.25, 2)], [(5, 960, 160, 0, 1), (5, 960, 160, 0.25, 1), (5, 960, 160, 0, 1), (5, 960, 160, 0.25, 1)],
    ]
    i = divisible(16 * width, 4)
    stem, stages = block(3, i, 3, 2), []
    for stage in table:
        blocks = []
        for k, t, c, r, s in stage:
            o, middle = divisible(c * width, 4), divisible(t * width, 4)
            blocks.append(GhostUnit(i, middle, o, k, s, r))
            i = o
        stages.append(nn.Sequential(*blocks))
    head = block(i, middle, 1)
    return numbered(
        stem, stages, head, nn.Sequential(nn.Linear(middle, 1280), nn.ReLU(), nn.Dropout(), nn.Linear(1280, 1000)))


class NextBlock(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.branch1 = nn.Sequential(
            conv(dim, dim, 7, 1, dim, bias=True), nn.Identity(), nn.LayerNorm(dim), nn.Linear(dim, 4 * dim), nn.GELU(),
            nn.Linear(4 * dim, dim))


def convnext(layers=(3, 3, 9, 3), dims=(96, 192, 384, 768)):
    parts = [("stem", nn.Sequential(nn.Conv2d(3, dims[0], 4, 4), nn.LayerNorm(dims[0])))]
    for stage, n in enumerate(layers):
        blocks = [NextBlock(dims[stage]) for _ in range(n)]
        if stage < 3:
            blocks.append(nn.Sequential(nn.LayerNorm(dims[stage]), nn.Conv2d(dims[stage], dims[stage + 1], 2, 2)))
        parts.append((f"stage{stage + 1}", nn.Sequential(*blocks)))
    net = Net(named(*parts), dims[-1])
    net.classifier = nn.Sequential(nn.LayerNorm(dims[-1]), nn.Linear(dims[-1], 1000))
    return net


def all_networks():
    """Titles and builders."""
    return [
        ("MobileNetV1 0.75", lambda: mobilenet_v1(0.75)), ("MobileNetV1 1.0", lambda: mobilenet_v1(bare=True)),
        ("MobileNetV2 0.35", lambda: mobilenet_v2(0.35)), ("MobileNetV3-Small 1.0", mobilenet_v3_small),
        ("MobileNetV3-Large 1.0", mobilenet_v3_large), ("EfficientNet-B0", lambda: efficientnet(1.0, 1.0)),
        ("EfficientNet-B2", lambda: efficientnet(1.1, 1.2)), ("EfficientNetV2-S", efficientnet_v2_s),
        ("MnasNet-A1 1.0", mnasnet_a1), ("ReXNet 1.3", lambda: rexnet(1.3)),
        ("ResNet-18", lambda: resnet([2, 2, 2, 2], bottleneck=False)),
        ("ResNet-50V2", lambda: resnet([3, 4, 6, 3], second=True)),
        ("SE-ResNet-50", lambda: resnet([3, 4, 6, 3], ratio=1 / 16)),
        ("ResNet-34-D", lambda: resnet([3, 4, 6, 3], bottleneck=False, deep=True)),
        ("ResNeXt-50 32×4d", lambda: resnet([3, 4, 6, 3], groups=32, group_width=4)),
        ("ResNet-RS-50", lambda: resnet([3, 4, 6, 3], rs=True, deep=True, ratio=0.25)),
        ("RegNetX-400MF", lambda: regnet([1, 2, 7, 12], [32, 64, 160, 400], 16)),
        ("RegNetY-400MF", lambda: regnet([1, 3, 6, 6], [48, 104, 208, 440], 8, 0.25)),
        ("ShuffleNetV1 x1.0 (3 groups)", shufflenet_v1), ("ShuffleNetV2 x1.0", shufflenet_v2),
        ("GhostNet 1.3", lambda: ghostnet(1.3)), ("ConvNeXt-Tiny", convnext),
    ]
