"""Many checkpoints: over the cores of this machine, or over a cluster where Ray runs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ._program import KernelVizError
from ._tables import classify


def _one(path: str, options: dict[str, Any]):
    """The frame of one checkpoint, or the sentence of its failure."""
    try:
        return classify(path, **options), None
    except KernelVizError as error:
        return None, {"checkpoint": path, "status": error.status, "error": str(error)}


def classify_many(paths: Iterable[str | os.PathLike], workers: int | None = None, ray: bool = False, **options: Any):
    """Classifies each checkpoint on its own: one frame of all rows, and one of those that failed.

    Rows keep the order of ``paths`` whatever finishes first, and each path gives its rows once.

    Args:
        paths: checkpoints; each is read by a process of its own.
        workers: how many at a time on this machine; all cores by default. Of no effect with Ray, which has its own.
        ray: hand the checkpoints to the Ray cluster that runs (``ray.init`` before). A task whose worker dies is run
            again, three times at most. The files and the wheel must lie at the same place on every machine.
        options: those of :func:`classify`.

    Returns:
        ``(rows, failed)``; ``failed`` has the columns checkpoint, status, error and is empty when all were read.
    """
    import pandas

    names = [os.fspath(p) for p in paths]
    if ray:
        import ray as cluster

        task = cluster.remote(max_retries=3)(_one)
        results = cluster.get([task.remote(name, options) for name in names])
    else:
        with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
            results = list(pool.map(lambda name: _one(name, options), names))
    frames = [frame for frame, _ in results if frame is not None]
    failed = [failure for _, failure in results if failure is not None]
    rows = pandas.concat(frames, ignore_index=True) if frames else pandas.DataFrame()
    return rows, pandas.DataFrame(failed, columns=["checkpoint", "status", "error"])
