"""Trains the default checkpoint of Weights/: a small MobileNetV1 on CIFAR-10.

    pip install torch h5py pillow numpy
    python3 Weights/train_mobilenetv1.py cifar10_jpeg.zip Weights/mobilenetv1_0.5_cifar10.h5

The archive holds cifar10/{train,test}/<class>/<n>.jpg. Images are enlarged (bilinear), so that the architecture and
its strides are those of the published MobileNetV1. A run can be broken off and started again:
it goes on from <output>.state.
"""
import argparse, io, math, os, time, zipfile
import h5py, numpy as np, torch, torch.nn.functional as F
from PIL import Image
from torch import nn

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
MEAN, STD = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])


def load(archive):
    """{split: (uint8 images N,3,32,32, labels N)}, files in name order; kept beside the archive's copy as .npz."""
    cache = os.path.join(os.environ.get("TMPDIR", "/tmp"), "cifar10_jpeg.npz")
    if not os.path.exists(cache):
        arrays = {}
        with zipfile.ZipFile(archive) as z:
            for split in ("train", "test"):
                names = sorted(n for n in z.namelist() if f"cifar10/{split}/" in n and n.endswith(".jpg"))
                images = np.stack([np.asarray(Image.open(io.BytesIO(z.read(n))).convert("RGB")) for n in names])
                arrays[split + "_x"] = images.transpose(0, 3, 1, 2).copy()
                arrays[split + "_y"] = np.array([CLASSES.index(n.split("/")[-2]) for n in names])
        np.savez(cache, **arrays)
    a = np.load(cache)
    return {s: (torch.from_numpy(a[s + "_x"]), torch.from_numpy(a[s + "_y"])) for s in ("train", "test")}


class MobileNetV1(nn.Module):
    PLAN = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]

    def __init__(self, width=0.5, classes=10):
        super().__init__()
        c = int(32 * width)
        self.conv1, self.conv1_bn = nn.Conv2d(3, c, 3, 2, 1, bias=False), nn.BatchNorm2d(c)
        for i, (o, s) in enumerate(self.PLAN, 1):
            o = int(o * width)
            self.add_module(f"conv_dw_{i}", nn.Conv2d(c, c, 3, s, 1, groups=c, bias=False))
            self.add_module(f"conv_dw_{i}_bn", nn.BatchNorm2d(c))
            self.add_module(f"conv_pw_{i}", nn.Conv2d(c, o, 1, bias=False))
            self.add_module(f"conv_pw_{i}_bn", nn.BatchNorm2d(o))
            c = o
        self.conv_preds = nn.Linear(c, classes)

    def forward(self, x):
        x = F.relu(self.conv1_bn(self.conv1(x)))
        for i in range(1, len(self.PLAN) + 1):
            for kind in ("dw", "pw"):
                x = getattr(self, f"conv_{kind}_{i}")(x)
                x = F.relu(getattr(self, f"conv_{kind}_{i}_bn")(x))
        return self.conv_preds(x.mean((2, 3)))


def prepare(images, size):
    x = (images.float() / 255 - MEAN[:, None, None]) / STD[:, None, None]
    x = F.interpolate(x, size=(size, size), mode="bilinear", align_corners=False)
    return x.contiguous(memory_format=torch.channels_last)


def augment(images, generator):
    n = len(images)
    padded = F.pad(images, (4, 4, 4, 4))
    dx, dy = torch.randint(0, 9, (2, n), generator=generator)
    rows, columns = dy[:, None] + torch.arange(32), dx[:, None] + torch.arange(32)
    flip = torch.rand(n, generator=generator) < 0.5
    columns = torch.where(flip[:, None], columns.flip(1), columns)
    return padded[torch.arange(n)[:, None, None, None], torch.arange(3)[None, :, None, None],
                  rows[:, None, :, None], columns[:, None, None, :]]


@torch.no_grad()
def accuracy(net, x, y, size):
    net.eval()
    hits = sum((net(prepare(x[i:i + 500], size)).argmax(1) == y[i:i + 500]).sum().item() for i in range(0, len(x), 500))
    return hits / len(x)


def save(net, path, **attributes):
    with h5py.File(path + ".tmp", "w") as f:
        for name, value in net.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                f[name.replace(".", "/")] = value.contiguous().numpy()
        f.attrs.update(attributes)
    os.replace(path + ".tmp", path)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("archive"), p.add_argument("output")
    p.add_argument("--epochs", type=int, default=40), p.add_argument("--batch", type=int, default=128)
    p.add_argument("--lr", type=float, default=0.2), p.add_argument("--wd", type=float, default=5e-4)
    p.add_argument("--seed", type=int, default=1), p.add_argument("--threads", type=int, default=1)
    p.add_argument("--size", type=int, default=64), p.add_argument("--width", type=float, default=0.5)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    data = load(a.archive)
    x, y = data["train"]
    net = MobileNetV1(a.width).to(memory_format=torch.channels_last)
    decay = [w for w in net.parameters() if w.ndim > 1]
    rest = [w for w in net.parameters() if w.ndim <= 1]
    optimiser = torch.optim.SGD([{"params": decay, "weight_decay": a.wd}, {"params": rest, "weight_decay": 0}],
                                lr=a.lr, momentum=0.9)
    steps = len(x) // a.batch
    total, warm = steps * a.epochs, steps * 2
    schedule = lambda s: (s + 1) / warm if s < warm else (1 + math.cos(math.pi * (s - warm) / (total - warm))) / 2
    start, state = 0, a.output + ".state"
    if os.path.exists(state):
        saved = torch.load(state)
        net.load_state_dict(saved["net"]), optimiser.load_state_dict(saved["optimiser"])
        start = saved["epoch"]
    for epoch in range(start, a.epochs):
        generator = torch.Generator().manual_seed(a.seed * 1000 + epoch)
        order, losses, began = torch.randperm(len(x), generator=generator), 0.0, time.time()
        net.train()
        for step in range(steps):
            for group in optimiser.param_groups:
                group["lr"] = a.lr * schedule(epoch * steps + step)
            batch = order[step * a.batch:(step + 1) * a.batch]
            loss = F.cross_entropy(net(prepare(augment(x[batch], generator), a.size)), y[batch], label_smoothing=0.1)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            losses += loss.item()
            if step == 50 and epoch == start:
                print(f"{51 * a.batch / (time.time() - began):.0f} images/s", flush=True)
        torch.save({"net": net.state_dict(), "optimiser": optimiser.state_dict(), "epoch": epoch + 1}, state)
        top1 = accuracy(net, *data["test"], a.size)
        print(f"epoch {epoch + 1} loss {losses / steps:.4f} top1 {top1:.4f} {time.time() - began:.0f} s", flush=True)
        save(net, a.output, family="mobilenetv1", model_name=f"MobileNetV1 {a.width} at {a.size} px, CIFAR-10", layout="OIHW",
             batch_norm="separate eps=1e-5", padding="torch", input=f"RGB {a.size} /255 ImageNet mean/std",
             classes=",".join(CLASSES), dataset="CIFAR-10 (JPEG copies)", epochs=epoch + 1, top1=round(top1, 4))


main()
