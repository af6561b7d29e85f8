"""Draws 960 3×3 kernels as a grid with a 100-bin histogram to PNG at 200 dpi, with matplotlib and with kernelviz in the
same run; prints the ratios of time and of peak memory.

swift build -c release --product Benchmarks && swift build -c release --product kernelviz
python Sources/Tools/Benchmarks/Peers/compare_matplotlib.py .build/release/Benchmarks .build/release/kernelviz CHECKPOINT LAYER

LAYER of CHECKPOINT (HDF5) holds 960 kernels; it serves the comparison of memory, where whole processes are measured.
Matplotlib is measured twice: one subplot a kernel, the usual code, and one image for all kernels, the fastest there is.
Importing it is not counted in the times.
"""
import io
import json
import os
import statistics
import subprocess
import sys
import time

BENCHMARKS, KERNELVIZ, CHECKPOINT, LAYER = sys.argv[1:5]
DRAW = """
import io, sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

kernels = np.random.default_rng(1).normal(size=(960, 3, 3)).astype("float32")
COLUMNS, ROWS = 32, 30


def histogram(axes):
    axes.hist(kernels.ravel(), bins=100, density=True)


def subplots():
    figure = plt.figure(figsize=(6.7, 8))
    grid = figure.add_gridspec(ROWS + 8, COLUMNS)
    for index, kernel in enumerate(kernels):
        axes = figure.add_subplot(grid[index // COLUMNS, index % COLUMNS])
        limit = abs(kernel).max()
        axes.imshow(kernel, cmap="RdBu", vmin=-limit, vmax=limit)
        axes.axis("off")
    histogram(figure.add_subplot(grid[ROWS + 1:, :]))
    figure.savefig(io.BytesIO(), dpi=200)
    plt.close(figure)


def mosaic():
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(6.7, 8), height_ratios=[4, 1])
    picture = np.full((ROWS * 4 + 1, COLUMNS * 4 + 1), np.nan, "float32")
    scaled = kernels / abs(kernels).max(axis=(1, 2), keepdims=True)
    for index, kernel in enumerate(scaled):
        y, x = index // COLUMNS * 4 + 1, index % COLUMNS * 4 + 1
        picture[y:y + 3, x:x + 3] = kernel
    top.imshow(picture, cmap="RdBu", vmin=-1, vmax=1, interpolation="nearest")
    top.axis("off")
    histogram(bottom)
    figure.savefig(io.BytesIO(), dpi=200)
    plt.close(figure)
"""


def ours():
    text = subprocess.run([BENCHMARKS, "renderer", "--runs", "9"], check=True, capture_output=True, text=True).stdout
    return {m["name"]: m["medianMilliseconds"] for m in json.loads(text)["measurements"]}


def timed(body, runs):
    body()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        body()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def peak_megabytes(arguments):
    """The largest resident size of a process."""
    child = os.posix_spawn(arguments[0], arguments, dict(os.environ))
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        raise SystemExit(f"{arguments[0]} failed")
    return usage.ru_maxrss / 1024


def main():
    # First of all: a child begins with the memory of the process that starts it.
    target = "/tmp/kernelviz-compare.png"
    memory = peak_megabytes([KERNELVIZ, "render", "kernels", CHECKPOINT, "--layer", LAYER, "-o", target, "--force"])
    python = peak_megabytes([sys.executable, "-c", DRAW + "\nmosaic()"])
    many = peak_megabytes([sys.executable, "-c", DRAW + "\nsubplots()"])
    os.remove(target)
    space = {}
    exec(DRAW, space)
    first = ours()
    slow, fast = timed(space["subplots"], 3), timed(space["mosaic"], 9)
    second = ours()
    print(f"{'milliseconds':<48}{'median':>10}")
    for name in first:
        print(f"{name:<48}{min(first[name], second[name]):>10.1f}")
    print(f"{'matplotlib, one subplot a kernel':<48}{slow:>10.1f}\n{'matplotlib, one image':<48}{fast:>10.1f}")
    own = max(first["renderer/960 kernels, PNG at 200 dpi"], second["renderer/960 kernels, PNG at 200 dpi"])
    print(f"peak memory: kernelviz {memory:.0f} MB, matplotlib one image {python:.0f} MB, subplots {many:.0f} MB")
    print(f"kernelviz is {slow / own:.0f} times as fast as subplots, {fast / own:.1f} times as fast as one image")
    sys.exit(0 if slow / own >= 20 and fast / own > 1 and memory < python else 1)


main()
