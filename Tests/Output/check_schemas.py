#!/usr/bin/env python3
"""Holds what the verbs write to the program's own JSON Schemas: check_schemas.py BINARY REPOSITORY FOLDER.

Each document must be valid, and every field that it has must be described. CSV columns must stand in 'schema columns'.
"""

import csv
import io
import json
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
from PIL import Image
from jsonschema import Draft202012Validator
from referencing import Registry, Resource


def undescribed(value, schema, registry, path="") -> list[str]:
    """The paths of fields that no schema describes."""
    if "$ref" in schema:
        schema = registry.contents(schema["$ref"])
    found = []
    if isinstance(value, dict):
        known = schema.get("properties", {})
        rest = schema.get("additionalProperties")
        # An object without fields in its schema is free.
        if known or rest is not None:
            for key, item in value.items():
                if key in known:
                    found += undescribed(item, known[key], registry, f"{path}/{key}")
                elif isinstance(rest, dict):
                    found += undescribed(item, rest, registry, f"{path}/{key}")
                else:
                    found.append(f"{path}/{key}")
    if isinstance(value, list) and "items" in schema:
        for item in value:
            found += undescribed(item, schema["items"], registry, path + "[]")
    return sorted(set(found))


def write_images(folder: Path) -> None:
    """Two classes of 8×8 pixels with noise, red above or below: a net learns them within seconds."""
    generator = np.random.default_rng(1)
    for split, count in (("train", 24), ("test", 8)):
        for label in range(2):
            (folder / split / f"class{label}").mkdir(parents=True)
            for index in range(count):
                image = np.full((8, 8, 3), 60.0)
                image[4 * label : 4 * label + 4, :, 0] = 200
                noisy = (image + generator.normal(0, 20, image.shape)).clip(0, 255).astype(np.uint8)
                Image.fromarray(noisy).save(folder / split / f"class{label}" / f"{index}.png")


def raced(run, folder: Path, net: str) -> list[tuple[str, dict]]:
    """The plan of a race, and its results once a plan of one contender and four short trainings is done."""
    write_images(folder / "images")
    command = [
        "derive", net, "--race", "images", "--hours", "1", "--seeds", "2", "--no-gate", "--budget", "10000", "--thumbnail",
        "--input-size", "8", "--no-latency", "--train", "batch=8", "--train", "warmup=0", "--epochs", "2", "--out",
    ]  # fmt: skip
    run(*command, "planned", "--print-jobs")
    plan = json.loads((folder / "planned/race.json").read_text())
    size = {"contenders": 1, "epochs": 2, "finalists": 1, "looks": 1, "rounds": [], "seedsPerLook": 2}
    (folder / "race").mkdir()
    (folder / "race/race.json").write_text(json.dumps(plan | {"contenders": plan["contenders"][:1], "size": size}))
    run(*command, "race")
    return [("race.json", plan), ("a race", json.loads((folder / "race/results.json").read_text()))]


