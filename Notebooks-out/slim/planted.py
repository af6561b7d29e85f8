#!/usr/bin/env python3
"""Plants channels that do nothing in networks of torchvision and timm, slims them, and writes the section
"Planted channels" of ../slim.md.

    Notebooks-out/slim/planted.py KERNELVIZ FOLDER [--only NET …] [--page PAGE]

FOLDER holds each network while it is tried (FOLDER/NET/NET.safetensors and what `kernelviz slim` writes; removed
afterwards) and results.json, which gets one entry a network as soon as it was tried. A network that is there already
with the same kernelviz (its SHA-256) is not tried again, so that a run that was stopped goes on. --only tries some of
them; the page tells all that results.json has of this kernelviz. Exits with 1 where a network is refused, a
difference of kernelviz is above 1e-5, or one of ONNX Runtime above 2e-5.

Weights are seeded. Norms have random weights and biases, running statistics are those of photographs, and as much of
the mean logits is taken out of the classifier's bias as the signal needs. Where the rounding of PyTorch's own 32-bit
floats is above 5e-6 of the largest logit a comparison says little: then the next seed is taken, up to the fifth, and
where none is better the one that rounds least.

Planted by width: all layers of so many outputs get the same dead, equal and unread channels, so that what meets in
sums, gates, depthwise layers and shuffles is dead, equal or unread in every branch and can go; a few more are dead in
one layer alone, where a sum keeps them.

KERNELVIZ_SHARED has the photographs, in images. Needs: h5py numpy onnxruntime pillow safetensors timm torch
torchvision.
"""

import argparse
import collections
import dataclasses
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

import h5py
import numpy
import onnxruntime
import timm
import torch
import torchvision
from PIL import Image
from safetensors.torch import save_file
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent / "slim.md"
SHARED = pathlib.Path(os.environ.get("KERNELVIZ_SHARED", HERE.parent.parent.parent / "shared"))
HEADING = "## Planted channels"
# Another script writes this section and all below it.
LAST_HEADING = "## Within a loss"
NETWORKS = {
    "torchvision": [
        "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "resnet18", "resnet50", "resnext50_32x4d",
        "densenet121", "shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "squeezenet1_1", "vgg11_bn", "mnasnet0_5",
        "regnet_x_400mf", "regnet_y_400mf", "efficientnet_b0", "efficientnet_v2_s", "convnext_tiny",
    ],
    "timm": [
        "mobilenetv1_100", "tf_mobilenetv3_small_minimal_100", "efficientnet_lite0", "efficientnet_es", "ghostnet_100",
        "repghostnet_050", "rexnet_100", "repvgg_a0", "mobileone_s0", "mobilenetv4_conv_small", "resnetrs50",
        "resnet26d", "seresnet50", "resnetaa50", "mnasnet_100", "semnasnet_100", "regnety_004", "convnextv2_atto",
    ],
}
SOURCES = {name: source for source, names in NETWORKS.items() for name in names}

SIZE = 224
# Running statistics are taken on smaller photographs.
CALIBRATION_SIZE = 128
CALIBRATION_PHOTOS = 16
PHOTOS = 3
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SEEDS = range(1, 6)
# Parts of the largest logit: what slimming may change; the rounding that asks for another seed; how much the logits of
# two photographs shall differ, as far as the classifier's bias allows, and how much they must.
TOLERANCE = 1e-5
# ONNX Runtime rounds on its own account.
RUNTIME, RUNTIME_TOLERANCE = "ONNX Runtime", 2e-5
MOST_ROUNDING = 5e-6
WANTED_SIGNAL, LEAST_SIGNAL = 0.2, 0.1

