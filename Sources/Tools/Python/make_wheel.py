#!/usr/bin/env python3
"""Makes a wheel that carries the program, as ruff's and uv's do: make_wheel.py BINARY FOLDER.

Needs nothing but Python's own library. Dates are fixed, so that the same binary gives the same bytes.
"""

import base64
import hashlib
import platform
import re
import subprocess
import sys
import zipfile
from pathlib import Path

here = Path(__file__).parent

METADATA = """Metadata-Version: 2.1
Name: kernelviz
Version: {version}
Summary: Looks inside convolutional networks and designs better ones from what it sees
Requires-Python: >=3.9
Requires-Dist: pandas>=1.5
Provides-Extra: ray
Requires-Dist: ray; extra == "ray"
Requires-External: libhdf5, libcairo2, libpng, libturbojpeg, libzip (the Debian packages that the README lists)
Description-Content-Type: text/markdown

{description}"""

WHEEL = """Wheel-Version: 1.0
Generator: kernelviz
Root-Is-Purelib: false
Tag: py3-none-linux_{machine}
"""


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: make_wheel.py BINARY FOLDER")
    binary, folder = Path(sys.argv[1]), Path(sys.argv[2])
    said = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"(\d+\.\d+\.\d+)", said)
    if found is None:
        sys.exit(f"{binary} --version says no version: {said!r}")
    version, machine = found[1], platform.machine()
    info = f"kernelviz-{version}.dist-info"
    description = (here / "README.md").read_text()
    entries: list[tuple[str, bytes, int]] = []
    for source in sorted((here / "kernelviz").glob("*.py")):
        entries.append((f"kernelviz/{source.name}", source.read_bytes(), 0o644))
    entries.append(("kernelviz/bin/kernelviz", binary.read_bytes(), 0o755))
    entries.append((f"kernelviz-{version}.data/scripts/kernelviz", LAUNCHER, 0o755))
    entries.append((f"{info}/METADATA", METADATA.format(version=version, description=description).encode(), 0o644))
    entries.append((f"{info}/WHEEL", WHEEL.format(machine=machine).encode(), 0o644))
    record = [f"{name},sha256={digest(data)},{len(data)}" for name, data, _ in entries] + [f"{info}/RECORD,,"]
    entries.append((f"{info}/RECORD", ("\n".join(record) + "\n").encode(), 0o644))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"kernelviz-{version}-py3-none-linux_{machine}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data, mode in entries:
            entry = zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)
    print(path)


# The command in the environment's bin folder: hands over to the program that the package carries.
LAUNCHER = b"""#!python
import os, sys
import kernelviz
program = kernelviz.program()
os.execv(program, [program, *sys.argv[1:]])
"""


def digest(data: bytes) -> str:
    """As RECORD wants it: URL-safe base64 of the SHA-256, without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    main()
