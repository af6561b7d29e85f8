"""Fits the probability that a careful reader gives each label, and measures it on networks that took no part.

swift build --product Benchmarks
.build/debug/Benchmarks label-terms --shared ../shared > terms.csv
python Sources/Tools/Benchmarks/Peers/fit_labels.py terms.csv

A row of terms.csv is a kernel: who labelled it (set), its network, the readers' first choices, what the classifier says with
the layer's help (label), what the rubric's cut-offs alone say (rubric), and the terms as the classifier computes them. Rows
of the set "synthetic" have a label by construction; they anchor the textbook's kernels and are never measured on.

A softmax (other is the reference) with a quadratic penalty, one set of coefficients for 3x3 and one for larger kernels that
share a common part. Left out in turn: every network together with those trained from the same weights. Written:
Sources/Analysis/Classification/ReaderModel+Table.swift (fitted on everything) and Notebooks-out/labels/readers.json (what
was measured with each network left out, with intervals over 2,000 resamples of the networks). Nothing is drawn but these;
the seed is fixed.
"""
import csv
import json
import pathlib
import re
import sys

import numpy as np
import torch

LABELS = ["identity", "blur", "edge", "other"]
ODDS, PENALTY, ANNOTATOR, ANCHOR, BASE = 2.0, 1e-3, 0.5, 0.05, 11
LEAST_BUMP, CLEAR_DERIVATIVE, LEAST_DERIVATIVE = 0.74, 0.93, (0.52, 0.47)
CANCELLING_GAIN, CANCELLING_RATIO, DOMINANT_PEAK, LEAST_SECOND = 0.25, 1.05, 0.94, (0.60, 0.50)
# Networks trained from the same weights, by how their names begin.
RELATED = {
    "mobilenetv2_0.35": ("st_mbv2_0", "teachable_machine_mobilenet_v2_0", "mobilenetv2_0.35"),
    "mobilenetv1_0.25": ("st_ssd_mobilenet_v1_025", "st_mobilenet_v1_0", "mobilenetv1_0.25"),
}
ROOT = pathlib.Path(__file__).resolve().parents[4]
torch.set_num_threads(1)


def load(path):
    rows = [r for r in csv.DictReader(open(path)) if "zero" not in (r["first"], r["second"], r["label"])]
    number = sorted((k for k in rows[0] if re.fullmatch(r"t\d+", k)), key=lambda k: int(k[1:]))
    terms = np.array([[float(r[k]) for k in number] for r in rows])
    target = np.zeros((len(rows), 4))
    for target_row, r in zip(target, rows):
        readings = [r["first"]] + ([r["second"]] if r["second"] else [])
        for reading in readings:
            target_row[LABELS.index(reading)] += 1 / len(readings)
    def place(key):
        return np.array([LABELS.index(r[key]) if r[key] in LABELS else -1 for r in rows])
    column = lambda key: np.array([r[key] for r in rows])
    related = lambda name: next((k for k, starts in RELATED.items() if name.startswith(starts)), name)
    network = np.array([related(name) for name in column("network")])
    return dict(terms=terms, target=target, first=place("first"), second=place("second"), rubric=place("rubric"),
                size=column("size").astype(int), set=column("set"), network=network)


def design(terms, size):
    small = (size == 3)[:, None].astype(float)
    return np.hstack([terms, terms[:, :BASE] * small, small])


def fit(x, target, weight):
    mean, deviation = x.mean(0), x.std(0) + 1e-9
    z = torch.tensor((x - mean) / deviation)
    t, w = torch.tensor(target), torch.tensor(weight / weight.sum())
    slopes = torch.zeros(x.shape[1], 4, dtype=torch.float64, requires_grad=True)
    levels = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([slopes, levels], max_iter=300, line_search_fn="strong_wolfe", tolerance_grad=1e-7)
    def loss():
        optimiser.zero_grad()
        value = -(w[:, None] * t * torch.log_softmax(z @ slopes + levels, 1)).sum() + PENALTY * (slopes**2).sum()
        value.backward()
        return value
    optimiser.step(loss)
    s = slopes.detach().numpy() / deviation[:, None]
    l = levels.detach().numpy() - mean @ s
    return s - s[:, 3:], l - l[3]


