"""Starts the program and turns its exit status and stderr into exceptions and warnings."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from pathlib import Path


class KernelVizError(RuntimeError):
    """What the program said when it failed.

    Attributes:
        status: the exit status: 1 for bad input, 64 for a wrong command line, negative for a signal.
        command: the arguments, without the program.
    """

    def __init__(self, message: str, status: int, command: list[str]):
        super().__init__(message)
        self.status = status
        self.command = command

    def __reduce__(self):
        return (KernelVizError, (str(self), self.status, self.command))


def program() -> str:
    """The path of the program: ``$KERNELVIZ``, else the wheel's own, else the one on ``PATH``."""
    named = os.environ.get("KERNELVIZ")
    if named:
        if not os.access(named, os.X_OK):
            raise FileNotFoundError(f"KERNELVIZ names {named!r}, which is no program; set it to the path of kernelviz")
        return named
    own = Path(__file__).parent / "bin" / "kernelviz"
    if own.exists():
        return str(own)
    found = shutil.which("kernelviz")
    if found is None:
        raise FileNotFoundError("no program kernelviz in this package or on PATH; install the wheel, or set KERNELVIZ")
    return found


def run(*arguments: object, stdin: bytes | None = None) -> bytes:
    """Runs ``kernelviz ARGUMENTS…`` and returns its stdout.

    Raises:
        KernelVizError: the program failed; the message is its own.
    """
    command = [os.fspath(a) if isinstance(a, os.PathLike) else str(a) for a in arguments]
    done = subprocess.run(
        [program(), *command],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode != 0:
        text = said.removeprefix("kernelviz: error: ") or f"kernelviz ended with status {done.returncode}"
        raise KernelVizError(text, done.returncode, command)
    for line in said.splitlines():
        if "warning: " in line:
            warnings.warn(line.split("warning: ", 1)[1], stacklevel=3)
    return done.stdout


def version() -> str:
    """The program's version, commit and instruction sets, in one line."""
    return run("--version").decode().strip()
