#!/usr/bin/env python3
"""Replaces labels by templates in several networks, and writes the section "Replaced labels in five networks" of ../labels.md.

    Notebooks-out/labels/fidelity.py KERNELVIZ

One run of `kernelviz classify --fidelity` for each network, half a minute to three on two cores; what they print goes to
fidelity.json beside this script. Checkpoints, photographs and data sets come from KERNELVIZ_SHARED (by default the folder
shared beside the repository).
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGE = HERE.parent / "labels.md"
SHARED = pathlib.Path(os.environ.get("KERNELVIZ_SHARED", ROOT.parent / "shared"))
HEADING = "## Replaced labels in five networks"
# Networks, what they are run on, and pictures that fit; the last one took no part in setting any cut-off.
NETWORKS = [
    ("weights/mobilenetv2_1.0_224_int8dq.h5", "photos", 20),
    ("weights/mobilenetv1_0.25_224.h5", "photos", 20),
    ("weights/mobilenetv3_small_torchvision.h5", "bare", 20),
    ("weights/efficientnet_lite0_int8dq.h5", "bare", 20),
    ("derived-1.0mp_tinyimagenet100.h5", "tiny", 40),
]
# Names that say less than they could.
TITLES = {"D10": "the derived net at 1.0MP"}


def arrange(folder):
    """Puts checkpoints and pictures under the names that the results keep."""
    (folder / "weights").symlink_to(SHARED / "weights")
    (folder / "photos").symlink_to(SHARED / "images")
    shutil.copy(ROOT / "Notebooks-out/experiments/derived-1.0mp_tinyimagenet100.h5", folder)
    # Networks whose classes are not the pictures': without the file that names these.
    (folder / "bare").mkdir()
    for picture in sorted((SHARED / "images").glob("*.JPEG")):
        shutil.copy(picture, folder / "bare")
    # The first two test pictures of each class.
    with zipfile.ZipFile(SHARED / "datasets/tinyimagenet100.zip") as archive:
        seen = {}
        for name in sorted(archive.namelist()):
            parts = pathlib.PurePosixPath(name).parts
            if "test" not in parts or not name.lower().endswith((".jpeg", ".jpg", ".png")):
                continue
            label = parts[parts.index("test") + 1]
            seen[label] = seen.get(label, 0) + 1
            if seen[label] <= 2:
                target = folder / "tiny" / label / parts[-1]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))


def table(results):
    """The labels' rows of all networks in Markdown."""
    lines = [
        "| network | replaced | kernels | share | first class stays, % | 95 % | at random, % | 95 % |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for result in results:
        for row in result["labels"]:
            chosen, random = row["chosen"]["agreement"], row["random"]["agreement"]
            lines.append(
                f"| {TITLES.get(result['network'], result['network'])} | {row['name']} | {row['kernels']:,} | "
                f"{row['kernels'] / result['kernels'] * 100:.0f} % | {chosen['share'] * 100:.1f} | "
                f"{chosen['low'] * 100:.0f}…{chosen['high'] * 100:.0f} | {random['share'] * 100:.1f} | "
                f"{random['low'] * 100:.0f}…{random['high'] * 100:.0f} |"
            )
    return "\n".join(lines)


def main():
    """Runs the networks and writes results and page."""
    if len(sys.argv) != 2:
        sys.exit("usage: fidelity.py KERNELVIZ")
    program = str(pathlib.Path(sys.argv[1]).resolve())
    results = []
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        arrange(folder)
        for checkpoint, pictures, fitted in NETWORKS:
            command = [
                program, "classify", "--fidelity", checkpoint, "--images", pictures, "--fit-on", str(fitted), "--format",
                "json",
            ]  # fmt: skip
            found = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
            results.append(json.loads(found.stdout)["fidelity"])
    (HERE / "fidelity.json").write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    before, rest = PAGE.read_text().split(HEADING + "\n")
    note, after = rest.split("\n<!-- end of the table -->", 1)
    note = note.split("\n| network")[0].rstrip("\n")
    PAGE.write_text(f"{before}{HEADING}\n{note}\n\n{table(results)}\n<!-- end of the table -->{after}")


if __name__ == "__main__":
    main()
