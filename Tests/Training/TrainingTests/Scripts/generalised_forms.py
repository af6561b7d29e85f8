"""Writes Fixtures/generalised-forms.json: what PyTorch computes, in 64-bit floats, for the generalised VGNets.

A second implementation, channel lists and functions instead of modules, written from the text of IdentitySplit and
DownsamplingKernels; it shares no code with the exported project's model.py. Parameters and images are drawn from the
names, so that the file holds results alone:

    python generalised_forms.py > ../Fixtures/generalised-forms.json
"""

import json
import math

import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
MASK = 2**64 - 1


class Random:
    """xoshiro256** seeded through SplitMix64."""

    def __init__(self, seed):
        self.state = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & MASK
            z = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            self.state.append(z ^ (z >> 31))

    def uniform(self):
        s = self.state
        turn = lambda x, k: ((x << k) | (x >> (64 - k))) & MASK
        result = (turn((s[1] * 5) & MASK, 7) * 9) & MASK
        shifted = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = turn(s[3], 45)
        return (result >> 11) * 2.0**-53


def hashed(name):
    """FNV-1a."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def drawn(name, shape, low, high):
    """Numbers from low to high, rounded to 32-bit floats, the same for the same name."""
    random = Random(hashed(name))
    values = [low + (high - low) * random.uniform() for _ in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float32).to(torch.float64).reshape(shape)


EDGES = [[-0.5, -1, -0.5, 0, 0, 0, 0.5, 1, 0.5], [-0.5, 0, 0.5, -1, 0, 1, -0.5, 0, 0.5], [0, -0.25, 0, -0.25, 1, -0.25, 0, -0.25, 0]]
BLURS = [[0.0625, 0.125, 0.0625, 0.125, 0.25, 0.125, 0.0625, 0.125, 0.0625], [0.1, 0.125, 0.1, 0.125, 0.0, 0.125, 0.1, 0.125, 0.1]]
FORMS = [
    {"name": "identity-quarter", "identity": [2, 2, 2, 2]},
    {"name": "identity-mixed", "identity": [1, 3, 5, 7], "blocks": [4, 4, 5, 6], "activation": "silu"},
    {"name": "identity-ends", "identity": [0, 6, 0, 6], "blocks": [2, 4, 3, 5], "squeeze_excite": 0.25},
    {"name": "hybrid", "down": ["gaussian", "hybrid", "learnable", "hybrid"], "share": [None, 0.75, None, 0.3],
     "sigma": [0.9, 1.15, None, 1.3], "squeeze_excite": 0.25, "activation": "silu"},
    {"name": "random-bank", "half": ["random6-seed11", "learnable", "random5-seed2", "random6-seed11"], "last": "random7-seed3"},
    {"name": "listed-banks", "half": ["learnable", "edges", "edges", "blurs"], "last": "blurs", "identity": [4, 3, 6, 4],
     "banks": {"blurs": BLURS, "edges": EDGES}},
    {"name": "one-kernel", "last": "shared40", "down": ["learnable"] * 4},
    {"name": "thumbnail", "down": ["hybrid"] * 4, "share": [0.5] * 4, "sigma": [1.0] * 4, "identity": [6, 6, 6, 6],
     "thumbnail": True, "last": "shared2", "channels": [8, 16, 16, 32, 40]},
    {"name": "biased", "depthwise": "biased", "down": ["learnable"] * 4, "last": "learnable"},
    {"name": "normalized", "depthwise": "normalized", "down": ["gaussian", "hybrid", "learnable", "hybrid"],
     "share": [None, 0.75, None, 0.3], "last": "learnable", "squeeze_excite": 0.25},
    {"name": "branched", "depthwise": "branched", "thumbnail": True, "activation": "silu", "identity": [4, 6, 2, 4]},
    {"name": "kernel-size", "size_by_stage": [3, 5, 7, 5], "identity": [4, 2, 6, 4], "last": "learnable"},
    {"name": "kernel-size-branched", "size_by_stage": [5, 5, 3, 5], "depthwise": "branched"},
]  # fmt: skip


def yaml(form):
    def line(values):
        return values[0] if len(set(map(str, values))) == 1 else f"[{', '.join('none' if v is None else str(v) for v in values)}]"

    text = f"name: {form['name']}\nchannels: {form['channels']}\nblocks: {form['blocks']}\n"
    text += f"downsampling: {line(form['down'])}\n"
    if any(form["share"]):
        text += f"gaussian_share: {line(form['share'])}\n"
    if any(form["sigma"]):
        text += f"gaussian_sigma: {line(form['sigma'])}\ngaussian_signs: alternating\ngaussian_decimals: exact\n"
    text += f"identity: {line([k / 8 for k in form['identity']])}\nhalf: {line(form['half'])}\nlast: {form['last']}\n"
    if form["size_by_stage"] != [3] * 4:
        text += f"kernel_size: {form['size_by_stage']}\n"
    if form["depthwise"] != "plain":
        text += f"depthwise: {form['depthwise']}\n"
    if form["banks"]:
        text += "banks:\n" + "".join(
            f"  {name}:\n" + "".join(f"    - {kernel}\n" for kernel in kernels) for name, kernels in form["banks"].items()
        )
    text += f"activation: {form['activation']}\nsqueeze_excite: {form['squeeze_excite'] or 'none'}\n"
    return text + f"classes: 5\ninput_size: {form['size']}\nthumbnail: {str(form['thumbnail']).lower()}\n"


class Net:
    def __init__(self, form, training):
        self.form, self.training = form, training
        self.learned, self.fixed, self.running, self.macs = {}, 0, 0, 0

    def parameter(self, name, shape, low, high):
        self.learned[name] = drawn(name, shape, low, high).requires_grad_()
        return self.learned[name]

    def convolve(self, x, weight, stride, groups):
        y = F.conv2d(x, weight, stride=stride, padding=weight.shape[-1] // 2, groups=groups)
        self.macs += weight.numel() * y.shape[2] * y.shape[3]
        return y

    def convolution(self, x, path, outputs, size, stride=1, groups=1):
        shape = (outputs, x.shape[1] // groups, size, size)
        bound = 1.7 / math.sqrt(math.prod(shape[1:]))
        return self.convolve(x, self.parameter(f"{path}/weight", shape, -bound, bound), stride, groups)

    def depthwise(self, x, path, stride=1, size=3):
        """A learned depthwise convolution in the form's surroundings."""
        form = self.form["depthwise"]
        inner = path if form in ("plain", "biased") else f"{path}/0"
        y = self.convolution(x, inner, x.shape[1], size, stride, x.shape[1])
        if form == "biased":
            return y + self.parameter(f"{path}/bias", (x.shape[1],), -0.3, 0.3).reshape(1, -1, 1, 1)
        if form != "plain":
            y = self.normalized(y, f"{path}/1")
        if form == "branched" and stride == 1:
            y = y + self.normalized(x, f"{path}/skip")
        return y

    def given(self, x, kernels, stride=1):
        weight = torch.stack([torch.tensor(kernels[c % len(kernels)], dtype=torch.float32).double() for c in range(x.shape[1])])
        self.fixed += weight.numel()
        return self.convolve(x, weight.reshape(-1, 1, 3, 3), stride, x.shape[1])

    def normalized(self, x, path):
        shape = (x.shape[1],)
        weight = self.parameter(f"{path}/weight", shape, 0.5, 1.5)
        bias = self.parameter(f"{path}/bias", shape, -0.3, 0.3)
        self.running += 2 * x.shape[1]
        mean, variance = drawn(f"{path}/running_mean", shape, -0.2, 0.2), drawn(f"{path}/running_var", shape, 0.05, 0.4)
        if self.training:
            mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)
        column = lambda v: v.reshape(1, -1, 1, 1)
        return column(weight) * (x - column(mean)) / torch.sqrt(column(variance) + 1e-5) + column(bias)

    def activated(self, x):
        return F.relu(x) if self.form["activation"] == "relu" else x * torch.sigmoid(x)

    def pointwise(self, x, path, outputs):
        ratio = self.form["squeeze_excite"]
        inner = f"{path}/0" if ratio else path
        y = self.normalized(self.activated(self.convolution(x, f"{inner}/0", outputs, 1)), f"{inner}/2")
        if not ratio:
            return y
        wanted = int(ratio * outputs)
        reduced = max(8, (wanted + 4) // 8 * 8)
        reduced += 8 if reduced < 0.9 * wanted else 0
        s = y.mean((2, 3), keepdim=True)
        for name, width in [("reduce", reduced), ("expand", outputs)]:
            s = self.convolution(s, f"{path}/1/{name}", width, 1)
            s = s + self.parameter(f"{path}/1/{name}/bias", (width,), -0.3, 0.3).reshape(1, -1, 1, 1)
            s = F.relu(s) if name == "reduce" else torch.sigmoid(s)
        return y * s

    def bank(self, name):
        if name in self.form["banks"]:
            return self.form["banks"][name]
        count, seed = name.removeprefix("random").split("-seed")
        random = Random(int(seed))
        return [[(2 * random.uniform() - 1) / 3 for _ in range(9)] for _ in range(int(count))]

    def filtered(self, x, path, kind, size=3):
        """A stage's half kernels, or the last unit's where they are not shared."""
        if kind == "learnable":
            return self.depthwise(x, path, size=size)
        return self.normalized(self.given(x, self.bank(kind)), f"{path.removesuffix('/0')}/1")

    def down(self, x, stage, stride):
        path = f"features/stage{stage}/0/downsample"
        kind = "learnable" if stride == 1 else self.form["down"][stage - 1]
        if kind == "learnable":
            return self.depthwise(x, path, stride)
        sigma = self.form["sigma"][stage - 1]
        line = [math.exp(-d * d / (2 * sigma * sigma)) for d in (-1, 0, 1)]
        blur = [a * b / sum(line) ** 2 for a in line for b in line]
        signed = [blur, [-w for w in blur]]
        if kind == "gaussian":
            return self.given(x, signed, stride)
        count = math.floor(self.form["share"][stage - 1] * x.shape[1] + 0.5)
        rest = x[:, count:]
        return torch.cat(
            (self.given(x[:, :count], signed, stride),
             self.depthwise(rest, f"{path}/learned", stride)), 1
        )  # fmt: skip

    def __call__(self, x):
        form = self.form
        widths, thumbnail = form["channels"], form["thumbnail"]
        x = self.convolution(x, "features/stem/0", widths[0], 3, 1 if thumbnail else 2)
        x = self.normalized(self.activated(x), "features/stem/2")
        for stage in range(1, 5):
            i, o = widths[stage - 1], widths[stage]
            x = self.down(x, stage, 1 if thumbnail and stage == 1 else 2)
            kept = 0 if i > o else min(o // 2, i)
            new = self.pointwise(x, f"features/stage{stage}/0/conv1x1", o - kept)
            queue = [*x.split(1, 1)][i - kept :] + [*new.split(1, 1)]
            for block in range(1, form["blocks"][stage - 1]):
                passed = o * form["identity"][stage - 1] // 8
                first = min(passed, o // 2) if block == 1 else passed
                path = f"features/stage{stage}/{block}"
                kind = form["half"][stage - 1]
                young = self.filtered(
                    torch.cat(queue[first:], 1), f"{path}/half3x3" + ("" if kind == "learnable" else "/0"), kind,
                    form["size_by_stage"][stage - 1])  # fmt: skip
                new = self.pointwise(torch.cat(queue[:first] + [young], 1), f"{path}/conv1x1", o - passed)
                queue = queue[o - passed :] + [*new.split(1, 1)]
            x = torch.cat(queue, 1)
        path, last = f"features/stage4/{form['blocks'][3] + 1}", form["last"]
        if last.startswith("shared"):
            groups = int(last.removeprefix("shared"))
            weight = self.parameter(f"{path}/0/mux/weight", (widths[4] // groups, 1, 3, 3), -0.57, 0.57)
            x = self.convolve(x, weight.repeat(groups, 1, 1, 1), 1, widths[4])
        else:
            x = self.filtered(x, f"{path}/0", last)
        path = f"{path}/{1 if last.startswith('shared') or last == 'learnable' else 2}"
        x = self.normalized(self.activated(self.convolution(x, f"{path}/0", widths[4], 1)), f"{path}/2")
        x = x.mean((2, 3))
        bound = 1 / math.sqrt(widths[4])
        weight = self.parameter("classifier/weight", (5, widths[4]), -bound, bound)
        self.macs += weight.numel()
        return x @ weight.T + self.parameter("classifier/bias", (5,), -bound, bound)


def results(form):
    form = {
        "channels": [8, 16, 24, 32, 40], "blocks": [3, 3, 3, 2], "down": ["gaussian"] * 4, "share": [None] * 4,
        "sigma": [1.0] * 4, "identity": [4] * 4, "half": ["learnable"] * 4, "last": "shared8", "banks": {},
        "activation": "relu", "squeeze_excite": 0, "thumbnail": False, "depthwise": "plain", "size_by_stage": [3] * 4,
    } | form  # fmt: skip
    form["sigma"] = [None if kind == "learnable" else sigma for kind, sigma in zip(form["down"], form["sigma"])]
    form["size"] = 24 if form["thumbnail"] else 48
    # Squares of 8×8 pixels: blurred noise would vanish on its way through the net.
    size = form["size"]
    images = drawn("images", (4, 3, 6, 6), -2, 2).repeat_interleave(8, 2).repeat_interleave(8, 3)[:, :, :size, : size - 5]
    net = Net(form, training=False)
    with torch.no_grad():
        logits = net(images)
    macs, net = net.macs, Net(form, training=True)
    outputs = net(images)
    target = 0.9 * F.one_hot(torch.tensor([0, 3, 1, 4]), 5) + 0.1 / 5
    loss = -(target * F.log_softmax(outputs, 1)).sum(1).mean()
    loss.backward()
    gradients = {}
    for name, value in sorted(net.learned.items()):
        direction = drawn(f"{name} direction", value.shape, -1, 1)
        gradients[name] = [value.grad.abs().max().item(), value.grad.norm().item(), (value.grad * direction).sum().item()]
    return {
        "yaml": yaml(form), "learnable": sum(v.numel() for v in net.learned.values()), "fixed": net.fixed,
        "running": net.running, "macs": macs, "logits": logits.flatten().tolist(), "loss": loss.item(),
        "shapes": {name: list(value.shape) for name, value in sorted(net.learned.items())}, "gradients": gradients,
    }  # fmt: skip


def short(value):
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, list):
        return [short(v) for v in value]
    return {k: short(v) for k, v in value.items()} if isinstance(value, dict) else value


lines = [f'"{form["name"]}": {json.dumps(short(results(form)))}' for form in FORMS]
print("{\n" + ",\n".join(lines) + "\n}")
