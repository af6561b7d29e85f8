"""Trains the network of model.py with the recipe of the paper.

One process:     python train.py --data DIR
All GPUs:        torchrun --nproc_per_node=gpu train.py --data DIR
After a stop:    the same command with --resume

DIR holds train/CLASS/*.jpg and val/CLASS/*.jpg (or test/). Results go to --out: log.csv, last.pth (everything a resume needs),
weights.pth and weights.safetensors (the state dict alone).
"""

import argparse
import csv
import json
import math
import os
import sys
import time
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import distributed, nn
from torch.utils.data import DataLoader, DistributedSampler, Subset
from torchvision import datasets, transforms

from model import VGNet, load_config, load_weights

# ImageNet's mean and deviation of colour images, and their averages for grey ones.
STATISTICS = {3: ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)), 1: ((0.449,), (0.226,))}
MIN_LR = 1e-6
# The options that kernelviz train has too, from its table: names, type, whether a value is allowed, what is expected,
# default (ImageNet: section 4 of the paper and the authors' code), help.
OPTIONS = [
    (("--epochs",), int, lambda x: 1 <= x <= 100000, "a whole number from 1 to 100000", 300,
     "Passes over the training images."),
    (("--batch",), int, lambda x: 1 <= x <= 65536, "a whole number from 1 to 65536", 512,
     "Images of a step."),
    (("--lr", "--learning-rate"), float, lambda x: 0 < x < math.inf, "a number above 0", 0.2,
     "The highest learning rate."),
    (("--warmup-epochs", "--warmup"), int, lambda x: 0 <= x <= 100000, "a whole number from 0 to 100000", 5,
     "Epochs during which the learning rate rises."),
    (("--weight-decay", "--wd"), float, lambda x: 0 <= x < math.inf, "a number from 0", 0.0001,
     "Weight decay (not on biases and batch normalisation)."),
    (("--momentum",), float, lambda x: 0 <= x < 1, "a number from 0 to below 1", 0.9,
     "Momentum."),
    (("--label-smoothing", "--smoothing"), float, lambda x: 0 <= x <= 1, "a number from 0 to 1", 0.1,
     "Label smoothing."),
    (("--crop",), str, lambda x: x in ("center", "padded", "resized"), "center, padded or resized", None,
     "How images are cut; by the image size if not given."),
    (("--limit",), int, lambda x: 2 <= x <= 1000000000, "a whole number from 2 to 1000000000", None,
     "Use at most so many training images, evenly over the classes."),
    (("--validation",), int, lambda x: 0 <= x <= 1000000000, "a whole number from 0 to 1000000000", 0,
     "Hold so many training images out and measure on them; the test set is then measured after the last epoch alone."),
    (("--validation-seed",), int, lambda x: 0 <= x <= 4294967295, "a whole number from 0 to 4294967295", 1,
     "Names which images are held out."),
]
# Thumbnail nets: the authors' CIFAR script.
THUMBNAIL = {"epochs": 100, "batch": 1024, "lr": 0.4, "weight_decay": 5e-4}


