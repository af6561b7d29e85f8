"""Writes small files as people's programs pickle them into objects/, with digests.json beside them.

python make_objects.py     (torch, numpy, joblib, omegaconf)

digests.json: for each file and tensor the shape and the SHA-256 of the float32 little-endian bytes in the file's own
axis order, as Python itself holds the numbers. Classes that only exist in other programs are made here under those
programs' names.
"""
import argparse
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import hashlib
import json
import pathlib
import pickle
import random
import sys
import types

import joblib
import numpy as np
import omegaconf
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent / "objects"
HERE.mkdir(exist_ok=True)
# A pickled module names the file of its class and quotes it: neither belongs into a fixture.
torch.serialization.get_source_lines_and_file = lambda *_: (["class Source:\n"], 1, "source.py")
digests = {}


def note(file, tensors):
    digests[file] = {
        name: {
            "shape": list(np.asarray(a).shape),
            "sha256": hashlib.sha256(np.ascontiguousarray(a).astype("<f4").tobytes()).hexdigest(),
        }
        for name, a in tensors.items()
    }


def numbers(state, prefix=""):
    return {prefix + k: v.detach().dequantize().to(torch.float64).numpy() for k, v in state.items()}


def foreign(module, name, bases=(object,), **members):
    """A class of another program."""
    parts = module.split(".")
    for index in range(len(parts)):
        sys.modules.setdefault(".".join(parts[: index + 1]), types.ModuleType(".".join(parts[: index + 1])))
    made = type(name, bases, dict(members, __module__=module, __qualname__=name))
    setattr(sys.modules[module], name, made)
    return made


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, stride=2, padding=1, groups=width, bias=False)
        self.bn = nn.BatchNorm2d(width, eps=1e-3)
        self.act = nn.ReLU6()
        self.register_buffer("grid", torch.arange(3.0), persistent=False)

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, dilation=1, bias=False), nn.BatchNorm2d(4), nn.ReLU())
        self.blocks = nn.ModuleList([Block(4), Block(4)])
        self.scale = nn.Parameter(torch.tensor([0.5]))
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean([2, 3])) * self.scale


torch.manual_seed(3)
random.seed(3)
net = Net()
net.train()(torch.randn(4, 3, 32, 32)).sum().backward()
optimizer = torch.optim.AdamW(net.parameters(), lr=0.01)
optimizer.step()
net.eval()
state = {k: v.clone() for k, v in net.state_dict().items()}
ema = {k: v * 0.5 if v.is_floating_point() else v for k, v in state.items()}
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)

# timm's train.py.
arguments = argparse.Namespace(model="tiny", lr=0.01, output=pathlib.PurePosixPath("/runs/1"), amp=True)
torch.save(
    {"epoch": 3, "arch": "tiny", "state_dict": state, "optimizer": optimizer.state_dict(), "version": 2,
     "args": arguments, "amp_scaler": {"scale": 65536.0, "growth": torch.tensor(2.0)}, "metric": np.float64(81.5),
     "state_dict_ema": ema}, HERE / "timm.pth.tar")
note("timm.pth.tar", numbers(state, "state_dict."))

# Lightning: settings of classes of its own, callbacks, loops, optimisers in lists.
AttributeDict = foreign("lightning_fabric.utilities.data", "AttributeDict", (dict,))


class Stage(enum.Enum):
    TRAIN = "train"


Stage.__module__ = "lightning.pytorch.trainer.states"
foreign("lightning.pytorch.trainer.states", "Unused")
sys.modules["lightning.pytorch.trainer.states"].Stage = Stage
torch.save(
    {"epoch": 1, "global_step": 20, "pytorch-lightning_version": "2.4.0",
     "state_dict": {"model." + k: v for k, v in state.items()},
     "loops": {"fit_loop": {"state_dict": {}, "best": torch.tensor(0.25)}},
     "callbacks": {"ModelCheckpoint{'monitor': 'loss'}": {"best_model_score": torch.tensor(0.5),
                                                          "dirpath": pathlib.PurePosixPath("/runs")}},
     "optimizer_states": [optimizer.state_dict()], "lr_schedulers": [scheduler.state_dict()],
     "hparams_name": "kwargs",
     "hyper_parameters": AttributeDict(lr=0.1, stage=Stage.TRAIN, config=omegaconf.OmegaConf.create(
         {"model": {"name": "tiny", "widths": [4, 4]}}))},
    HERE / "lightning.ckpt")
note("lightning.ckpt", numbers(state, "state_dict.model."))

# torchvision's references: an averaged model, a scaler, everything at the top.
averaged = torch.optim.swa_utils.AveragedModel(net)
torch.save(
    {"model": state, "optimizer": optimizer.state_dict(), "lr_scheduler": scheduler.state_dict(), "epoch": 2,
     "args": arguments, "model_ema": averaged.state_dict(), "scaler": {"scale": 2.0}}, HERE / "reference.pth")
note("reference.pth", numbers(state, "model."))


# A plain loop that saves whatever it has, before 1.6's format: classes, enumerations, dates, partial functions.
@dataclasses.dataclass
class Config:
    width: int
    when: datetime.datetime


class Slots:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a, self.b = 1, "b"


class WithKeywords:
    def __new__(cls, *, size):
        made = super().__new__(cls)
        made.size = size
        return made

    def __getnewargs_ex__(self):
        return (), {"size": self.size}


