"""Writes hostile/: files that are valid to their library and harmful to a careless reader. (h5py, numpy, torch)"""
import io
import pathlib
import struct
import zipfile

import h5py
import numpy as np
import torch

HERE = pathlib.Path(__file__).parent / "hostile"
HERE.mkdir(exist_ok=True)

with h5py.File(HERE / "cyclic_links.h5", "w") as file:
    a = file.create_group("a")
    a["weight"] = np.arange(9, dtype="float32").reshape(1, 1, 3, 3)
    a["self"] = a
    a["root"] = file["/"]
    file["b"] = h5py.SoftLink("/c")
    file["c"] = h5py.SoftLink("/b")

# 256 MB of zeros pack into 250 KB; here the directory claims 64 GB for them.
header = io.BytesIO()
np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (1 << 34,)})
with zipfile.ZipFile(HERE / "bomb.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    archive.writestr("weight.npy", header.getvalue() + bytes(1 << 20))
raw = bytearray((HERE / "bomb.npz").read_bytes())
central = raw.rfind(b"PK\x01\x02")
struct.pack_into("<I", raw, central + 24, 0xFFFFFFF0)
(HERE / "bomb.npz").write_bytes(raw)

# 300 tensors that are the same 9 MB of zeros, packed into 9 KB: 2.7 GB for whoever reads all of them.
storage = torch.zeros(250_000, 1, 3, 3)
saved = io.BytesIO()
torch.save({f"features.{index}.weight": storage for index in range(300)}, saved)
with zipfile.ZipFile(saved) as plain, zipfile.ZipFile(HERE / "views.pth", "w") as packed:
    for name in plain.namelist():
        packed.writestr(zipfile.ZipInfo(name), plain.read(name), zipfile.ZIP_DEFLATED, 9)
