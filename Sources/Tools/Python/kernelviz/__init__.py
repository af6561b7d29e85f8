"""kernelviz from Python: tables as pandas frames, figures in Jupyter.

The module starts the program ``kernelviz`` that its wheel carries (or the one that ``KERNELVIZ`` names, or the one on
``PATH``) and hands back what the program wrote::

    import kernelviz
    kernelviz.classify("net.h5")                  # one row a layer
    kernelviz.classify("net.h5", kernels=True)    # one row a kernel
    kernelviz.figure("net.h5", layer=3)           # drawn in a notebook
    kernelviz.derive("net.h5")                    # the derived VGNet as a dictionary

A failing command raises :class:`KernelVizError` with the program's sentence; its warnings become Python warnings.
"""

from ._figures import Figure, figure
from ._many import classify_many
from ._program import KernelVizError, program, run, version
from ._tables import classify, derive, inspect, read_csv, report

__all__ = [
    "Figure",
    "KernelVizError",
    "classify",
    "classify_many",
    "derive",
    "figure",
    "inspect",
    "program",
    "read_csv",
    "report",
    "run",
    "version",
]
