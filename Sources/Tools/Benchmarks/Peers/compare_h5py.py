"""Reads 100 MB in 300 data sets, plain and gzip, with h5py and with kernelviz in the same run; prints the ratios.

swift build -c release --product Benchmarks
python Sources/Tools/Benchmarks/Peers/compare_h5py.py .build/release/Benchmarks

A ratio of 1 is h5py's speed; 2 is twice as fast. Both open the file and read every data set as float32.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

BINARY, ROUNDS = sys.argv[1], 5


def read_h5py(path):
    with h5py.File(path) as file:
        def visit(_, item):
            if isinstance(item, h5py.Dataset):
                item[()]
        file.visititems(visit)


def median_ms(body, runs=7):
    times = []
    for run in range(runs + 2):
        start = time.perf_counter()
        body()
        if run > 1:
            times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


with tempfile.TemporaryDirectory() as folder:
    generator = np.random.default_rng(1)
    for kind, options in [("plain", {}), ("gzip", {"compression": "gzip", "compression_opts": 4, "shuffle": True})]:
        path = pathlib.Path(folder) / f"{kind}.h5"
        with h5py.File(path, "w") as file:
            for index in range(300):
                shape = (9259, 1, 3, 3)
                file.create_dataset(
                    f"layer{index}/weight", data=generator.standard_normal(shape).astype("float32") * 0.05, **options)
        rounds = []
        for _ in range(ROUNDS):
            theirs = median_ms(lambda: read_h5py(path), 5 if kind == "gzip" else 9)
            runs = "5" if kind == "gzip" else "9"
            out = subprocess.run([BINARY, "reader", "--file", path, "--runs", runs], capture_output=True, check=True)
            ours = {m["name"].split("/")[-1]: m["medianMilliseconds"] for m in json.loads(out.stdout)["measurements"]}
            rounds.append((theirs, ours["in-process"], ours["isolated"]))
        theirs, inside, isolated = (statistics.median(column) for column in zip(*rounds))
        print(
            f"{kind}: h5py {theirs:.1f} ms; in-process {inside:.1f} ms (ratio {theirs / inside:.2f}); "
            f"isolated {isolated:.1f} ms (ratio {theirs / isolated:.2f})")
