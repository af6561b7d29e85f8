#!/usr/bin/env python3
"""Measures what slimming within a loss saves and costs, and writes the section "Within a loss" of ../slim.md.

    Notebooks-out/slim/curves.py KERNELVIZ [WEIGHTS PHOTOS]

One run of `kernelviz slim --curve` for each network, a minute or three on two cores each. The figures are written beside
this script. WEIGHTS and PHOTOS are the folders of checkpoints and of photographs (KERNELVIZ_SHARED by default).
KERNELVIZ_PYTHON names a Python with onnxruntime; without one ONNX Runtime is left out.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent / "slim.md"
SHARED = pathlib.Path(os.environ.get("KERNELVIZ_SHARED", HERE.parent.parent.parent / "shared"))
HEADING = "## Within a loss"
NETWORKS = [
    ("mobilenetv3_small_torchvision", "MobileNetV3-Small (torchvision's layout)"),
    ("mobilenetv1_0.25_224", "MobileNetV1 0.25"),
    ("efficientnet_lite0_int8dq", "EfficientNet-Lite0"),
    ("mobilenetv2_1.0_224_int8dq", "MobileNetV2 1.0"),
]
# One of the 50 photographs that choose.
MAX_DROP = "2"

INTRODUCTION = """\
`--max-drop` replaces depthwise kernels by what their labels stand for: identities by the pixel under them, blurs by a Gaussian \
that the layer's blurs share, boxes and rings likewise, dead kernels by nothing. Groups of kernels go in the order of measured \
damage for what they save; gains and constants are fitted layer by layer on 20 photographs of the half that chooses. The other \
half tells the loss. The control replaces as many kernels of the same layers, drawn at random, by the same stand-ins with the \
same fits. One command a network (written by `slim/curves.py`):

<!-- not run: minutes of two cores -->
```console
$ kernelviz slim weights/mobilenetv1_0.25_224.h5 -o slim.onnx --max-drop 2 --images photos --curve slim.png
```
"""

NOTES = """\
Saved: of the network's multiply-accumulates and stored numbers before; the first row of each network is exact slimming alone. \
Pass-through channels save both, shared kernels numbers alone. Intervals are of 95 %: Wilson's for shares, Newcombe's for \
paired losses; that of the difference from random counts each photograph once and allows for other draws \
(`DifferenceFromDraws`). Times are medians of runs in turns on one thread; their ratio is the median of the pairs'. \
ONNX Runtime runs the parts of a layer that was taken apart one by one: there a slimmed network is slower, and exact slimming is \
all that pays; this engine runs them at once and gains little."""


def python_with_runtime():
    """The Python that --onnxruntime would ask, where it has ONNX Runtime."""
    program = os.environ.get("KERNELVIZ_PYTHON", "python3")
    try:
        done = subprocess.run([program, "-c", "import numpy, onnxruntime"], capture_output=True)
    except OSError:
        return None
    return program if done.returncode == 0 else None


def measure(binary, weights, photos, name, folder):
    report = folder / f"{name}.json"
    command = [
        binary, "slim", str(weights / f"{name}.h5"), "-o", str(folder / f"{name}.onnx"), "--max-drop", MAX_DROP, "--images",
        str(photos), "--curve", str(HERE / f"{name}.png"), "--runs", "50", "--format", "json", "--report", str(report),
        "--force",
    ]
    if python_with_runtime():
        command.append("--onnxruntime")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{name}: exit {done.returncode}: {done.stderr.strip()[-600:]}")
    return json.loads(report.read_text())


def tenth(share):
    text = f"{abs(share) * 100:.1f}"
    return text if share >= 0 or float(text) == 0 else "−" + text


def stored(cost):
    parameters = cost["parameters"]
    return parameters["learnable"] + parameters["fixed"] + parameters["batchNormRunning"]


def saved(before, cost):
    return tenth(1 - cost["macs"] / before["macs"]), tenth(1 - stored(cost) / stored(before))


def milliseconds(latency):
    if latency is None:
        return "·", "·"
    return (f"{latency['first']['median']:.2f} → {latency['second']['median']:.2f}", f"{latency['ratio']:.2f}")


def chosen_table(reports):
    lines = [
        "| network | kernels | multiply-accumulates | numbers | points lost of the other half | ms | ratio | ms, ONNX Runtime "
        "| ratio |", "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for (_, title), report in reports:
        point, budget = report["budget"]["chosen"], report["budget"]
        macs, numbers = saved(report["before"], point["cost"])
        drop = point["drop"]
        lines.append(
            f"| {title} | {point['kernels']:,} of {budget['kernels']:,} | −{macs} % | −{numbers} % | "
            f"{tenth(drop['difference'])} ({tenth(drop['low'])} to {tenth(drop['high'])}) | "
            + " | ".join(milliseconds(report.get("latency")) + milliseconds((report.get("onnxRuntime") or {}).get("latency")))
            + " |")
    return "\n".join(lines)


def curve_table(report):
    lines = [
        "| kernels | multiply-accumulates saved | numbers saved | same first class | 95 % | right | at random | worst to best draw "
        "| more than at random | 95 % |", "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for point in report["budget"]["curve"]:
        macs, numbers = saved(report["before"], point["cost"])
        kept, right = point["reported"]["agreement"], point["reported"].get("accuracy")
        cells = [
            f"{point['kernels']:,}", f"{macs} %", f"{numbers} %", f"{tenth(kept['share'])} %",
            f"{tenth(kept['low'])}…{tenth(kept['high'])}", f"{tenth(right['share'])} %" if right else "·",
        ]
        if control := point.get("random"):
            agreement, more = control["agreement"], control["advantage"]
            cells += [
                f"{tenth(agreement['mean'])} %", f"{tenth(agreement['least'])}…{tenth(agreement['most'])}",
                tenth(more["difference"]), f"{tenth(more['low'])} to {tenth(more['high'])}",
            ]
        else:
            cells += ["·"] * 4
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def section(reports):
    parts = [HEADING, INTRODUCTION]
    parts.append(
        f"With a loss of at most {MAX_DROP} points on the half that chooses (one of 50 photographs):\n\n" + chosen_table(reports))
    for (name, title), report in reports:
        budget = report["budget"]
        parts.append(
            f"### {title}\n\n`{name}`. The loss is one of {budget['measure']}: {budget['reason']}.\n\n"
            f"![What slimming {title} saves and costs](slim/{name}.png)\n\n" + curve_table(report))
    parts.append(NOTES)
    return "\n\n".join(part.strip() for part in parts) + "\n"


def main():
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__)
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    weights, photos = (pathlib.Path(p) for p in sys.argv[2:]) if len(sys.argv) == 4 else (SHARED / "weights", SHARED / "images")
    with tempfile.TemporaryDirectory() as temporary:
        reports = []
        for network in NETWORKS:
            print(network[0], file=sys.stderr, flush=True)
            reports.append((network, measure(binary, weights, photos, network[0], pathlib.Path(temporary))))
    text = PAGE.read_text()
    PAGE.write_text(text.split(HEADING)[0].rstrip() + "\n\n" + section(reports))


main()
