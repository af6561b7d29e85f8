"""Labels 3x3 kernels with full sub-labels in NumPy and with kernelviz, in the same run; prints kernels a second.

swift build -c release --product Benchmarks
python Sources/Tools/Benchmarks/Peers/compare_classify.py .build/release/Benchmarks [checkpoint.h5 ...]

The kernels are those of the checkpoints (every 3x3 convolution), repeated with slight noise until there are 400,000;
without checkpoints they are normal. NumPy computes the same features and decisions from the same tables: the label, the
shape, fits, margins, p-values, sigma, both axes, angles, offsets, polarity, spectral class, the two nearest labels, the
readers' probability with the second label (coefficients from ReaderModel+Table.swift) and the dead-kernel rule. Its matrix products use as many threads as OpenBLAS is given. It is timed twice: on whole arrays, as such code is
commonly written, and on blocks that fit into the second-level cache, the best that was found. kernelviz works on pieces of
4,096 kernels, each with a dead-kernel rule of its own, as a data set streams through. On two threads it is also compared with NumPy
in two processes, each with half of the kernels in blocks, started and waiting before the clock runs (leave OpenBLAS at one
thread for that). The labels of both are compared before anything is timed.
"""
import json
import multiprocessing
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

THREADS = os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import h5py  # noqa: E402
import numpy as np  # noqa: E402

BINARY, CHECKPOINTS = sys.argv[1], sys.argv[2:]
COUNT, BLOCK, ROUNDS = 400_000, 4096, 5
IDENTITY, BLUR, EDGE, ZERO, OTHER = range(5)
TABLE = pathlib.Path(__file__).resolve().parents[4] / "Sources/Analysis/Classification/ReaderModel+Table.swift"
Y, X = (np.mgrid[0:3, 0:3] - 1).reshape(2, 9).astype(np.float32)
SIGNS = np.array([(-1.0) ** (X + 1), (-1.0) ** (Y + 1), (-1.0) ** (X + Y)], np.float32)


class Tables:
    def __init__(self, path):
        with h5py.File(path) as file:
            get = lambda name: file[name][()]
            self.weights = {k: get(f"weights/{k}").reshape(-1, 9) for k in ("blur", "first", "second")}
            self.projected = {k: get(f"projected/{k}").reshape(-1, 9) for k in self.weights}
            self.kinds = {k: get(f"kinds/{k}") for k in self.weights}
            self.null = {k: get(f"null/{k}") for k in ("identity", "blur", "first", "second")}
            self.c = get("correlation").reshape(9, 9)
            self.widths = np.ascontiguousarray(get("widths").reshape(-1, 9).T)
            self.lenient, self.strict = get("cutOffs").reshape(2, 4)
            self.found = {k: get(f"found/{k}") for k in ("label", "shape", "fit", "sigma", "angle", "probability")}
        text = TABLE.read_text()
        self.agreement = np.float32(re.search(r"agreement: Float = ([\d.]+)", text)[1])
        numbers = re.search(r"let small: \[Float\] = \[(.*?)\]", text, re.S)[1]
        self.coefficients = np.array(re.findall(r"-?\d[\d.e+-]*", numbers), np.float32).reshape(-1, 3)
        self.ones = self.c.sum()
        half, steps = 1.0, self.widths.shape[1]
        self.log_start = np.log(0.35)
        self.log_step = (np.log(4 * half) - self.log_start) / (steps - 1)
        self.widest = 4.0
        terms = np.stack([np.ones(9), X, Y, X * X, X * Y, Y * Y], 1)
        self.terms, self.outer = terms, np.einsum("ci,cj->cij", terms, terms).reshape(9, 36)


def cancelled(cut, peak, gain, second, saddle):
    """Where a regular surround cancels the centre."""
    return (gain <= 0.25) & (peak <= 0.94) & (second >= np.float32(1.05) * peak) & (second >= cut) & ~saddle