def probabilities(x, model):
    z = x @ model[0] + model[1]
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def labels(p, rubric, terms, size):
    """The rubric's label, or the readers' where it is ODDS times as probable; a rough kernel is no blur, an
    irregular one no edge, a clear derivative or a centre that its surround cancels no identity, whatever readers of other
    kernels would say."""
    own, best = p[np.arange(len(p)), rubric], p.argmax(1)
    second, peak = terms[:, 2], terms[:, 4]
    cancelled = (terms[:, 5] <= CANCELLING_GAIN) & (peak <= DOMINANT_PEAK) & (second >= CANCELLING_RATIO * peak)
    cancelled &= (second >= np.where(size == 3, *LEAST_SECOND)) & (terms[:, 20] == 0)
    barred = (best == 1) & (size == 3) & (terms[:, 0] < LEAST_BUMP)
    barred |= (best == 0) & (rubric == 2) & ((second >= CLEAR_DERIVATIVE) | cancelled)
    barred |= (best == 2) & (terms[:, 3] < np.where(size == 3, *LEAST_DERIVATIVE))
    return np.where((p.max(1) >= ODDS * own) & ~barred, best, rubric)


def confidence(p, found, rubric, agreement):
    """How probable the label is, its odds times `agreement` where readers and rubric lead to the same."""
    own = p[np.arange(len(p)), found]
    factor = np.where(found == rubric, agreement, 1.0)
    return own * factor / (1 + own * (factor - 1))


def fit_agreement(p, found, rubric, target):
    agreed = target[np.arange(len(p)), found]
    def loss(factor):
        c = np.clip(confidence(p, found, rubric, factor), 1e-6, 1 - 1e-6)
        return -(agreed * np.log(c) + (1 - agreed) * np.log(1 - c)).mean()
    return float(min(np.round(np.arange(1, 5.01, 0.1), 1), key=loss))


def kappa(a, b):
    agreement = np.mean(a == b)
    chance = sum(np.mean(a == k) * np.mean(b == k) for k in range(4))
    return (agreement - chance) / (1 - chance)


def interval(d, mask, measure):
    networks = np.unique(d["network"][mask])
    places = {k: np.flatnonzero(mask & (d["network"] == k)) for k in networks}
    generator = np.random.default_rng(0)
    drawn = [measure(np.concatenate([places[k] for k in generator.choice(networks, len(networks))])) for _ in range(2000)]
    return [round(float(v), 3) for v in np.nanpercentile(drawn, [2.5, 97.5])]


def calibration(confidence, agreed):
    bins = np.minimum((confidence * 10).astype(int), 9)
    diagram = [dict(predicted=round(float(confidence[bins == b].mean()), 3), agreed=round(float(agreed[bins == b].mean()), 3),
                    kernels=int((bins == b).sum())) for b in np.unique(bins)]
    error = sum(r["kernels"] * abs(r["predicted"] - r["agreed"]) for r in diagram) / len(bins)
    sure = confidence >= 0.9
    return dict(expectedCalibrationError=round(float(error), 4), diagram=diagram,
                precisionFrom90=round(float(agreed[sure].mean()), 4), shareFrom90=round(float(sure.mean()), 3))


