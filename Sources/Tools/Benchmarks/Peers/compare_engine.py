"""Runs networks in kernelviz's engine and in other inference libraries, in the same run; prints ratios of medians.

swift build -c release --product kernelviz
pip install numpy h5py onnx onnxruntime openvino ai-edge-litert ncnn pnnx MNN torch    # those that are wanted
python Sources/Tools/Benchmarks/Peers/compare_engine.py .build/release/kernelviz --threads 1 2 --batch 1 16

Every library runs the network as `kernelviz export` writes it (order "paper": a VGNet normalises behind the activation,
where no library can fold it) and with the normalisation before the activation and folded into the convolutions ("folded":
other numbers, but the libraries' best case). Ours runs the paper's order. First the logits of all are compared with ONNX
Runtime's. Then they take turns, one after another, for --seconds each and --rounds rounds; a round gives each a median, and
the ratio is that of the medians over rounds. `--prepare` only exports and converts, so that this need not happen in a
quiet hour. A library that is not installed, or fails, is named and left out.

--startup starts each in a process of its own instead, and prints seconds to the first logits and peak memory.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
LIBRARIES = ["onnxruntime", "openvino", "tflite", "ncnn", "mnn", "torch"]
VGNETS = ["vgnetg-1.0mp", "vgnetg-1.5mp", "vgnetg-2.0mp", "vgnetg-2.5mp"]

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("kernelviz")
parser.add_argument("--nets", nargs="+", default=VGNETS, help="networks as kernelviz takes them")
parser.add_argument("--batch", nargs="+", type=int, default=[1, 16])
parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
parser.add_argument("--peers", nargs="+", default=LIBRARIES, help="also: openvino-bf16, torch-compile")
parser.add_argument("--orders", nargs="+", default=["paper", "folded"], choices=["paper", "folded"])
parser.add_argument("--precision", default="f32", help="of kernelviz: f32 or bf16")
parser.add_argument("--input-size", type=int, default=224)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--seconds", type=float, default=0.6)
parser.add_argument("--prepare", action="store_true")
parser.add_argument("--startup", action="store_true")
parser.add_argument("--json", help="append one line a setting to this file")
parser.add_argument(
    "--cache", default=os.path.join(tempfile.gettempdir(), "kernelviz-peers"), help="where models are kept")
A = parser.parse_args()
CACHE = pathlib.Path(A.cache)
CACHE.mkdir(parents=True, exist_ok=True)


def kernelviz(*arguments):
    out = subprocess.run([A.kernelviz, *map(str, arguments)], capture_output=True, text=True)
    if out.returncode:
        sys.exit(out.stderr)
    return out.stdout


def fold(graph):
    """Normalisation before the activation, then into the convolution: exact where it stood there already."""
    from onnx import helper, numpy_helper

    arrays = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    makers = {output: node for node in graph.node for output in node.output}
    reads = {}
    for node in graph.node:
        for name in node.input:
            reads[name] = reads.get(name, 0) + 1
    kept = {}
    for norm in [n for n in graph.node if n.op_type == "BatchNormalization"]:
        between = makers.get(norm.input[0])
        conv = makers.get(between.input[0]) if between is not None and between.op_type in ("Relu", "Clip") else between
        if conv is None or conv.op_type != "Conv" or any(reads[n.output[0]] > 1 for n in (between, conv)):
            continue
        epsilon = next((a.f for a in norm.attribute if a.name == "epsilon"), 1e-5)
        gamma, beta, mean, variance = (arrays[name].astype(np.float64) for name in norm.input[1:5])
        scale = gamma / np.sqrt(variance + epsilon)
        weight = arrays[conv.input[1]]
        bias = arrays[conv.input[2]] if len(conv.input) > 2 else 0
        names = [f"{norm.name}.folded.weight", f"{norm.name}.folded.bias"]
        for name, array in zip(names, (weight * scale[:, None, None, None], (bias - mean) * scale + beta)):
            kept[name] = numpy_helper.from_array(array.astype(np.float32), name)
        source = conv.input[0]
        del conv.input[:]
        conv.input.extend([source, *names])
        (between if between is not conv else conv).output[0] = norm.output[0]
        graph.node.remove(norm)
    graph.initializer.extend(kept.values())
    used = {name for node in graph.node for name in node.input}
    for stale in [i for i in graph.initializer if i.name not in used]:
        graph.initializer.remove(stale)


def export(net, batch, order):
    """The path of the network's ONNX file, with its input beside it."""
    import onnx

    stem = f"{pathlib.Path(net).name.removesuffix('.h5')}_{A.input_size}_b{batch}_{order}".replace(".", "_")
    path = CACHE / f"{stem}.onnx"
    if path.with_suffix(".npy").exists():
        return path
    kernelviz("export", net, "--onnx", path, "--batch", batch, "--input-size", A.input_size, "--force")
    model = onnx.load(str(path))
    # Constants as the libraries' converters like them.
    for node in [node for node in model.graph.node if node.op_type == "Constant"]:
        model.graph.initializer.append(node.attribute[0].t)
        model.graph.initializer[-1].name = node.output[0]
        model.graph.node.remove(node)
    if order == "folded":
        fold(model.graph)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    source = model.graph.input[0]
    shape = [d.dim_value for d in source.type.tensor_type.shape.dim]
    path.with_suffix(".json").write_text(
        json.dumps({"shape": shape, "input": source.name, "output": model.graph.output[0].name}))
    np.save(path.with_suffix(".npy"), np.random.default_rng(0).standard_normal(shape, dtype=np.float32))
    return path


