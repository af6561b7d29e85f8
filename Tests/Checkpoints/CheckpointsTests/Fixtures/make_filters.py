"""Writes filters_gzip.h5: a list of kernels as CNN Filter DB has it, packed and in chunks, with its table of layers.

python make_filters.py        (numpy 2, h5py 3)

Kernel i has the weights i + c/16 for its cells c = 0...8. The table is laid out as pandas writes one ("fixed" format): the
names of its columns, and a pickled array of objects.
"""
import pathlib
import pickle

import h5py
import numpy as np

COUNT, CHUNK = 1000, 64
LAYERS = [(0, 23), (24, 99), (100, 999)]
here = pathlib.Path(__file__).parent
weights = (np.arange(COUNT)[:, None] + np.arange(9)[None, :] / 16).astype(np.float32)
with h5py.File(here / "filters_gzip.h5", "w") as file:
    file.create_dataset("filters", data=weights, chunks=(CHUNK, 9), compression="gzip", compression_opts=9, shuffle=True)
    meta = file.create_group("meta")
    meta.create_dataset("block0_items", data=np.array([b"filter_ids"]))
    table = pickle.dumps(np.array([[f"{a}:{b}" for a, b in LAYERS]], dtype=object).T)
    values = meta.create_dataset("block0_values", shape=(1,), dtype=h5py.vlen_dtype(np.uint8))
    values[0] = np.frombuffer(table, np.uint8)
