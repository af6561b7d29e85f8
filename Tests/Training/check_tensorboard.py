#!/usr/bin/env python3
"""Trains a tiny net, kills it, goes on, and reads the event files with TensorBoard's own reader.

check_tensorboard.py BINARY FOLDER
"""

import csv
import io
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader

DESIGN = """name: mini
channels: [4, 8, 8, 8, 16]
blocks: [1, 2, 1, 1]
classes: 2
input_size: 8
thumbnail: true
"""
PLAN = """title: two
data: data
seeds: [1]
train: {epochs: 2, batch: 8, warmup: 0, crop: center}
nets:
  - {name: A, net: net.yaml}
"""
EPOCHS = 60
STEPS = 6


def make(folder: Path) -> None:
    """Two classes of noisy 8×8 pictures, 48 to learn from and 16 to test on."""
    random = numpy.random.default_rng(1)
    for split, count in (("train", 24), ("test", 8)):
        for label in range(2):
            place = folder / "data" / split / f"class{label}"
            place.mkdir(parents=True)
            for index in range(count):
                pixels = random.integers(0, 60, (8, 8, 3))
                pixels[4 * label : 4 * label + 4, :, 0] += 150
                Image.fromarray(pixels.astype(numpy.uint8)).save(place / f"{index}.png")
    (folder / "net.yaml").write_text(DESIGN)
    (folder / "plan.yaml").write_text(PLAN)


def read(folder: Path) -> EventAccumulator:
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0, "histograms": 0, "tensors": 0})
    events.Reload()
    return events


def check_records(folder: Path) -> int:
    """Every record of every file passes the reader's checksums; returns how many there are."""
    return sum(len(list(RawEventFileLoader(str(path)).Load())) for path in sorted(folder.iterdir()))


def check_training(binary: str, folder: Path) -> None:
    command = [binary, "train", "net.yaml", "--data", "data", "--out", "run", "--tensorboard", "events"]
    command += ["--epochs", str(EPOCHS), "--batch", "8", "--warmup", "1", "--crop", "center", "--resume"]
    kills = 0
    for delay in (0.4, 0.8):
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        kills += process.wait() != 0
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    # A second start finds nothing to do.
    before = check_records(folder / "events")
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    assert check_records(folder / "events") == before

    events = read(folder / "events")
    tags = events.Tags()
    log = list(csv.DictReader((folder / "run" / "log.csv").open()))
    assert len(log) == EPOCHS
    for tag, column in (("epoch/loss", "loss"), ("top1/training", "train_top1"), ("top1/test", "test_top1")):
        points = events.Scalars(tag)
        # Each epoch once, though some were begun or done twice.
        assert [point.step for point in points] == [STEPS * (epoch + 1) for epoch in range(EPOCHS)], tag
        for point, row in zip(points, log):
            assert abs(point.value - float(row[column])) < 1e-4, (tag, point, row[column])
    steps = [point.step for point in events.Scalars("batch/loss")]
    assert steps == sorted(set(steps)) and all(step % 10 == 0 for step in steps)

    images = [tag for tag in tags["images"] if tag.startswith("kernels/")]
    assert images, tags
    for tag in images:
        shown = events.Images(tag)
        assert [image.step for image in shown] == [STEPS * epoch for epoch in range(EPOCHS + 1)], tag
        picture = Image.open(io.BytesIO(shown[-1].encoded_image_string))
        assert picture.size == (shown[-1].width, shown[-1].height) and picture.mode == "RGB"
    weights = [tag for tag in tags["histograms"] if tag.startswith("weights/")]
    assert weights, tags
    for tag in weights:
        value = events.Histograms(tag)[-1].histogram_value
        assert sum(value.bucket) == value.num > 0
        assert value.bucket_limit == sorted(value.bucket_limit) and value.bucket_limit[-1] == value.max >= value.min
    check_numbers(events, folder / "run" / "checkpoint.h5", weights)
    print(f"training: {before} records of {kills + 1} starts, {len(images)} layers' kernels, {len(weights)} histograms")


def check_numbers(events: EventAccumulator, checkpoint: Path, tags: list[str]) -> None:
    """The last histograms are of the weights that the checkpoint has."""
    import h5py

    with h5py.File(checkpoint) as file:
        for tag in tags:
            numbers = numpy.asarray(file[tag.removeprefix("weights/")], dtype=numpy.float64)
            value = events.Histograms(tag)[-1].histogram_value
            assert value.num == numbers.size, tag
            assert numpy.allclose([value.min, value.max], [numbers.min(), numbers.max()]), tag
            assert numpy.isclose(value.sum, numbers.sum(), atol=1e-6), tag
            assert numpy.isclose(value.sum_squares, (numbers**2).sum()), tag


def check_sweep(binary: str, folder: Path) -> None:
    command = [binary, "sweep", "plan.yaml", "--out", "sweep", "--tensorboard", "logs"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    runs = sorted(path.parent.relative_to(folder / "logs") for path in (folder / "logs").rglob("events.*"))
    assert [str(run) for run in runs] == ["a/seed-1"], runs
    assert [point.step for point in read(folder / "logs/a/seed-1").Scalars("epoch/loss")] == [STEPS, 2 * STEPS]
    jobs = subprocess.run(
        [binary, "sweep", "plan.yaml", "--out", "other", "--tensorboard", "logs", "--print-jobs"],
        cwd=folder, check=True, capture_output=True, text=True,
    ).stdout
    assert f"--tensorboard {folder / 'logs/a/seed-1'}" in jobs, jobs
    print("sweep: a folder of events for each training")


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: check_tensorboard.py BINARY FOLDER")
    folder = Path(sys.argv[2]).resolve()
    make(folder)
    check_training(sys.argv[1], folder)
    check_sweep(sys.argv[1], folder)


if __name__ == "__main__":
    main()