def measure(d):
    x, real = design(d["terms"], d["size"]), d["set"] != "synthetic"
    weight = np.where(d["set"] == "synthetic", ANCHOR, np.where(d["set"] == "annotator", ANNOTATOR, 1.0))
    p = np.full((len(x), 4), np.nan)
    for name in np.unique(d["network"][real]):
        out = real & (d["network"] == name)
        p[out] = probabilities(x[out], fit(x[~out], d["target"][~out], weight[~out]))
    found = np.full(len(x), -1)
    found[real] = labels(p[real], d["rubric"][real], d["terms"][real], d["size"][real])
    report = {"leftOut": "each network with those trained from the same weights", "bySize": []}
    blind = real & (d["set"] != "annotator")
    for name, sizes in (("3×3", [3]), ("5×5", [5]), ("7×7", [7]), ("all", [3, 5, 7])):
        mask = blind & np.isin(d["size"], sizes)
        twice = mask & (d["second"] >= 0)
        agreed = twice & (d["first"] == d["second"])
        row = dict(size=name, kernels=int(mask.sum()), networks=len(np.unique(d["network"][mask])))
        for key, of, a, b in (("label", mask, "first", found), ("rubricAlone", mask, "first", d["rubric"]),
                              ("mostProbable", mask, "first", np.nan_to_num(p).argmax(1)),
                              ("labelWhereReadersAgree", agreed, "first", found),
                              ("rubricWhereReadersAgree", agreed, "first", d["rubric"]),
                              ("secondReader", twice, "first", d["second"])):
            if of.sum() >= 20:
                row[key] = dict(kappa=round(float(kappa(d[a][of], b[of])), 3),
                                interval=interval(d, of, lambda i: kappa(d[a][i], b[i])), kernels=int(of.sum()))
        report["bySize"].append(row)
    # The one factor is fitted without the network in turn as well.
    sure = np.zeros(len(x))
    part = lambda mask, factor: confidence(p[mask], found[mask], d["rubric"][mask], factor)
    learn = lambda mask: fit_agreement(p[mask], found[mask], d["rubric"][mask], d["target"][mask])
    for name in np.unique(d["network"][blind]):
        out = real & (d["network"] == name)
        sure[out] = part(out, learn(blind & ~out))
    agreement = learn(blind)
    report["agreement"] = agreement
    places = np.flatnonzero(blind)
    report["calibration"] = calibration(sure[places], d["target"][places, found[places]])
    model = fit(x, d["target"], weight)
    whole = probabilities(x, model)
    known = np.flatnonzero(~real)
    if len(known):
        report["syntheticKept"] = round(float(np.mean(labels(whole[known], d["rubric"][known], d["terms"][known], d["size"][known]) == d["first"][known])), 4)
    return report, (*model, agreement)


def table(model):
    slopes, levels, agreement = model
    terms = slopes.shape[0] - BASE - 1
    large = np.vstack([levels[:3], slopes[:terms, :3]])
    small = large.copy()
    small[0] += slopes[-1, :3]
    small[1:BASE + 1] += slopes[terms:terms + BASE, :3]
    text = "// Written by fit_labels.py (Sources/Tools/Benchmarks/Peers); not to be edited by hand.\n\nextension ReaderModel {\n"
    text += "    /// What readers' odds are multiplied by where they and the rubric lead to the same label.\n"
    text += f"    static let agreement: Float = {agreement}\n"
    for name, words, values in (("small", "3×3 kernels", small), ("large", "larger ones", large)):
        text += f"    /// Coefficients of {words}: identity, blur and edge of the constant, then of each term.\n"
        text += f"    static let {name}: [Float] = [\n"
        for row in values:
            text += "        " + " ".join(f"{float(np.float32(v)):.6g}," for v in row) + "\n"
        text += "    ]\n"
    return text + "}\n"


if __name__ == "__main__":
    data = load(sys.argv[1])
    result, fitted = measure(data)
    folder = ROOT / "Notebooks-out" / "labels"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "readers.json").write_text(json.dumps(result, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
    (ROOT / "Sources/Analysis/Classification/ReaderModel+Table.swift").write_text(table(fitted))
    print(json.dumps(result, indent=1, ensure_ascii=False))