# What keeps a channel: the report's word, ours, and what it means.
REASONS = {
    "residual": ("sum", "another branch of a sum is alive there"),
    "border": ("border", "padding of zeros makes a map of the constant"),
    "gate": ("gate", "a gate that depends on the image multiplies it"),
    "group": ("group", "a group of a convolution goes whole or not at all"),
    "shuffle": ("shuffle", "the groups of a shuffle stay equal"),
    "depthwise": ("depthwise", "a depthwise layer has a kernel for each channel that it reads"),
    "normalisation": ("norm", "a normalisation over all channels reads it"),
    "scales": ("scales", "normalisations that read equal channels make them different"),
    "sharedKernels": ("kernels", "channels share a kernel"),
    "interface": ("result", "it is the network's result"),
    "lone": ("lone", "it is the last one of its layer"),
}

INTRODUCTION = """\
Networks of torchvision and timm with seeded weights; their running statistics are those of photographs, so that the \
logits of two photographs differ by more than a tenth of the largest logit (signal: by how much). Dead, equal and \
unread channels are planted in every layer: rows of weights that are zero, rows that are another's, columns that are \
zero. The difference is the largest between PyTorch in 64-bit floats on the planted network and ONNX Runtime on \
`slim.onnx` or `kernelviz eval` on the slimmed `.onnx`, `.safetensors` and `.h5`, of the largest logit; beside it \
what PyTorch's own 32-bit floats differ by. Written by [`slim/planted.py`](slim/planted.py), all numbers in \
[`slim/planted.json`](slim/planted.json)."""

NOTES = """\
Planted: dead and equal outputs and unread inputs. More can go: a channel that only a dead or an unread one reads \
goes with it. What follows from planted channels counts where it went and where it stays; unread channels that stay \
are not told."""


class Refused(Exception):
    """A network that could not be slimmed, or run when it was; the text is the sentence for the page."""


class Ledger:
    """What was planted, by layer."""

    def __init__(self):
        self.dead = collections.defaultdict(set)
        # The second channel of a pair and the first one, whose map it repeats.
        self.equal = collections.defaultdict(dict)
        # Inputs with columns of zeros.
        self.unread = collections.defaultdict(set)

    def counts(self):
        """How many channels were planted, by kind."""
        return {kind: sum(map(len, getattr(self, kind).values())) for kind in ("dead", "equal", "unread")}

    def outputs(self):
        """How many dead and equal outputs each layer has."""
        return {name: len(self.dead[name]) + len(self.equal[name]) for name in sorted({*self.dead, *self.equal})}


@dataclasses.dataclass
class Planted:
    """A network with planted channels and what PyTorch makes of it."""

    seed: int
    state: dict
    ledger: Ledger
    logits: numpy.ndarray
    rounding: float
    signal: float


# ------------------------------------------------------------------------------------------------ networks with signal


def read_photos(size, count, first):
    """Photographs spread evenly over the folder, cropped to squares, as a batch."""
    folder = SHARED / "images"
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".jpg", ".jpeg"))
    step = (len(paths) - first) // count
    if step < 1:
        sys.exit(f"{folder}: {len(paths)} photographs; expected {first + count} or more.")
    photos = []
    for path in paths[first::step][:count]:
        image = Image.open(path).convert("RGB")
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        image = image.crop((left, top, left + side, top + side)).resize((size, size), Image.BILINEAR)
        pixels = torch.from_numpy(numpy.array(image)).float().permute(2, 0, 1) / 255
        photos.append((pixels - torch.tensor(MEAN)[:, None, None]) / torch.tensor(DEVIATION)[:, None, None])
    return torch.stack(photos)


def seeded(name, seed):
    """A network with its library's random weights."""
    torch.manual_seed(seed)
    if SOURCES[name] == "timm":
        return timm.create_model(name, pretrained=False).eval()
    return torchvision.models.get_model(name, weights=None).eval()


def is_layer(module):
    """Whether a module is a convolution or a linear layer."""
    return isinstance(module, (nn.Conv2d, nn.Linear))


def is_norm(module):
    """Whether a module is a normalisation with weights."""
    return isinstance(module, (nn.BatchNorm2d, nn.LayerNorm)) and module.weight is not None


