"""Figures that show themselves in Jupyter."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from ._program import run
from ._tables import _options


class Figure:
    """A drawn figure; a notebook shows it, ``save`` writes it.

    Attributes:
        data: the bytes of the file.
        form: "svg", "png" or "pdf".
    """

    def __init__(self, data: bytes, form: str):
        self.data = data
        self.form = form

    def _repr_mimebundle_(self, include=None, exclude=None):
        import base64

        if self.form == "svg":
            return {"image/svg+xml": self.data.decode()}
        if self.form == "png":
            return {"image/png": base64.b64encode(self.data).decode()}
        return {"application/pdf": base64.b64encode(self.data).decode()}

    def save(self, path: str | os.PathLike) -> str:
        """Writes the file and returns its path."""
        Path(path).write_bytes(self.data)
        return os.fspath(path)

    def __repr__(self) -> str:
        return f"<kernelviz figure, {self.form}, {len(self.data):,} bytes>"


def figure(checkpoint: str | os.PathLike, kind: str = "kernels", form: str = "svg", **options: Any) -> Figure:
    """Draws a figure of a checkpoint: ``kernelviz render KIND CHECKPOINT --OPTION VALUE…``.

    Args:
        checkpoint: the file of weights.
        kind: the subcommand of ``render``: "kernels", "statistics", …
        form: "svg", "png" or "pdf".
        options: the subcommand's own: ``layer="conv_dw_1"``, ``width=85``.

    Raises:
        KernelVizError: the checkpoint cannot be read, or there is no such layer.
        ValueError: there is no such form.
    """
    if form not in ("svg", "png", "pdf"):
        raise ValueError(f"a figure is svg, png or pdf, not {form!r}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"figure.{form}"
        run("render", kind, checkpoint, *_options(options), "-o", path)
        return Figure(path.read_bytes(), form)
