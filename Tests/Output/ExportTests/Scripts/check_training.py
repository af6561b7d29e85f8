"""Trains an exported PyTorch project on a tiny folder of images and checks what comes out.

    check_training.py PROJECT WORK

WORK gets the images, the runs and `trained.h5`: trained weights with an input and the logits that PyTorch gives for
it. Runs: two processes under torchrun (gloo); one process from the project's own weights.safetensors; the same,
stopped half-way and resumed, which must give the same weights bit for bit. Exits 1 where something fails.

Needs: numpy h5py pillow torch torchvision safetensors.
"""

import contextlib
import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file

project, work = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
sys.path.insert(0, str(project))
import train  # noqa: E402
from model import VGNet, load_config, load_weights  # noqa: E402

config = load_config()
CLASSES = ["blue", "green", "red"]
OPTIONS = ["--data", str(work / "data"), "--batch", "8", "--lr", "0.05", "--warmup-epochs", "1", "--workers", "0"]
INIT = ["--init", str(project / "weights.safetensors"), "--label-smoothing", "0"]


def make_images():
    """Colours that a network tells apart: 8 images a class to train on, 3 to validate on, of varying sizes."""
    random = np.random.default_rng(0)
    for part, count in (("train", 8), ("val", 3)):
        for number, name in enumerate(CLASSES):
            folder = work / "data" / part / name
            folder.mkdir(parents=True)
            for index in range(count):
                pixels = random.integers(0, 120, (40 + index, 36, 3), dtype=np.uint8)
                pixels[:, :, 2 - number] += 120
                Image.fromarray(pixels).save(folder / f"{index}.png")


def launch(out, epochs):
    """Trains in two processes."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    command += [str(project / "train.py"), *OPTIONS, "--out", str(work / out), "--epochs", str(epochs)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def run(out, epochs, *options):
    """Trains or evaluates in this process; gives what is printed."""
    sys.argv = ["train.py", *OPTIONS, "--out", str(work / out), "--epochs", str(epochs), *options]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        train.main()
    return printed.getvalue()


def log(out):
    with open(work / out / "log.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def check_two_processes():
    output = launch("two", 2)
    assert output.count("epoch ") == 2 and "top-1" in output, output
    rows = log("two")
    assert [row["epoch"] for row in rows] == ["1", "2"], rows
    # 24 images in batches of 8: 3 steps an epoch. The last step of the warm-up has the full rate, the last one of the
    # cosine the least: 1e-6 + (0.05 - 1e-6)(1 + cos π)/2.
    assert [float(row["lr"]) for row in rows] == [0.05, 1e-6], rows
    assert all(0 < float(row["train_loss"]) < 3 for row in rows), rows


class Stop(Exception):
    """Ends a run from outside."""


def check_resume():
    run("whole", 8, *INIT)
    # From the exported weights the network learns to tell the colours apart.
    losses = [float(row["train_loss"]) for row in log("whole")]
    assert losses[-1] < 0.5 * losses[0], losses

    save = train.save_log

    def stop(out, history, is_validated):
        save(out, history, is_validated)
        if len(history) == 3:
            raise Stop

    train.save_log = stop
    with contextlib.suppress(Stop):
        run("stopped", 8, *INIT)
    train.save_log = save
    assert len(log("stopped")) == 3
    run("stopped", 8, *INIT, "--resume")
    for kind in ("train_loss", "val_top1", "lr"):
        assert [row[kind] for row in log("stopped")] == [row[kind] for row in log("whole")], kind
    first, second = (load_file(work / out / "weights.safetensors") for out in ("stopped", "whole"))
    assert first.keys() == second.keys()
    for name in first:
        assert torch.equal(first[name], second[name]), f"{name} differs after a resume"

    output = run("whole", 8, "--init", str(work / "whole" / "weights.pth"), "--evaluate")
    assert output.startswith(f"top-1 {float(log('whole')[-1]['val_top1']):.4f} "), output


def check_errors():
    missing = work / "nowhere" / "val"
    cases = [
        (["--data", str(work / "nowhere")], f"{missing} is not a folder; expected val/CLASS/*.jpg below --data"),
        (["--batch", "32"], "24 training images are less than one batch of 32"),
        (["--evaluate"], "--evaluate needs --init"),
    ]
    for options, expected in cases:
        try:
            run("errors", 1, *options)
        except SystemExit as stop:
            assert stop.code == f"train.py: error: {expected}", stop.code
        else:
            raise AssertionError(f"no error for {options}")


def write_result():
    path = work / "two" / "weights.safetensors"
    with safe_open(path, "np") as file:
        metadata = file.metadata()
    assert json.loads(metadata["config"]) == config, metadata
    assert json.loads(metadata["class_names"]) == CLASSES, metadata
    weights = load_file(path)
    pth = torch.load(work / "two" / "weights.pth", weights_only=True)
    assert weights.keys() == pth.keys() and all(torch.equal(weights[k], pth[k]) for k in weights)

    net = VGNet(config)
    load_weights(net, path)
    size = config["input_size"]
    image = torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        logits = net.eval()(image)
    with h5py.File(work / "trained.h5", "w") as file:
        for name, tensor in weights.items():
            file[f"weights/{name.replace('.', '/')}"] = tensor.numpy()
        file["input"], file["logits"] = image.numpy(), logits.numpy()


make_images()
check_two_processes()
check_resume()
check_errors()
write_result()
print("trained, resumed and read back")