def decide(t, cuts, peak, gain, delta, blur, first, second, saddle):
    """The order of decisions; see the documentation of the module Classification."""
    bump = (gain >= 0.8) & (blur >= 0.9)
    identity = (peak >= 0.7) & ((peak >= cuts[0]) | (~bump & (delta >= 0.9)))
    identity &= ~cancelled(cuts[3], peak, gain, second, saddle)
    least = np.where(gain >= 0.8, 0.75, np.where(gain >= 0.6, 0.75 + (0.8 - gain) * 0.5, np.inf))
    is_blur = (blur >= cuts[1]) & (blur >= least)
    is_edge = (gain <= 0.42) & ((first >= cuts[2]) | (second >= cuts[3]))
    return np.where(identity, IDENTITY, np.where(is_blur, BLUR, np.where(is_edge, EDGE, OTHER)))


def read(t, u, rubric, peak, gain, alternating, delta, fit, saddle, line, one_sided, energy):
    """What readers would say: the label, its probability, the second label and its probability (ReaderModel.swift)."""
    grid = u.reshape(-1, 3, 3)
    rough = ((grid[:, 1:] - grid[:, :-1]) ** 2).sum((1, 2)) + ((grid[:, :, 1:] - grid[:, :, :-1]) ** 2).sum((1, 2))
    positive = (np.maximum(u, 0) ** 2).sum(1) / energy
    second_cell = np.partition(np.abs(u), 7, 1)[:, 7]
    bump, first, second = fit["blur"], fit["first"], fit["second"]
    derivative = np.maximum(first, second)
    over = lambda x: np.maximum(0, x)
    terms = np.stack([
        bump, first, second, derivative, peak, gain, alternating, delta, rough / energy, np.minimum(positive, 1 - positive),
        second_cell, over(gain - 0.8), over(0.4 - gain), over(peak - 0.8), over(0.7 - peak), over(bump - 0.85),
        over(derivative - 0.8), peak * gain, bump * gain, derivative * (1 - gain), saddle, line, one_sided], 1)
    named = np.exp(np.clip(terms.astype(np.float32) @ t.coefficients[1:] + t.coefficients[0], -40, 40))
    p = np.concatenate([named, np.ones((len(u), 1), np.float32)], 1)
    p /= p.sum(1, keepdims=True)
    rows = np.arange(len(u))
    own = np.where(rubric == OTHER, 3, rubric)
    best, most = p.argmax(1), p.max(1)
    barred = ((best == BLUR) & (bump < 0.74)) | ((best == EDGE) & (derivative < 0.52))
    outline = (second >= 0.93) | cancelled(t.lenient[3], peak, gain, second, saddle)
    barred |= (best == IDENTITY) & (rubric == EDGE) & outline
    place = np.where((most >= 2 * p[rows, own]) & ~barred, best, own)
    plain = p[rows, place]
    factor = np.where(place == own, t.agreement, np.float32(1))
    whole = 1 + plain * (factor - 1)
    others = p.copy()
    others[rows, place] = -1
    next_at = others.argmax(1)
    near = others[rows, next_at] / whole
    next_at[near < 0.2], near[near < 0.2] = 3, 0
    return np.where(place == 3, OTHER, place), plain * factor / whole, next_at, near


def p_values(null, scores):
    return (1 + len(null) - np.searchsorted(null, scores)) / (1 + len(null))


