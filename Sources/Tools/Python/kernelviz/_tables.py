"""Tables as pandas frames."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from typing import Any

from ._program import run

Paths = "str | os.PathLike | Sequence[str | os.PathLike]"


def _paths(checkpoints: Any) -> list:
    return [checkpoints] if isinstance(checkpoints, (str, os.PathLike)) else list(checkpoints)


def _options(options: dict[str, Any]) -> list[str]:
    """``input_size=64`` → ``--input-size 64``; True stands for a flag, False and None for nothing, a list repeats."""
    words: list[str] = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if item is True:
                words.append(flag)
            elif item is not None and item is not False:
                words += [flag, os.fspath(item) if isinstance(item, os.PathLike) else str(item)]
    return words


def read_csv(text: bytes):
    """A frame of CSV that the program wrote. Layers and families may be called ``nan`` or ``None``: they stay text."""
    import pandas

    return pandas.read_csv(io.BytesIO(text), keep_default_na=False, na_values=[""])


def classify(checkpoints: Paths, kernels: bool = False, **options: Any):
    """Labels every N×N kernel: a frame with one row a layer, or a kernel.

    Args:
        checkpoints: a file, a folder, or several.
        kernels: one row a kernel (label, shape, σ in pixels, DC gain, …) instead of one a layer (counts, shares with their
            95 % intervals ``*_low`` and ``*_high``, medians).
        options: the command's own: ``alpha=0.01``, ``rho=0.5``, ``strides="file"``.

    Raises:
        KernelVizError: a checkpoint cannot be read.
    """
    return read_csv(run("classify", *_paths(checkpoints), *_options({"kernels": kernels, **options}), "--format", "csv"))


def inspect(checkpoint: str | os.PathLike) -> dict:
    """What a file holds: format, family, layers, tensors, and what is assumed of it."""
    return json.loads(run("weights", "inspect", checkpoint, "--format", "json"))


def derive(checkpoints: Paths, **options: Any) -> dict:
    """The VGNet that the kernels lead to, as a dictionary: the config, its cost, and the evidence of each field.

    Args:
        checkpoints: files to derive from.
        options: the command's own: ``budget="1.5M"``, ``macs="100M"``, ``latency=3``.
    """
    return json.loads(run("derive", *_paths(checkpoints), *_options(options), "--format", "json"))


def report(checkpoints: Paths, output: str | os.PathLike, **options: Any) -> str:
    """Writes the HTML page on networks to ``output`` and returns its path."""
    run("report", *_paths(checkpoints), *_options(options), "-o", output)
    return os.fspath(output)
