"""Times a training step of VGNetG-1.0MP thumbnail in PyTorch and in kernelviz in the same run; prints the ratios.

swift build -c release --product kernelviz && swift build -c release --product Benchmarks
python Sources/Tools/Benchmarks/Peers/compare_training.py .build/release [THREADS] [ROUNDS]

Both train the same net: PyTorch runs the model that `kernelviz export --pytorch` writes. A step is forward, backward and
SGD with momentum on 128 random images of 32×32 pixels. PyTorch has its three ways (as it is, channels last, compiled) and
the best one counts. Rounds take turns; a ratio of 2 is twice PyTorch's speed. Memory is the peak of each process.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

MODES = ["eager", "channels last", "compiled"]
BATCH, STEPS = 128, 8


def torch_step(project, mode, threads):
    """Prints the median milliseconds of a step and the peak of memory as JSON."""
    import resource

    import torch

    sys.path.insert(0, project)
    import model

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    net = model.VGNet({**json.loads(pathlib.Path(project, "config.json").read_text()), "classes": 10}).train()
    images, labels = torch.randn(BATCH, 3, 32, 32), torch.randint(0, 10, (BATCH,))
    if mode != "eager":
        net, images = net.to(memory_format=torch.channels_last), images.contiguous(memory_format=torch.channels_last)
    parameters = [parameter for parameter in net.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(parameters, 0.05, momentum=0.9, weight_decay=1e-4, fused=True)
    forward = torch.compile(net, dynamic=False) if mode == "compiled" else net
    times = []
    for step in range(3 + STEPS):
        start = time.perf_counter()
        torch.nn.functional.cross_entropy(forward(images), labels).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if step > 2:
            times.append((time.perf_counter() - start) * 1e3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(json.dumps({"median_ms": statistics.median(times), "rss_mb": peak}))


def run(*command):
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def main(binaries, threads=1, rounds=3):
    net = "vgnetg-1.0mp-thumbnail"
    with tempfile.TemporaryDirectory() as project:
        subprocess.run([f"{binaries}/kernelviz", "export", net, "--pytorch", project, "--force"],
                       capture_output=True, check=True)
        times, memory = {}, {}
        for _ in range(rounds):
            results = {
                mode: run(sys.executable, __file__, "--step", project, mode, str(threads)) for mode in MODES}
            results["kernelviz"] = run(
                f"{binaries}/Benchmarks", "training", net, "--batch", str(BATCH), "--threads", str(threads),
                "--steps", str(STEPS))
            for name, result in results.items():
                times.setdefault(name, []).append(result["median_ms"])
                memory.setdefault(name, []).append(result["rss_mb"])
    medians = {name: statistics.median(values) for name, values in times.items()}
    peaks = {name: statistics.median(values) for name, values in memory.items()}
    best = min(MODES, key=medians.get)
    for name in medians:
        print(f"{name}: {medians[name]:.0f} ms a step, {peaks[name]:.0f} MB")
    print(f"threads {threads}: {medians[best] / medians['kernelviz']:.2f} times the speed of PyTorch ({best}), "
          f"{peaks['kernelviz'] / min(peaks[mode] for mode in MODES):.2f} times its smallest memory")


if __name__ == "__main__":
    if sys.argv[1] == "--step":
        torch_step(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main(sys.argv[1], *map(int, sys.argv[2:4]))