class Peer:
    """A library in a process of its own that waits while others work."""

    def __init__(self, name, path, threads):
        self.name, self.medians, self.error = name, [], None
        command = [sys.executable, str(HERE / "engine_peers.py"), name, str(path), str(threads)]
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            self.log.seek(0)
            lines = self.log.read().strip().splitlines()
            self.error = lines[-1] if lines else f"exit {status}"
            return None
        return json.loads(line)

    def run(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        answer = self.answer()
        if answer:
            self.medians.append(statistics.median(answer["times"]))

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Ours:
    """kernelviz bench, a process a round."""

    def __init__(self, net, batch, threads):
        self.arguments = [
            "bench", net, "--batch", batch, "--threads", threads, "--input-size", A.input_size, "--format", "json"]
        if A.precision != "f32":
            self.arguments += ["--precision", A.precision]
        self.medians, self.peaks, self.runs = [], [], 20

    def run(self, seconds):
        report = json.loads(kernelviz(*self.arguments, "--runs", self.runs))
        latency = report["benchmarks"][0]["benchmark"]["latency"]
        self.medians.append(latency["median"])
        self.peaks.append(report["limits"]["gigaflops"])
        self.macs = report["benchmarks"][0]["benchmark"]["macs"]
        self.runs = max(10, min(2000, int(seconds * 1e3 / latency["median"])))


def our_logits(net, path):
    import h5py

    with tempfile.TemporaryDirectory() as folder:
        with h5py.File(f"{folder}/in.h5", "w") as file:
            file["input"] = np.load(path.with_suffix(".npy"))
        arguments = ["--precision", A.precision] if A.precision != "f32" else []
        kernelviz(
            "eval", net, "--runs", 0, "--input-size", A.input_size, "--tensor", f"{folder}/in.h5:/input",
            "--save-logits", f"{folder}/out.h5", *arguments)
        with h5py.File(f"{folder}/out.h5") as file:
            return file["logits"][0]


def busy_seconds():
    fields = [int(field) for field in open("/proc/stat").readline().split()[1:]]
    return (sum(fields[:3]) + sum(fields[5:7])) / os.sysconf("SC_CLK_TCK")


def own_seconds(processes):
    total = 0.0
    for pid in processes:
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


def compare(net, batch, threads):
    peers = []
    for order in A.orders:
        path = export(net, batch, order)
        if "ncnn" in A.peers:
            export(net, 1, order)
        for name in A.peers:
            peers.append(Peer(name, path, threads))
            peers[-1].order = order
            if A.prepare:
                peers[-1].first = peers[-1].answer()
    for peer in peers:
        if not A.prepare:
            peer.first = peer.answer()
    ours = None if A.prepare else our_logits(net, export(net, batch, A.orders[0]))
    for order in A.orders:
        same = [p for p in peers if p.order == order and p.first]
        reference = next((p for p in same if p.name == "onnxruntime"), same[0] if same else None)
        if reference is None:
            continue
        logits = np.array(reference.first["logits"])
        found = [(p.name, p.first["logits"]) for p in same if p is not reference]
        if ours is not None and order == A.orders[0]:
            found.append(("kernelviz", ours))
        differences = ", ".join(
            f"{name} {np.abs(np.array(values) - logits).max() / np.abs(logits).max():.0e}" for name, values in found)
        print(f"{net} {order}: largest difference to {reference.name}, of the largest logit: {differences}", flush=True)
    for peer in peers:
        if not peer.first:
            print(f"{net} {peer.order}: {peer.name} left out: {peer.error}", flush=True)
    peers = [peer for peer in peers if peer.first]
    if A.prepare:
        for peer in peers:
            peer.stop()
        return
    ours = Ours(net, batch, threads)
    pids = [peer.process.pid for peer in peers]
    ours.run(0.1)
    ours.medians.clear()
    start, busy, own = time.perf_counter(), busy_seconds(), own_seconds(pids)
    for _ in range(A.rounds):
        for runner in [ours, *peers]:
            # Whoever ran last lets go of its threads.
            time.sleep(0.25)
            runner.run(A.seconds)
    wall = time.perf_counter() - start
    foreign = max(0.0, busy_seconds() - busy - (own_seconds(pids) - own)) / wall
    report(net, batch, threads, ours, peers, foreign)
    for peer in peers:
        peer.stop()


def report(net, batch, threads, ours, peers, foreign):
    median, peak = statistics.median(ours.medians), statistics.median(ours.peaks)
    gigaflops = 2 * ours.macs * batch / median / 1e6
    print(f"\n{net} {A.input_size}x{A.input_size} batch {batch}, {threads} thread(s), {A.precision}; "
          f"others used {foreign * 100:.0f} % of a core")
    spread = f"{min(ours.medians):.2f}-{max(ours.medians):.2f}"
    print(f"  {'kernelviz':<24} {median:8.2f} ms  ({spread}), {gigaflops:.0f} GFLOP/s, "
          f"{gigaflops / peak / threads * 100:.0f} % of {threads} x {peak:.0f}")
    record = {
        "net": net, "batch": batch, "threads": threads, "precision": A.precision, "inputSize": A.input_size,
        "kernelviz": median, "foreign": foreign, "gigaflops": gigaflops, "peak": peak, "peers": {}}
    for peer in sorted((p for p in peers if p.medians), key=lambda p: statistics.median(p.medians)):
        theirs = statistics.median(peer.medians)
        record["peers"][f"{peer.name} {peer.order}"] = theirs
        name = f"{peer.name} {peer.first['version']}, {peer.order}"
        print(f"  {name:<24} {theirs:8.2f} ms  ({min(peer.medians):.2f}-{max(peer.medians):.2f})  "
              f"{theirs / median:.2f} x ours")
    if A.json:
        with open(A.json, "a") as file:
            file.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def usage(command):
    """Seconds and peak bytes of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    status = process.wait()
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"{command} failed")
    # Once more for the memory, watched: what the kernel counts for a child begins with its parent's memory.
    peak, process = 0, subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            lines = open(f"/proc/{process.pid}/status").read().splitlines()
            name = os.readlink(f"/proc/{process.pid}/exe")
        except OSError:
            break
        if name == os.path.realpath(shutil.which(command[0]) or command[0]):
            peak = max([peak] + [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")])
        time.sleep(0.001)
    process.wait()
    return seconds, peak


def start_up(net):
    """Process start to first logits, weights read from a file; the largest memory of the process."""
    import h5py

    with tempfile.TemporaryDirectory() as folder:
        path = export(net, 1, A.orders[0])
        with h5py.File(f"{folder}/in.h5", "w") as file:
            file["input"] = np.load(path.with_suffix(".npy"))
        weights = []
        if not os.path.exists(net):
            kernelviz("export", net, "--safetensors", f"{folder}/net.safetensors")
            weights = ["--weights", f"{folder}/net.safetensors"]
        commands = {"kernelviz": [
            A.kernelviz, "eval", net, *weights, "--runs", "0", "--tensor", f"{folder}/in.h5:/input", "--save-logits",
            f"{folder}/out.h5", "--force"]}
        for name in A.peers:
            commands[name] = [sys.executable, str(HERE / "engine_peers.py"), name, str(path), "1"]
        # NumPy and Python themselves.
        commands["python and numpy"] = [sys.executable, "-c", "import numpy"]
        found = {name: [] for name in commands}
        for _ in range(A.rounds):
            for name, command in commands.items():
                found[name].append(usage(command))
        print(f"\n{net}: process start to first logits, and peak memory")
        for name, values in found.items():
            seconds, peak = (statistics.median(column) for column in zip(*values))
            print(f"  {name:<18} {seconds * 1e3:7.0f} ms  {peak / 1e6:6.0f} MB")


for net in A.nets:
    if A.startup:
        start_up(net)
        continue
    for batch in A.batch:
        for threads in A.threads[:1] if A.prepare else A.threads:
            compare(net, batch, threads)