def checked(kind, allows, expected):
    """Reads the text of an option."""
    def read(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not allows(value):
            raise argparse.ArgumentTypeError(f"'{text}'; expected {expected}")
        return value

    return read


def arguments(config):
    recipe = THUMBNAIL if config["thumbnail"] else {}
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with train/ and val/")
    parser.add_argument("--out", default="run", help="folder for results")
    for names, kind, allows, expected, default, text in OPTIONS:
        default = recipe.get(names[0][2:].replace("-", "_"), default)
        shown = argparse.SUPPRESS if default is None else default
        parser.add_argument(*names, type=checked(kind, allows, expected), default=shown, help=text)
    parser.set_defaults(crop=None, limit=None)
    parser.add_argument("--no-flip", action="store_true", help="mirror no image")
    parser.add_argument("--workers", type=int, default=min(8, os.cpu_count()), help="loaders of each process")
    seeds = checked(int, lambda x: 0 <= x <= 4294967295, "a whole number from 0 to 4294967295")
    parser.add_argument("--seed", type=seeds, default=0)
    amp = "fp16" if torch.cuda.is_available() else "off"
    parser.add_argument("--amp", choices=["fp16", "bf16", "off"], default=amp, help="precision of convolutions")
    parser.add_argument("--compile", action="store_true", help="torch.compile the model")
    parser.add_argument("--init", help="start from these weights (.safetensors, .pth)")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pth where it exists")
    parser.add_argument("--evaluate", action="store_true", help="measure --init on val/ and stop")
    return parser.parse_args()


def image_transforms(config, args):
    """Transforms of training and validation images."""
    size, channels = config["input_size"], config["input_channels"]
    if channels not in STATISTICS:
        fail(f"config.json has {channels} input channels; image folders have 3 (colour) or 1 (grey)")
    finish = [transforms.ToTensor(), transforms.Normalize(*STATISTICS[channels])]
    if channels == 1:
        finish.insert(0, transforms.Grayscale())
    resize = transforms.Resize((size, size))
    flip = [] if args.no_flip else [transforms.RandomHorizontalFlip()]
    padded = [resize, transforms.RandomCrop(size, padding=size // 8)]
    resized = [transforms.RandomResizedCrop(size, scale=(0.08, 1), ratio=(3 / 4, 4 / 3))]
    if config["thumbnail"]:
        val = [resize]
        train = padded + flip + [transforms.AutoAugment(transforms.AutoAugmentPolicy.CIFAR10)]
    else:
        val = [transforms.Resize(round(size * 256 / 224)), transforms.CenterCrop(size)]
        train = resized + flip
    if args.crop:
        train = {"center": val, "padded": padded, "resized": resized}[args.crop] + flip
    return transforms.Compose(train + finish), transforms.Compose(val + finish)


class Team:
    """The processes of this training: one, or as many as torchrun started."""

    def __init__(self):
        self.rank, self.size = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        cuda = torch.cuda.is_available()
        self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if cuda else torch.device("cpu")
        if cuda:
            torch.cuda.set_device(self.device)
        if self.size > 1:
            distributed.init_process_group("nccl" if cuda else "gloo")

    @property
    def is_first(self):
        return self.rank == 0

    def sum(self, numbers):
        """The element-wise sum over all processes."""
        total = torch.tensor(numbers, dtype=torch.float64, device=self.device)
        if self.size > 1:
            distributed.all_reduce(total)
        return total.tolist()

    def share_buffers(self, model):
        """Gives all processes the running statistics of the first one."""
        if self.size > 1:
            for buffer in model.buffers():
                distributed.broadcast(buffer, 0)

    def close(self):
        if self.size > 1:
            distributed.destroy_process_group()


def fail(message):
    sys.exit(f"train.py: error: {message}")


def open_folder(args, config, part, transform):
    path = Path(args.data, part)
    if part == "val" and not path.is_dir() and Path(args.data, "test").is_dir():
        path = Path(args.data, "test")
    if not path.is_dir():
        fail(f"{path} is not a folder; expected {part}/CLASS/*.jpg below --data")
    folder = datasets.ImageFolder(path, transform)
    if len(folder.classes) != config["classes"]:
        fail(f"{path} has {len(folder.classes)} classes; config.json has {config['classes']}")
    return folder


def evenly(labels, limit):
    """The places of at most limit images, the first of each class in turn."""
    turns = {}
    ranked = []
    for place, label in enumerate(labels):
        turns[label] = turns.get(label, -1) + 1
        ranked.append((turns[label], label, place))
    return sorted(place for _, _, place in sorted(ranked)[:limit])


def shuffled(count, seed):
    """The numbers below count in the order of kernelviz train: xoshiro256**, seeded by SplitMix64, Fisher and Yates."""
    mask, state = 2**64 - 1, []
    for _ in range(4):
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        z = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & mask
        state.append(z ^ (z >> 31))
    order = list(range(count))
    for index in range(count - 1, 0, -1):
        scrambled = state[1] * 5 & mask
        bits = ((scrambled << 7 | scrambled >> 57) & mask) * 9 & mask
        shifted = state[1] << 17 & mask
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= shifted
        state[3] = (state[3] << 45 | state[3] >> 19) & mask
        other = int((bits >> 11) * 2.0**-53 * (index + 1))
        order[index], order[other] = order[other], order[index]
    return order


def hold_out(labels, count, seed):
    """The places of the training images and of those held out: each class gives its share."""
    sizes, taken, ranked = {}, {}, []
    for label in labels:
        sizes[label] = sizes.get(label, 0) + 1
    for place in shuffled(len(labels), seed):
        label = labels[place]
        ranked.append(((taken.get(label, 0) + 0.5) / sizes[label], label, place))
        taken[label] = taken.get(label, 0) + 1
    places = [place for _, _, place in sorted(ranked)]
    return sorted(places[count:]), sorted(places[:count])


def open_data(args, config, team):
    """Gives the class names and the loaders of this process: training (none where only --evaluate), test, and held out
    (none without --validation)."""
    if args.batch < 1 or args.batch % team.size:
        fail(f"--batch {args.batch} cannot be shared by {team.size} processes")
    train_transform, val_transform = image_transforms(config, args)
    options = {"batch_size": args.batch // team.size, "num_workers": args.workers,
               "pin_memory": team.device.type == "cuda"}
    val = open_folder(args, config, "val", val_transform)
    # Every image once: a distributed sampler would repeat some.
    val_loader = DataLoader(Subset(val, range(team.rank, len(val), team.size)), **options)
    if args.evaluate:
        return val.classes, None, val_loader, None

    train = open_folder(args, config, "train", train_transform)
    if train.classes != val.classes:
        fail("train/ and val/ have different classes")
    places, labels, held_loader = list(range(len(train))), train.targets, None
    if args.validation:
        if args.validation > len(train) - 2:
            fail(f"--validation {args.validation} leaves fewer than 2 of {len(train)} training images")
        places, held = hold_out(labels, args.validation, args.validation_seed)
        # The same files, without augmentation.
        plain = open_folder(args, config, "train", val_transform)
        held_loader = DataLoader(Subset(plain, held[team.rank::team.size]), **options)
    if args.limit:
        places = [places[place] for place in evenly([labels[place] for place in places], args.limit)]
    if len(places) < len(train):
        train = Subset(train, places)
    sampler = DistributedSampler(train, team.size, team.rank, seed=args.seed)
    train_loader = DataLoader(train, sampler=sampler, drop_last=True, **options)
    if not len(train_loader):
        fail(f"{len(train)} training images are less than one batch of {args.batch}")
    return val.classes, train_loader, val_loader, held_loader


def make_optimizer(model, args):
    """SGD with momentum; no weight decay on biases and batch normalisation."""
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": args.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.SGD(groups, lr=args.lr, momentum=args.momentum)


def learning_rate(step, steps, warmup, lr):
    """A linear rise over the warm-up, then half a cosine down to MIN_LR; steps count from 0."""
    if step < warmup:
        return lr * (step + 1) / warmup
    return MIN_LR + (lr - MIN_LR) * (1 + math.cos(math.pi * (1 + step - warmup) / (steps - warmup))) / 2


def autocast(args, device):
    dtype = torch.float16 if args.amp == "fp16" else torch.bfloat16
    return torch.autocast(device.type, dtype, enabled=args.amp != "off")


def train_epoch(model, loader, optimizer, scaler, criterion, epoch, args, team):
    """Gives the mean loss and the images per second of all processes."""
    model.train()
    warmup, steps = args.warmup_epochs * len(loader), args.epochs * len(loader)
    start, loss_sum, images = time.perf_counter(), torch.zeros((), device=team.device), 0
    for index, (image, label) in enumerate(loader):
        step = epoch * len(loader) + index
        lr = learning_rate(step, steps, warmup, args.lr)
        for group in optimizer.param_groups:
            group["lr"] = lr
        image = image.to(team.device, non_blocking=True, memory_format=torch.channels_last)
        label = label.to(team.device, non_blocking=True)
        with autocast(args, team.device):
            loss = criterion(model(image), label)
        optimizer.zero_grad(set_to_none=True)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        loss_sum += loss.detach() * len(label)
        images += len(label)
        if team.is_first and (index + 1) % 50 == 0:
            seconds = time.perf_counter() - start
            left = seconds / (index + 1) * (len(loader) - index - 1)
            print(f"epoch {epoch + 1} step {index + 1}/{len(loader)} loss {loss.item():.4f} lr {lr:.5f} "
                  f"{images * team.size / seconds:.0f} images/s, {left:.0f} s left", flush=True)
            if not math.isfinite(loss.item()):
                fail(f"the loss is {loss.item()} in step {index + 1} of epoch {epoch + 1}; lower --lr")
    loss_total, count = team.sum([loss_sum.item(), images])
    if not math.isfinite(loss_total):
        fail(f"the loss of epoch {epoch + 1} is {loss_total}; lower --lr")
    return loss_total / count, lr, count / (time.perf_counter() - start)


@torch.inference_mode()
def evaluate(model, loader, args, team):
    """Gives top-1 and top-5 on all images of a loader."""
    team.share_buffers(model)
    model.eval()
    top1 = top5 = count = 0
    for image, label in loader:
        image = image.to(team.device, non_blocking=True, memory_format=torch.channels_last)
        with autocast(args, team.device):
            logits = model(image)
        best = logits.float().cpu().topk(min(5, logits.shape[1])).indices
        hits = best == label.unsqueeze(1)
        top1 += hits[:, 0].sum().item()
        top5 += hits.any(1).sum().item()
        count += len(label)
    top1, top5, count = team.sum([top1, top5, count])
    return top1 / count, top5 / count


def replace(path, write):
    """Writes beside the target and renames: a reader sees the old file or the new one."""
    temporary = path.with_name(path.name + ".tmp")
    write(temporary)
    os.replace(temporary, path)


def save_weights(out, model, config, classes):
    """Writes the state dict alone, for kernelviz and everyone else."""
    weights = {
        name: tensor.detach().cpu().contiguous()
        for name, tensor in model.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    metadata = {"format": "pt", "name": config["name"], "family": "VGNet", "config": json.dumps(config),
                "class_names": json.dumps(classes)}
    if config["input_channels"] == 3:
        metadata["input"] = f"RGB {config['input_size']} /255 ImageNet mean/std"
    replace(out / "weights.pth", lambda path: torch.save(weights, path))
    replace(out / "weights.safetensors", lambda path: save_file(weights, path, metadata))


def save_log(out, history, is_validated):
    def write(path):
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            header = ["epoch", "lr", "train_loss", "val_top1", "val_top5", "images_per_second"]
            writer.writerow(header + (["validation_top1", "validation_top5"] if is_validated else []))
            writer.writerows(history)

    replace(out / "log.csv", write)


def main():
    config = load_config()
    args = arguments(config)
    team = Team()
    if args.evaluate and not args.init:
        fail("--evaluate needs --init")
    classes, train_loader, val_loader, held_loader = open_data(args, config, team)

    torch.manual_seed(args.seed)
    net = VGNet(config)
    if args.init:
        load_weights(net, args.init)
    net = net.to(team.device, memory_format=torch.channels_last)
    if args.evaluate:
        top1, top5 = evaluate(net, val_loader, args, team)
        if team.is_first:
            print(f"top-1 {top1:.4f} top-5 {top5:.4f}")
        team.close()
        return

    optimizer = make_optimizer(net, args)
    scaler = torch.amp.GradScaler(team.device.type, enabled=args.amp == "fp16" and team.device.type == "cuda")
    criterion = nn.CrossEntropyLoss(label_smoothing=args.label_smoothing)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    if team.is_first:
        # Beside weights.pth, which has no place for it: kernelviz finds the design there.
        replace(out / "config.json", lambda path: path.write_text(json.dumps(config, indent=2), encoding="utf-8"))
    first_epoch, history = 0, []
    if args.resume and (out / "last.pth").exists():
        state = torch.load(out / "last.pth", map_location=team.device, weights_only=True)
        net.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        scaler.load_state_dict(state["scaler"])
        first_epoch, history = state["epoch"], state["history"]
    model = net
    if team.size > 1:
        model = nn.parallel.DistributedDataParallel(net, [team.device] if team.device.type == "cuda" else None)
    if args.compile:
        model = torch.compile(model)

    for epoch in range(first_epoch, args.epochs):
        # The same random choices, whether or not the run was interrupted before this epoch.
        torch.manual_seed((args.seed << 32) + epoch * team.size + team.rank)
        train_loader.sampler.set_epoch(epoch)
        loss, lr, speed = train_epoch(model, train_loader, optimizer, scaler, criterion, epoch, args, team)
        # Where images are held out the test part is looked at once, in the end.
        tests = not held_loader or epoch + 1 == args.epochs
        test = [f"{share:.5f}" for share in evaluate(net, val_loader, args, team)] if tests else ["", ""]
        held = [f"{share:.5f}" for share in evaluate(net, held_loader, args, team)] if held_loader else []
        top1, top5 = held or test
        if team.is_first:
            history.append([epoch + 1, f"{lr:.6g}", f"{loss:.5f}", *test, f"{speed:.1f}", *held])
            state = {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "scaler": scaler.state_dict(),
                     "epoch": epoch + 1, "history": history}
            replace(out / "last.pth", lambda path: torch.save(state, path))
            save_weights(out, net, config, classes)
            save_log(out, history, bool(held_loader))
            print(f"epoch {epoch + 1}/{args.epochs} loss {loss:.4f} top-1 {float(top1):.4f} top-5 {float(top5):.4f} "
                  f"{speed:.0f} images/s", flush=True)
    team.close()


if __name__ == "__main__":
    main()