def block(t, w):
    n = len(w)
    scale = np.abs(w).max(1)
    u = w / scale[:, None]
    a = np.abs(u)
    total, absolute, energy = u.sum(1), a.sum(1), (u * u).sum(1)
    peak_at = a.argmax(1)
    rows = np.arange(n)
    gain, peak = np.abs(total) / absolute, 1 / energy
    waves = np.abs(u @ SIGNS.T) / absolute[:, None]
    cu = u @ t.c
    output, ones = (cu * u).sum(1), cu.sum(1)
    centred = energy - total * total / 9
    shape_energy = np.where(centred > energy * 1e-5, centred, np.inf)
    fit, functional, at = {}, {}, {}
    for family in t.weights:
        scores = u @ t.weights[family].T
        scores *= scores
        at[family] = scores.argmax(1)
        fit[family] = np.minimum(1, scores[rows, at[family]] / (energy if family == "blur" else shape_energy))
        cross = (t.projected[family][at[family]] * u).sum(1)
        mean = total / 9
        base = output if family == "blur" else output + mean * (mean * t.ones - 2 * ones)
        with np.errstate(divide="ignore", invalid="ignore"):
            functional[family] = np.where(base > output * 1e-6, np.minimum(1, cross * cross / base), 0)
    delta = np.minimum(1, cu[rows, peak_at] ** 2 / output)
    saddle = t.kinds["second"][at["second"]] == 7
    rubric = decide(t, t.lenient, peak, gain, delta, fit["blur"], fit["first"], fit["second"], saddle)
    label, probability, second_label, second_probability = read(
        t, u, rubric, peak, gain, waves.max(1), delta, fit, saddle, t.kinds["second"][at["second"]] == 6,
        t.kinds["first"][at["first"]] == 4, energy)
    alone = decide(t, t.strict, peak, gain, delta, fit["blur"], fit["first"], fit["second"], saddle) == label
    edge_fit = np.maximum(functional["first"], functional["second"])
    fits = np.stack([delta, functional["blur"], edge_fit], 1)
    sign = np.where(total > 0, 1, -1).astype(np.float32)
    peak_weight = u[rows, peak_at]
    shape, fitted, p = np.zeros(n, np.int32), np.zeros(n, np.float32), np.ones(n)
    sigma, angle = np.full(n, np.nan), np.full(n, np.nan)
    polarity = np.zeros(n, np.int32)
    axes, offset = np.full((n, 2), np.nan), np.full((n, 2), np.nan)

    i = np.flatnonzero(label == IDENTITY)
    fitted[i], p[i] = delta[i], p_values(t.null["identity"], peak[i])
    offset[i, 0], offset[i, 1] = X[peak_at[i]], Y[peak_at[i]]
    rest = total[i] * np.sign(peak_weight[i]) - 1
    shape[i] = np.where(peak_at[i] != 4, 3, np.where(rest <= -0.2, 4, 2))
    polarity[i] = np.sign(peak_weight[i])

    i = np.flatnonzero(label == BLUR)
    v, s = u[i], sign[i]
    fitted[i], p[i], polarity[i] = functional["blur"][i], p_values(t.null["blur"], fit["blur"][i]), s
    scores = (v @ t.widths) ** 2
    best = scores.argmax(1)
    inner = np.clip(best, 1, scores.shape[1] - 2)
    k = np.arange(len(i))
    left, mid, right = scores[k, inner - 1], scores[k, inner], scores[k, inner + 1]
    curve = left - 2 * mid + right
    shift = np.where((curve < 0) & (best == inner), np.clip((left - right) / (2 * curve), -0.5, 0.5), 0)
    sigma[i] = np.exp(t.log_start + (best + shift) * t.log_step)
    positive = np.where(v * s[:, None] > 0, v * s[:, None], 0.01).astype(np.float64)
    weight = positive * positive
    normal = (weight @ t.outer).reshape(-1, 6, 6)
    side = (weight * np.log(positive)) @ t.terms
    beta = np.linalg.solve(normal, side[:, :, None])[:, :, 0]
    pxx, pxy, pyy = -2 * beta[:, 3], -beta[:, 4], -2 * beta[:, 5]
    middle, radius = (pxx + pyy) / 2, np.hypot((pxx - pyy) / 2, pxy)
    floor = 1 / t.widest**2
    is_bump = middle + radius > floor
    with np.errstate(invalid="ignore"):
        major = 1 / np.sqrt(np.maximum(middle - radius, floor))
        minor = 1 / np.sqrt(np.maximum(middle + radius, floor))
    ratio = np.where(is_bump, major / minor, 1)
    ring = v[:, 4] * s < 0.2 * (v[:, 1] + v[:, 3] + v[:, 5] + v[:, 7]) * s
    box = sigma[i] > 2.5
    # No width is told beyond three half widths.
    sigma[i[sigma[i] >= 3]] = np.nan
    shape[i] = np.where(ring, 8, np.where(box, 7, np.where(ratio > 1.5, 6, 5)))
    axes[i, 0], axes[i, 1] = major, minor
    direction = (0.5 * np.degrees(np.arctan2(2 * pxy, pxx - pyy)) + 90) % 180
    angle[i] = np.where(shape[i] == 6, direction, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        offset[i, 0], offset[i, 1] = v @ X / v.sum(1), v @ Y / v.sum(1)

    i = np.flatnonzero(label == EDGE)
    v = u[i]
    is_first = fit["first"][i] / t.lenient[2] >= fit["second"][i] / t.lenient[3]
    fitted[i] = np.where(is_first, functional["first"][i], functional["second"][i])
    p[i] = np.where(
        is_first, p_values(t.null["first"], fit["first"][i]), p_values(t.null["second"], fit["second"][i]))
    gradient = np.degrees(np.arctan2(v @ Y, v @ X)) % 360
    nearest = np.rint(gradient / 45).astype(int) % 4
    centre = v[:, 4]
    around = np.where(centre < 0, -1, 1)
    lying = (0.5 * np.degrees(np.arctan2(2 * (v @ (X * Y)) * around, (v @ (X * X) - v @ (Y * Y)) * around))) % 180
    one_sided = t.kinds["first"][at["first"][i]] == 4
    kind = t.kinds["second"][at["second"][i]]
    shape[i] = np.where(
        is_first, np.where(one_sided, 12, np.where(nearest == 0, 9, np.where(nearest == 2, 10, 11))),
        np.where(kind == 6, 14, np.where(kind == 7, 15, 13)))
    angle[i] = np.where(is_first, gradient, np.where(kind == 6, lying, np.nan))
    polarity[i] = np.where(is_first, 0, np.sign(centre))

    i = np.flatnonzero(label == OTHER)
    gate = np.where(gain[i] <= 0.42, 1, np.maximum(0, 1 - (gain[i] - 0.42)))
    scores = np.stack([
        peak[i] / t.lenient[0], np.minimum(1, gain[i] / 0.8) * fit["blur"][i] / t.lenient[1],
        gate * np.maximum(fit["first"][i] / t.lenient[2], fit["second"][i] / t.lenient[3])], 1)
    order = np.argsort(-scores, 1)
    near, next_near = fits[i, order[:, 0]], fits[i, order[:, 1]]
    fitted[i] = near
    alternating = waves[i].max(1)
    spectral = np.where(
        np.maximum(gain[i], alternating) <= 0.35, 17,
        np.where(gain[i] >= 2 * alternating, 16, np.where(alternating >= 2 * gain[i], 18, 19)))
    shape[i] = spectral
    margin = np.zeros(n)
    masked = fits.copy()
    named = label < ZERO
    masked[rows[named], label[named]] = 0
    margin[:] = fitted - masked.max(1)
    margin[i] = near - next_near
    spread = scale * np.sqrt(np.maximum(0, output))
    norm = scale * np.sqrt(energy)
    return (label, shape, fitted, sigma, angle, p, margin, polarity, axes, offset, alone, probability, second_label,
            second_probability, spread, norm)


def classify(t, w, length=BLOCK):
    parts = [block(t, w[start:start + length]) for start in range(0, len(w), length)]
    columns = [np.concatenate(part) for part in zip(*parts)]
    label, shape, spread, norm = columns[0], columns[1], columns[-2], columns[-1]
    live = spread > spread.max() * 1e-3
    relative, size = spread / np.median(spread[live]), norm / np.median(norm[live])
    zero = (relative < 0.02) | ((size < 0.05) & (relative < 0.2))
    label[zero] = ZERO
    if zero.any():
        gap = relative[zero].max() * 10 <= relative[~zero].min()
        shape[zero] = np.where(gap | (relative[zero] == 0), 0, 1)
    return columns


def kernels():
    generator = np.random.default_rng(1)
    found = []
    for path in CHECKPOINTS:
        with h5py.File(path) as file:
            def visit(_, item):
                if isinstance(item, h5py.Dataset) and item.ndim == 4 and item.shape[2:] == (3, 3):
                    found.append(item[()].reshape(-1, 9))
            file.visititems(visit)
    if not found:
        return generator.standard_normal((COUNT, 9)).astype(np.float32)
    all_kernels = np.concatenate(found)
    all_kernels = all_kernels[np.abs(all_kernels).max(1) > 1e-30]
    tiled = np.tile(all_kernels, (COUNT // len(all_kernels) + 1, 1))[:COUNT]
    noise = generator.standard_normal(tiled.shape) * np.linalg.norm(tiled, axis=1, keepdims=True) * 0.01
    return np.ascontiguousarray(generator.permutation(tiled + noise).astype(np.float32))


def worker(pipe, t, w):
    classify(t, w)
    pipe.send(None)
    while pipe.recv():
        classify(t, w)
        pipe.send(None)


class Pair:
    """Two processes that have half of the kernels each."""

    def __init__(self, t, w):
        context = multiprocessing.get_context("fork")
        self.pipes = []
        for half in (w[:len(w) // 2], w[len(w) // 2:]):
            ours, theirs = context.Pipe()
            context.Process(target=worker, args=(theirs, t, half), daemon=True).start()
            self.pipes.append(ours)
        for pipe in self.pipes:
            pipe.recv()

    def classify(self):
        for pipe in self.pipes:
            pipe.send(True)
        for pipe in self.pipes:
            pipe.recv()


with tempfile.TemporaryDirectory() as folder:
    path = str(pathlib.Path(folder) / "kernels.h5")
    w = kernels()
    with h5py.File(path, "w") as file:
        file.create_dataset("filters", data=w)

    def ours(runs):
        out = subprocess.run(
            [BINARY, "classifier", "--file", path, "--runs", str(runs)], capture_output=True, check=True, text=True)
        return [m["medianMilliseconds"] for m in json.loads(out.stdout)["measurements"]]

    ours(1)
    t = Tables(path + ".tables.h5")
    columns = classify(t, w)
    same = columns[0] == t.found["label"]
    print(f"labels that agree: {same.mean() * 100:.3f} % of {len(w):,}; "
          f"shapes {np.mean(columns[1][same] == t.found['shape'][same]) * 100:.3f} %")
    both = ~np.isnan(columns[3]) & ~np.isnan(t.found["sigma"])
    print(f"largest difference: fit {np.abs(columns[2] - t.found['fit'])[same & (columns[0] != ZERO)].max():.1e}, "
          f"sigma {np.abs(columns[3] - t.found['sigma'])[both].max():.1e} px")
    told = same & ~np.isnan(t.found["probability"])
    print(f"probability: {np.abs(columns[11] - t.found['probability'])[told].max():.1e} of {told.sum():,}, in thousandths "
          f"{np.abs(np.round(columns[11], 3) - t.found['probability'])[told].max():.1e}")
    shares = np.bincount(columns[0].astype(int), minlength=5) / len(w)
    print("shares: " + ", ".join(f"{k} {v * 100:.0f} %" for k, v in zip(("identity", "blur", "edge", "zero", "other"), shares)))
    pair = Pair(t, w)
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        classify(t, w)
        theirs = (time.perf_counter() - start) * 1e3
        start = time.perf_counter()
        classify(t, w, len(w))
        whole = (time.perf_counter() - start) * 1e3
        start = time.perf_counter()
        pair.classify()
        both = (time.perf_counter() - start) * 1e3
        rounds.append([theirs, whole, both] + ours(3))
    theirs, whole, both, one, two = (statistics.median(column) for column in zip(*rounds))
    rate = lambda milliseconds: len(w) / milliseconds * 1e3
    print(f"NumPy, {THREADS} BLAS thread(s): whole arrays {rate(whole):,.0f} kernels/s, blocks of {BLOCK} {rate(theirs):,.0f}; "
          f"two processes {rate(both):,.0f}")
    print(f"kernelviz, 1 thread: {rate(one):,.0f} kernels/s "
          f"({whole / one:.1f} times whole arrays, {theirs / one:.1f} times blocks)")
    print(f"kernelviz, 2 threads: {rate(two):,.0f} kernels/s "
          f"({theirs / two:.1f} times blocks, {both / two:.1f} times two processes)")