def layer_scales(net):
    """The scales of single channels that ConvNeXt has behind its blocks."""
    for name, parameter in net.named_parameters():
        if name.endswith(("layer_scale", ".gamma")) and "norm" not in name and parameter.numel() > 1:
            yield parameter


def classifier(net):
    """The layer that makes the logits."""
    return [m for m in net.modules() if is_layer(m)][-1]


def scale_logits(net, photos):
    """Makes the largest logit 5."""
    scale = 5 / max(float(net(photos).abs().max()), 1e-6)
    last = classifier(net)
    last.weight.mul_(scale)
    if last.bias is not None:
        last.bias.mul_(scale)


@torch.no_grad()
def give_signal(net, calibration, photos, generator):
    """Random norms and layer scales, running statistics of photographs, logits that depend on the image."""
    for module in net.modules():
        if is_norm(module):
            module.weight.uniform_(0.5, 1.5, generator=generator)
            module.bias.normal_(0, 0.2, generator=generator)
        elif is_layer(module) and module.bias is not None:
            module.bias.add_(torch.empty_like(module.bias).normal_(0, 0.05, generator=generator))
    for scales in layer_scales(net):
        scales.uniform_(0.2, 0.6, generator=generator)
    norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        # The mean over all batches.
        norm.momentum = None
        norm.train()
    for batch in calibration.split(8):
        net(batch)
    net.eval()
    scale_logits(net, photos)
    centre(net, photos)


def signal(logits):
    """The largest difference between the logits of two photographs, of the largest logit of either."""
    pairs = ((a, b) for a in range(len(logits)) for b in range(len(logits)) if a != b)
    return max(float(abs(logits[a] - logits[b]).max() / abs(logits[a]).max()) for a, b in pairs)


@torch.no_grad()
def centre(net, photos):
    """Takes as much of the mean logits out of the last bias as the signal needs; more would round more."""
    last, logits = classifier(net), net(photos)
    if last.bias is None or signal(logits) >= WANTED_SIGNAL:
        return
    bias = last.bias.clone()
    for part in (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1):
        last.bias.copy_(bias - part * logits.mean(0))
        if signal(net(photos)) >= WANTED_SIGNAL:
            break
    scale_logits(net, photos)


# ------------------------------------------------------------------------------------------------------------ planting


@torch.no_grad()
def trace(net, photos):
    """Layers and norms in the order of the run, and the norm that reads each layer's result, by name."""
    order, norm_of, maker, kept, hooks = [], {}, {}, [], []
    names = {module: name for name, module in net.named_modules()}

    def note(module, inputs, output):
        # Results are kept while the network runs: a tensor is known by its address.
        kept.append((inputs, output))
        if is_layer(module):
            maker[id(output)] = names[module]
        elif isinstance(module, nn.BatchNorm2d) and id(inputs[0]) in maker:
            norm_of[maker[id(inputs[0])]] = names[module]
        if names[module] not in order:
            order.append(names[module])

    for module in net.modules():
        if is_layer(module) or is_norm(module):
            hooks.append(module.register_forward_hook(note))
    net(photos)
    for hook in hooks:
        hook.remove()
    return order, norm_of