def served(binary: str, folder: Path) -> list[tuple[str, dict]]:
    """What a server of the folder says of it and of its first network."""
    server = subprocess.Popen(
        [binary, "serve", ".", "--port", "0"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        address = server.stdout.readline().strip()
        with urllib.request.urlopen(address) as page:
            assert f"<title>{folder.name}: networks" in page.read().decode(), "the page is called by the folder's own name"
        documents = []
        for path in ("networks.json", "layers.json?network=a.h5"):
            with urllib.request.urlopen(address + path) as answer:
                documents.append((path, json.loads(answer.read())))
        return documents
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    if len(sys.argv) != 4:
        sys.exit("usage: check_schemas.py BINARY REPOSITORY FOLDER")
    binary, repository, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    net = str(repository / "Weights/mobilenetv1_0.5_cifar10.h5")
    picture = str(repository / "Weights/cat.jpg")

    def run(*arguments: str, allowed: tuple[int, ...] = (0,)) -> str:
        outcome = subprocess.run([binary, *arguments], cwd=folder, capture_output=True, text=True)
        assert outcome.returncode in allowed, (arguments, outcome.returncode, outcome.stderr)
        return outcome.stdout

    names = [line.split()[0] for line in run("schema").splitlines()]
    schemas = {name: json.loads(run("schema", name)) for name in names}
    registry = Registry().with_resources((s["$id"], Resource.from_contents(s)) for s in schemas.values())
    by_document = {schema["title"]: schema for schema in schemas.values()}
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)

    (folder / "photos").mkdir()
    (folder / "two").mkdir()
    for name in "abcd":
        shutil.copy(picture, folder / "photos" / f"{name}.jpg")
    run("export", "vgnetg-1.0mp-thumbnail", "--hdf5", "two/a.h5")
    run("export", "vgnetg-1.0mp-thumbnail", "--seed", "2", "--hdf5", "two/b.h5")
    (folder / "derived.yaml").write_text(run("derive", net, "--no-latency"))
    thumbnail = "vgnetg-1.0mp-thumbnail"
    commands = [
        ["classify", net],
        ["classify", net, "--kernels"],
        ["classify", "two/a.h5"],
        ["classify", "two"],
        ["classify", str(repository / "Tests/Checkpoints/CheckpointsTests/Fixtures/filters_gzip.h5")],
        ["classify", "--compare", "two/a.h5", "two/b.h5"],
        ["classify", "--claims", net],
        ["classify", "--validate", net],
        ["classify", "--fidelity", net, "--images", "photos", "--fit-on", "1"],
        ["diagnose", net],
        ["diagnose", "two/a.h5"],
        ["derive", net, "--no-latency"],
        ["derive", net, "--rules", "all", "--no-latency"],
        ["derive", net, "--rules", "all", "--no-latency", "--against", "derived.yaml"],
        ["derive", "--survey", "two/a.h5", net, "--no-latency"],
        ["eval", thumbnail, "--runs", "2"],
        ["eval", net, "--input", picture, "--runs", "0"],
        ["eval", thumbnail, "vgnetc-1.0mp-thumbnail", "--runs", "0"],
        ["bench", thumbnail, "--runs", "2", "--steps"],
        ["slim", net, "-o", "slim.onnx"],
        ["verdict", str(repository / "Notebooks-out/experiments/checks.yaml")],
        ["weights", "inspect", net],
        ["weights", "diff", net, net],
        ["weights", "diff", "two/a.h5", "two/b.h5"],
        ["doctor"],
    ]
    seen, failures = set(), []
    results = sorted((repository / "Notebooks-out/experiments/results").glob("*/results.json"))
    documents = [(" ".join(c), json.loads(run(*c, "--format", "json", allowed=(0, 1, 2)))) for c in commands]
    documents += [(str(path), json.loads(path.read_text())) for path in results]
    documents += raced(run, folder, net) + served(binary, folder / "two")
    for what, document in documents:
        schema = by_document.get(document["schema"])
        if schema is None:
            failures.append(f"{what}: no schema of {document['schema']}")
            continue
        seen.add(schema["title"])
        validator = Draft202012Validator(schema, registry=registry)
        failures += [f"{what}: {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)]
        failures += [f"{what}: not described: {path}" for path in undescribed(document, schema, registry)]
        # A schema that takes everything shows nothing.
        assert list(validator.iter_errors({"schema": "kernelviz.none/1"})), what
    failures += [f"{name}: no document tried" for name in sorted(set(by_document) - seen)]

    columns = run("schema", "columns")
    for command in (["classify", net, "--kernels"], ["classify", "--claims", net], ["eval", thumbnail, "--runs", "0"], ["diagnose", net]):
        header = next(csv.reader(io.StringIO(run(*command, "--format", "csv"))))
        failures += [f"{' '.join(command)}: column {name} is not explained" for name in header if name not in columns]
    print(f"{len(documents)} documents of {len(seen)} forms, {len(failures)} faults")
    print("\n".join(failures))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