Point = collections.namedtuple("Point", "x y")
history = collections.defaultdict(list)
history["loss"] += [0.5, 0.25]
for name, legacy in [("loop.pth", False), ("loop_legacy.pth", True)]:
    torch.save(
        {"weights": state, "config": Config(4, datetime.datetime(2020, 1, 2, 3)), "slots": Slots(),
         "keywords": WithKeywords(size=3), "point": Point(1, 2), "history": history,
         "counter": collections.Counter("hello"), "queue": collections.deque([1, 2], maxlen=5),
         "partial": functools.partial(nn.init.normal_, std=0.1), "set": {1, "two"}, "frozen": frozenset([3]),
         "fraction": fractions.Fraction(1, 3), "decimal": decimal.Decimal("1.5"), "device": torch.device("cpu"),
         "dtype": torch.float16, "size": torch.Size([1, 2]), "when": datetime.timedelta(hours=2),
         "path": pathlib.PurePosixPath("/a/b"), "numpy_type": np.dtype("float32"), "mean": np.float32(0.5),
         "range": range(3), "complex": 1 + 2j, "bytes": bytearray(b"abc"), "ordered": collections.OrderedDict(a=1),
         "optim": {"nested": {"deeper": optimizer.state_dict()}}, "trainer": {"adam": optimizer.state_dict()},
         "optimizer_object": optimizer, "scheduler_object": scheduler, "generator": random.Random(1).getstate(),
         "torch_rng_state": torch.get_rng_state()[:64], "rng_state": {"numpy": np.random.RandomState(1).get_state()},
         "class_weights": np.array([0.25, 0.75])},
        HERE / name, _use_new_zipfile_serialization=not legacy)
    note(name, {**numbers(state, "weights."), "class_weights": np.array([0.25, 0.75])})

# Whole models.
torch.save({"epoch": 4, "model": net, "ema": None}, HERE / "whole.pt")
note("whole.pt", numbers(state, "model."))
torch.save(net, HERE / "whole_legacy.pt", _use_new_zipfile_serialization=False)
note("whole_legacy.pt", numbers(state))
torch.jit.save(torch.jit.script(net), HERE / "script.pt")
note("script.pt", {**numbers(state), **{f"blocks.{i}.grid": np.arange(3.0) for i in range(2)}})
frozen = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval()
torch.jit.save(torch.jit.freeze(torch.jit.script(frozen)), HERE / "script_frozen.pt")
note("script_frozen.pt", {"0": numbers(frozen.state_dict())["0.weight"], "1": numbers(frozen.state_dict())["0.bias"]})
torch.jit.script(frozen)._save_for_lite_interpreter(str(HERE / "mobile.ptl"))
note("mobile.ptl", numbers(frozen.state_dict()))

# Quantised tensors.
weight = state["stem.0.weight"]
quantised = {
    "tensor": torch.quantize_per_tensor(weight, 0.01, 3, torch.qint8),
    "channels": torch.quantize_per_channel(
        weight, torch.tensor([0.01, 0.02, 0.03, 0.04]), torch.tensor([0, 1, 2, 3]), 0, torch.qint8),
    "unsigned": torch.quantize_per_tensor(weight, 0.01, 128, torch.quint8),
}
torch.save(quantised, HERE / "quantised.pth")
note("quantised.pth", numbers(quantised))

# NumPy's arrays by pickle, of every protocol; big-endian and column-major ones.
kernel = np.arange(3 * 3 * 4 * 8, dtype=np.float32).reshape(3, 3, 4, 8) / 7
arrays = {
    "conv": {"weights": kernel, "biases": np.arange(8, dtype=">f4"), "turned": np.asfortranarray(np.eye(3)[:2])},
    "count": np.int64(3), "names": np.array(["a", "b"]), "half": np.array([0.5, 2], np.float16),
}
expected = {"conv.weights": kernel, "conv.biases": np.arange(8), "conv.turned": np.eye(3)[:2], "half": [0.5, 2]}
for protocol in [0, 1, 2, 4, 5]:
    (HERE / f"arrays_{protocol}.pkl").write_bytes(pickle.dumps(arrays, protocol))
    note(f"arrays_{protocol}.pkl", expected)
(HERE / "list.pkl").write_bytes(pickle.dumps([kernel, np.ones(8)], 2))
note("list.pkl", {"0": kernel, "1": np.ones(8)})
(HERE / "tensors.pkl").write_bytes(pickle.dumps({"w": weight, "b": torch.arange(4)}))
note("tensors.pkl", numbers({"w": weight, "b": torch.arange(4)}))
joblib.dump(arrays, HERE / "joblib.pkl", compress=0)
digests["joblib.pkl"] = digests["arrays_4.pkl"]
np.save(HERE / "objects.npy", {"conv": {"weights": kernel, "biases": np.zeros(8)}}, allow_pickle=True)
note("objects.npy", {"conv.weights": kernel, "conv.biases": np.zeros(8)})
np.savez(HERE / "objects.npz", plain=np.ones((2, 2)), params={"conv": {"w": kernel}}, text=np.array(["a"]))
note("objects.npz", {"plain": np.ones((2, 2)), "params.conv.w": kernel})
(HERE / "paddle.pdparams").write_bytes(
    pickle.dumps({"conv.weight": kernel, "StructuredToParameterName@@": {"conv.weight": "conv2d_0.w_0"}}, 4))
note("paddle.pdparams", {"conv.weight": kernel})

(HERE / "digests.json").write_text(json.dumps(digests, indent=1, sort_keys=True) + "\n")