def channels(width):
    """The channels planted in every layer of so many: dead ones with their kind, pairs of equal ones, unread ones."""
    if width < 6:
        return {}, [], []
    if width < 16:
        return {width - 1: "negative"}, [(0, 1)], []
    dead, pairs, unread = {}, [(4, width - 3)], []
    for base in [0, width // 4 * 2] if width >= 64 else [0]:
        dead.update({base + 3: "negative", base + 5: "positive", base + 9: "norm"})
        pairs.append((base + 6, base + 7))
        unread += [base + 10, base + 11]
    return dead, pairs, unread


def constant(kind, rng):
    """What a dead channel is: below zero, which most functions make zero, above, or either behind a norm."""
    if kind == "negative":
        return -rng.uniform(0.5, 1.5)
    return rng.uniform(0.3, 0.9) * (rng.choice([-1, 1]) if kind == "norm" else 1)


def kill(layer, norm, channel, kind, value):
    """Makes a layer's channel a constant behind its norm."""
    if norm is None or kind != "norm":
        layer.weight[channel] = 0
    if norm is None:
        if layer.bias is not None:
            layer.bias[channel] = value
    elif kind == "norm":
        norm.weight[channel] = 0
        norm.bias[channel] = value
    else:
        made = 0 if layer.bias is None else layer.bias[channel]
        deviation = torch.sqrt(norm.running_var[channel] + norm.eps)
        norm.bias[channel] = value - (made - norm.running_mean[channel]) * norm.weight[channel] / deviation


def tensors(module):
    """What a layer or a norm has for each channel."""
    found = [module.weight, module.bias]
    if isinstance(module, nn.BatchNorm2d):
        found += [module.running_mean, module.running_var]
    return [tensor for tensor in found if tensor is not None]


def repeat(module, first, second):
    """Makes a channel do what another one does."""
    for tensor in tensors(module):
        tensor[second] = tensor[first]


def plant_outputs(name, layer, norm, ledger, rng):
    """Dead and equal outputs of one layer, and one or two that are dead in this layer alone."""
    width = layer.weight.shape[0]
    dead, pairs, unread = channels(width)
    for channel, kind in dead.items():
        kill(layer, norm, channel, kind, constant(kind, rng))
        ledger.dead[name].add(channel)
    if width >= 16:
        free = set(range(width)) - set(dead) - set(unread) - {channel for pair in pairs for channel in pair}
        for channel in rng.sample(sorted(free), 1 if width < 64 else 2):
            kind = rng.choice(["negative", "positive", "norm"])
            kill(layer, norm, channel, kind, constant(kind, rng))
            ledger.dead[name].add(channel)
    for first, second in pairs:
        repeat(layer, first, second)
        if norm is not None:
            repeat(norm, first, second)
        ledger.equal[name][second] = first


def plant_inputs(name, layer, ledger):
    """Unread inputs of one layer that reads all channels in each of its outputs."""
    # VGG's first linear layer reads 512 maps of 7×7.
    block = 49 if isinstance(layer, nn.Linear) and layer.weight.shape[1] == 512 * 49 else 1
    for channel in channels(layer.weight.shape[1] // block)[2]:
        layer.weight[:, channel * block:(channel + 1) * block] = 0
        ledger.unread[name].add(channel)


def plant_norm(norm, rng):
    """A norm behind no layer, as those of dense layers: equal where channels are, dead where they are."""
    dead, pairs, _ = channels(norm.weight.shape[0])
    if isinstance(norm, nn.BatchNorm2d):
        # Pairs of joined layers lie anywhere.
        for first in range(0, norm.weight.shape[0] - 1, 2):
            repeat(norm, first, first + 1)
        for first, second in pairs:
            repeat(norm, first, second)
    for channel in dead:
        norm.weight[channel] = 0
        norm.bias[channel] = constant("norm", rng)


@torch.no_grad()
def keep_true_pairs(net, photos, ledger):
    """Takes pairs that are not equal out of the ledger: those of depthwise layers that read different channels."""
    hooks, modules = [], dict(net.named_modules())

    def compare(name, output):
        axis = 1 if isinstance(modules[name], nn.Conv2d) else output.dim() - 1
        for second, first in list(ledger.equal[name].items()):
            one, other = output.select(axis, first), output.select(axis, second)
            if float((one - other).abs().max()) > 1e-4 * float(output.abs().max()):
                del ledger.equal[name][second]

    for name in ledger.equal:
        hooks.append(modules[name].register_forward_hook(lambda _, inputs, output, name=name: compare(name, output)))
    net(photos)
    for hook in hooks:
        hook.remove()


@torch.no_grad()
def plant(net, photos, rng):
    """Plants channels in every layer and says which."""
    order, norm_of = trace(net, photos)
    modules, ledger = dict(net.named_modules()), Ledger()
    for name in order:
        layer = modules[name]
        if not is_layer(layer):
            continue
        if layer is not classifier(net):
            plant_outputs(name, layer, modules.get(norm_of.get(name)), ledger, rng)
        if getattr(layer, "groups", 1) == 1:
            plant_inputs(name, layer, ledger)
    for scales in layer_scales(net):
        for first, second in channels(scales.numel())[1]:
            scales.view(-1)[second] = scales.view(-1)[first]
    for name in order:
        if is_norm(modules[name]) and name not in norm_of.values():
            plant_norm(modules[name], rng)
    keep_true_pairs(net, photos, ledger)
    return ledger


@torch.no_grad()
def planted(name, seed, calibration, photos):
    """One network of one seed with planted channels."""
    net, rng = seeded(name, seed), random.Random(seed)
    give_signal(net, calibration, photos, torch.Generator().manual_seed(seed))
    ledger = plant(net, photos[:1], rng)
    centre(net, photos)
    state = {key: value.clone().contiguous() for key, value in net.state_dict().items()}
    single = net(photos).numpy()
    logits = net.double()(photos.double()).numpy()
    return Planted(seed, state, ledger, logits, difference(single, logits), signal(logits))


def best_planted(name, calibration, photos):
    """The network of the first seed with signal and little rounding, or else of that with signal that rounds least."""
    best = None
    for seed in SEEDS:
        found = planted(name, seed, calibration, photos)
        if found.signal > LEAST_SIGNAL and (best is None or found.rounding < best.rounding):
            best = found
        if best is not None and best.rounding <= MOST_ROUNDING:
            break
    if best is None:
        sys.exit(f"{name}: the logits of photographs are too much alike with each of the seeds.")
    return best


# ------------------------------------------------------------------------------------------------------------ slimming


def difference(logits, expected):
    """The largest difference, of the largest logit."""
    return float(numpy.abs(logits.reshape(expected.shape) - expected).max() / numpy.abs(expected).max())


def run(folder, *command):
    """Runs a program in a folder; throws Refused with what it says if it fails."""
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
        errors = [line for line in lines if "error:" in line]
        raise Refused((errors or lines)[-1].removeprefix("kernelviz: error: ").replace(f"{folder}/", "").strip())


def onnxruntime_logits(path, photos):
    """What ONNX Runtime makes of the photographs, one at a time on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        return numpy.concatenate([session.run(None, {name: photo[None]})[0] for photo in photos.numpy()])
    except Exception as error:
        raise Refused(f"ONNX Runtime: {str(error).strip().splitlines()[0]}") from error


def eval_logits(binary, folder, file):
    """What kernelviz eval makes of the photographs."""
    run(folder, binary, "eval", file, "--tensor", "input.h5:/input", "--save-logits", f"{file}.logits.h5", "--runs", 0,
        "--input-size", SIZE)
    with h5py.File(folder / f"{file}.logits.h5") as saved:
        return saved["logits"][:]


def slim(binary, folder, name, network, photos):
    """Slims a network in an empty folder: the report, and the differences of what was written."""
    save_file(network.state, folder / f"{name}.safetensors")
    with h5py.File(folder / "input.h5", "w") as file:
        file["input"] = photos.numpy()
    files = ["slim.onnx", "slim.safetensors", "slim.h5"]
    outputs = [word for file in files for word in ("--output", file)]
    run(folder, binary, "slim", f"{name}.safetensors", *outputs, "--input-size", SIZE, "--format", "json",
        "--report", "report.json")
    differences = {"ONNX Runtime": difference(onnxruntime_logits(folder / "slim.onnx", photos), network.logits)}
    for file in files:
        differences[file] = difference(eval_logits(binary, folder, file), network.logits)
    return json.loads((folder / "report.json").read_text()), differences


def stored(cost):
    """All numbers that a file of the network stores."""
    parameters = cost["parameters"]
    return parameters["learnable"] + parameters["fixed"] + parameters["batchNormRunning"]


def unaccounted(ledger, report):
    """Layers of which fewer dead and equal channels went, or stay with a reason, than were planted: both numbers."""
    told = collections.Counter()
    for layer in report["layers"]:
        told[layer["layer"]] += layer["dead"] + layer["equal"]
    for obstacle in report["obstacles"]:
        told[obstacle["layer"]] += obstacle["channels"]
    return {name: [count, told[name]] for name, count in ledger.outputs().items()
            if told[name] < count and name not in report["removedLayers"]}


def tried(binary, folder, name, calibration, photos):
    """One network's entry of results.json, but for the program."""
    network = best_planted(name, calibration, photos)
    entry = {
        "source": SOURCES[name], "seed": network.seed, "planted": network.ledger.counts(), "signal": network.signal,
        "rounding": network.rounding,
    }
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        report, differences = slim(binary, folder, name, network, photos)
    except Refused as refusal:
        return entry | {"refused": str(refusal)}
    finally:
        shutil.rmtree(folder)
    stay = collections.Counter()
    for obstacle in report["obstacles"]:
        stay[obstacle["reason"]] += obstacle["channels"]
    return entry | {
        "went": {kind: sum(layer[kind] for layer in report["layers"]) for kind in ("dead", "equal", "unread")},
        "stay": dict(stay.most_common()),
        "numbers": [stored(report["before"]), stored(report["after"])],
        "macs": [report["before"]["macs"], report["after"]["macs"]],
        "differences": differences,
        "unaccounted": unaccounted(network.ledger, report),
    }


# ------------------------------------------------------------------------------------------------------------ the page


def own_differences(entry):
    """The differences of kernelviz itself, on each of its files."""
    return [value for name, value in entry["differences"].items() if name != RUNTIME]


def is_exact(entry):
    """Whether a network was slimmed within the tolerances; a difference that is no number is not."""
    return (
        "refused" not in entry
        and all(value <= TOLERANCE for value in own_differences(entry))
        and entry["differences"][RUNTIME] <= RUNTIME_TOLERANCE
    )


def costs(before, after):
    """Cells of a number before, after, and what was saved."""
    return [f"{before:,}", f"{after:,}", f"{(1 - after / before) * 100:.1f} %"]


def row(name, entry):
    """One network's line of the table."""
    cells = [f"`{name}`", entry["source"], f"{sum(entry['planted'].values()):,}"]
    if "refused" in entry:
        cells += ["·", "refused: " + entry["refused"].replace("|", "\\|")] + ["·"] * 7
    else:
        reasons = ", ".join(f"{REASONS.get(reason, [reason])[0]} {count}" for reason, count in entry["stay"].items())
        cells += [f"{sum(entry['went'].values()):,}", f"{sum(entry['stay'].values()):,}" + (reasons and f": {reasons}")]
        cells += costs(*entry["numbers"]) + costs(*entry["macs"])
        cells.append(f"{numpy.max(list(entry['differences'].values())):.1e}")
    return "| " + " | ".join(cells + [f"{entry['rounding']:.1e}", f"{entry['signal']:.2f}"]) + " |"


def table(results):
    """The table of all networks."""
    lines = [
        "| network | from | planted | went | stay | numbers before | after | saved | multiply-accumulates before "
        "| after | saved | difference | PyTorch's own | signal |",
        "|---|---|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    return "\n".join(lines + [row(name, entry) for name, entry in results.items()])


def counted(count, noun):
    """A number and a noun."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def summary(results):
    """What the table says: how many networks are exact, and whether each planted channel is accounted for."""
    slimmed = {name: entry for name, entry in results.items() if "refused" not in entry}
    exact = sum(all(value <= TOLERANCE for value in own_differences(entry)) for entry in slimmed.values())
    above = {name: entry for name, entry in slimmed.items() if not entry["differences"][RUNTIME] <= TOLERANCE}
    lines = [
        f"{counted(len(results), 'network')}: {exact} within 1e-5 in kernelviz, {len(slimmed) - len(above)} in {RUNTIME}."
    ]
    for name, entry in above.items():
        lines.append(
            f"`{name}`: {entry['differences'][RUNTIME]:.1e} in {RUNTIME}, {numpy.max(own_differences(entry)):.1e} in "
            "kernelviz on the same file."
        )
    if len(slimmed) < len(results):
        lines.append(f"{len(results) - len(slimmed)} refused.")
    if not slimmed:
        return " ".join(lines)
    outputs = sum(entry["planted"]["dead"] + entry["planted"]["equal"] for entry in slimmed.values())
    text = f"Of {counted(outputs, 'planted dead and equal channel')} each one went or stays with a reason"
    missing = []
    for name, entry in slimmed.items():
        if layers := entry["unaccounted"].values():
            lost = sum(planted - told for planted, told in layers)
            missing.append(f"`{name}` ({lost} in {counted(len(layers), 'layer')})")
    lines.append(text + (f", but not in {', '.join(missing)}." if missing else "."))
    return " ".join(lines)


def notes(results):
    """What the columns count, and what the reasons in the table mean."""
    met = {reason for entry in results.values() for reason in entry.get("stay", {})}
    meanings = [f"{word}: {meaning}" for reason, (word, meaning) in REASONS.items() if reason in met]
    return NOTES + (f" Why they stay: {'; '.join(meanings)}." if meanings else "")


def section(results):
    """The whole section of the page."""
    return "\n\n".join([HEADING, INTRODUCTION, table(results), summary(results), notes(results)]) + "\n"


def write_page(page, results):
    """Replaces the section, or puts it before the one that another script writes to the page's end."""
    text, new = page.read_text(), section(results)
    place = re.search(rf"^{HEADING}$.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    place = place or re.search(rf"(?=^{LAST_HEADING}$)|\Z", text, re.MULTILINE)
    before, after = text[:place.start()].rstrip(), text[place.end():].lstrip()
    page.write_text(f"{before}\n\n{new}" + (f"\n{after}" if after else ""))


# ---------------------------------------------------------------------------------------------------------------- main


def read_results(path, program):
    """What is known of this kernelviz, in the order of the table."""
    known = json.loads(path.read_text()) if path.exists() else {}
    return {name: known[name] for name in SOURCES if known.get(name, {}).get("program") == program}


def write_results(path, results):
    """Writes results.json so that it is whole at any time."""
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(results, indent=1) + "\n")
    beside.replace(path)


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kernelviz", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--only", nargs="+", metavar="NET", choices=list(SOURCES), default=list(SOURCES))
    parser.add_argument("--page", type=pathlib.Path, default=PAGE)
    return parser.parse_args()


def main():
    """Tries the networks that were not tried yet and writes the page."""
    options = arguments()
    binary, folder = options.kernelviz.resolve(), options.folder.resolve()
    program = hashlib.sha256(binary.read_bytes()).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "results.json"
    results = read_results(path, program)
    torch.set_num_threads(1)
    calibration = read_photos(CALIBRATION_SIZE, CALIBRATION_PHOTOS, first=0)
    photos = read_photos(SIZE, PHOTOS, first=7)
    for name in options.only:
        if name in results:
            continue
        print(name, file=sys.stderr, flush=True)
        results[name] = {"program": program} | tried(binary, folder / name, name, calibration, photos)
        write_results(path, results)
    # A new one is at the end until it is read back.
    results = read_results(path, program)
    write_page(options.page, results)
    sys.exit(0 if all(map(is_exact, results.values())) else 1)


main()
