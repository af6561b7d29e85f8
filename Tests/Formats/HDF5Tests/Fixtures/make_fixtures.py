"""Writes the small HDF5 files beside this script: python make_fixtures.py (h5py 3, NumPy)."""
import os
import pathlib

import h5py
import numpy as np

here = pathlib.Path(__file__).parent

with h5py.File(here / "kinds.h5", "w") as f:
    ramp = np.arange(6).reshape(2, 3) - 2
    for dtype in ["<f2", ">f4", "<f8", ">f8", "<i1", "<u2", ">i8"]:
        f.create_dataset("numbers/" + np.dtype(dtype).name + ("_be" if dtype[0] == ">" else ""),
                         data=np.abs(ramp).astype(dtype) if "u" in dtype else ramp.astype(dtype))
    f.create_dataset("numbers/gzip", data=ramp.astype("f4"), chunks=(1, 3), compression="gzip", shuffle=True)
    f.create_dataset("numbers/scalar", data=np.int64(7))
    f.create_dataset("numbers/empty", data=np.zeros((0, 3), "f4"))
    f.create_dataset("strings/fixed", data=np.array([b"ab", b"cde"]))
    f.create_dataset("strings/variable", data=["σ", ""], dtype=h5py.string_dtype())
    f.create_dataset("other/compound", data=np.zeros(2, [("a", "f4"), ("b", "i4")]))
    f.create_dataset("other/boolean", data=np.array([True, False]))
    f.attrs["fixed"] = np.bytes_("abc")
    f.attrs["fixed_list"] = np.array([b"conv1", b"bn"])
    f.attrs["variable"] = "σ = 1"
    f.attrs["variable_list"] = ["a", "bb", ""]
    f.attrs["integer"] = np.int32(-3)
    f.attrs["number"] = 0.25
    f.attrs["numbers"] = np.array([1.5, 2.5])
    f.attrs["no_names"] = np.array([], "f8")
    f.attrs["nothing"] = h5py.Empty("f4")
    f["links/soft"] = h5py.SoftLink("/numbers/float16")
    f["links/group"] = h5py.SoftLink("/strings")
    f["links/dangling"] = h5py.SoftLink("/nowhere")
    f["links/up"] = h5py.SoftLink("/links")
    f["links/hard"] = f["numbers/float64"]

with h5py.File(here / "creation_order.h5", "w", track_order=True) as f:
    for name in ["b10", "b2", "a"]:
        f[name] = np.float32(1)

with h5py.File(here / "name_order.h5", "w") as f:
    for name in ["b10", "b2", "a"]:
        f[name] = np.float32(1)

with h5py.File(here / "external_link.h5", "w") as f:
    f["inside"] = np.float32(1)
    f["net/outside"] = h5py.ExternalLink("kinds.h5", "/numbers/float64")

with h5py.File(here / "behind_soft_link.h5", "w") as f:
    f["inside"] = h5py.SoftLink("/zz/numbers/float64")
    f["zz"] = h5py.ExternalLink("kinds.h5", "/")

with h5py.File(here / "external_data.h5", "w") as f:
    f.create_dataset("elsewhere", (4,), "f4", external=[("make_fixtures.py", 0, 16)])

with h5py.File(here / "deep.h5", "w", libver="latest") as f:
    group = f
    for _ in range(120):
        group = group.create_group("g")

with h5py.File(here / "huge.h5", "w") as f:
    f.create_dataset("huge", (1 << 20, 1 << 20), "f4", chunks=(1, 1024))

# Repetitions with shuffle, chunks that do not get smaller and so are stored as they are, a scalar type of 8 bytes.
with h5py.File(here / "lzf.h5", "w") as f:
    f.create_dataset("shuffled", data=(np.arange(5000) % 7).astype("f4"), chunks=(900,), compression="lzf", shuffle=True)
    f.create_dataset("zeros", data=np.zeros(3000), chunks=(3000,), compression="lzf")
    noise = np.arange(1, 257, dtype="u8") ** 7 % 251
    f.create_dataset("noise", data=noise.astype("u1"), chunks=(64,), compression="lzf")

# A filter that nobody has.
path = here / "unknown_filter.h5"
with h5py.File(path, "w") as f:
    f.create_dataset("packed", data=np.zeros(1000, "f4"), chunks=(1000,), compression="lzf")
raw = path.read_bytes()
at = raw.index(b"lzf\0")
number = raw.rindex((32000).to_bytes(2, "little"), 0, at)
path.write_bytes(raw[:number] + (32099).to_bytes(2, "little") + raw[number + 2:at] + b"abc" + raw[at + 3:])

# Names in Latin-1, as old programs wrote them: of groups, data sets, attributes, and in a list of names.
with h5py.File(here / "latin1.h5", "w") as f:
    f[b"caf\xe9/na\xefve"] = np.arange(4, dtype="f4")
    f["plain/größe"] = np.arange(2, dtype="f4")
    f[b"caf\xe9"].attrs["names"] = np.array([b"na\xefve"])

# Left open by a program that ended: the marks of consistency in the file's head stay set.
if os.fork() == 0:
    f = h5py.File(here / "left_open.h5", "w", libver="latest")
    f["weight"] = np.zeros(4, "f4")
    f.flush()
    os._exit(0)
os.wait()

# No numbers: a compound and references, as Julia's JLD2 keeps its arrays of arrays.
with h5py.File(here / "no_numbers.jld2", "w") as f:
    f["weights"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
    f["refs"] = np.array([f["weights"].ref], dtype=h5py.ref_dtype)
