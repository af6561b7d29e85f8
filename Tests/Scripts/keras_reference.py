"""Logits of the networks in KerasGraphTests.swift, computed with PyTorch in float64 from what the layers mean in Keras.

Weights follow a formula that the tests repeat; kernels are made in Keras' order (H×W×I×O) and turned here.
"""

import torch
import torch.nn.functional as F


def numbers(count, seed):
    return torch.tensor([((i * 37 + seed * 61) % 101 - 50) / 100 for i in range(count)], dtype=torch.float64)


def positive(count, seed):
    return torch.tensor([0.5 + ((i * 37 + seed * 61) % 101) / 100 for i in range(count)], dtype=torch.float64)


def kernel(shape, seed):
    h, w, i, o = shape
    return numbers(h * w * i * o, seed).reshape(shape).permute(3, 2, 0, 1)


def depthwise(shape, seed):
    h, w, c, m = shape
    return numbers(h * w * c * m, seed).reshape(shape).permute(2, 3, 0, 1).reshape(c * m, 1, h, w)


def same(x, size, stride):
    """TensorFlow's SAME: the larger half below and to the right."""
    total = [max((-(-n // stride) - 1) * stride + size - n, 0) for n in x.shape[2:]]
    return F.pad(x, (total[1] // 2, total[1] - total[1] // 2, total[0] // 2, total[0] - total[0] // 2))


def norm(x, seed, eps, scale=True):
    c = x.shape[1]
    gamma = numbers(c, seed) if scale else None
    return F.batch_norm(x, numbers(c, seed + 2), positive(c, seed + 3), gamma, numbers(c, seed + 1), eps=eps)


def hard_swish(x):
    return x * F.relu6(x + 3) / 6


def image(size, channels=3):
    n = size * size * channels
    return torch.tensor([(i * 7 % 256) for i in range(n)], dtype=torch.float64).reshape(1, channels, size, size)


def mobile():
    """Keras 2, as keras.applications writes MobileNetV3: operations of TensorFlow, hard swish spelt out."""
    x = image(9) / 127.5 - 1
    x = F.conv2d(F.pad(x, (0, 1, 0, 1)), kernel((3, 3, 3, 4), 1), stride=2)
    x = hard_swish(norm(x, 10, 1e-3))
    x = F.conv2d(same(x, 3, 2), depthwise((3, 3, 4, 1), 2), numbers(4, 3), stride=2, groups=4)
    x = F.relu(norm(x, 20, 0.01, scale=False))
    s = x.mean((2, 3), keepdim=True)
    s = F.relu(F.conv2d(s, kernel((1, 1, 4, 2), 4), numbers(2, 5)))
    s = F.conv2d(s, kernel((1, 1, 2, 4), 6), numbers(4, 7))
    s = torch.clamp(0.2 * s + 0.5, 0, 1)  # Keras 2's hard sigmoid.
    x = x * s
    x = x + F.conv2d(x, kernel((1, 1, 4, 4), 8), numbers(4, 9))
    x = x.permute(0, 2, 3, 1).reshape(1, -1)
    return x @ numbers(16 * 5, 30).reshape(16, 5) + numbers(5, 31)


def inception():
    """Keras 3: a shared layer, a model inside, a separable and a dilated convolution, squeeze and excite by Dense."""
    x = image(8) / 255
    def inner(x):
        x = F.silu(F.conv2d(same(x, 3, 1), kernel((3, 3, 3, 4), 41), numbers(4, 42)))
        return F.max_pool2d(x, 2)
    x = inner(x)
    shared = lambda x: F.relu6(F.conv2d(same(x, 3, 1), kernel((3, 3, 4, 4), 43)))
    a = shared(x)
    b = shared(a)
    c = F.conv2d(same(x, 3, 2), depthwise((3, 3, 4, 2), 44), stride=2, groups=4)
    c = F.conv2d(c, kernel((1, 1, 8, 4), 45), numbers(4, 46))
    d = F.avg_pool2d(same(b, 3, 2), 3, 2) * 9
    ones = F.avg_pool2d(same(torch.ones_like(b), 3, 2), 3, 2) * 9
    d = d / ones  # Keras does not count the border.
    x = torch.cat([c, d], 1)
    x = F.conv2d(F.pad(x, (2, 2, 2, 2)), kernel((3, 3, 4, 6), 47), dilation=2, groups=2)
    s = x.mean((2, 3))
    s = F.relu(s @ numbers(6 * 3, 48).reshape(6, 3) + numbers(3, 49))
    s = torch.sigmoid(s @ numbers(3 * 6, 50).reshape(3, 6) + numbers(6, 51))
    x = x * s[:, :, None, None]
    x = F.hardswish(norm(x, 60, 1e-3))
    x = x.mean((2, 3))
    x = F.relu6(x + 3) / 6  # Keras 3's hard sigmoid.
    return x @ numbers(6 * 4, 52).reshape(6, 4) + numbers(4, 53)


def theano():
    """Keras 1 on Theano: O×I×H×W, kernels turned by 180° before they slide; channels first."""
    x = image(6)
    w = numbers(4 * 3 * 3 * 3, 70).reshape(4, 3, 3, 3).flip(2, 3)
    x = F.relu(F.conv2d(F.pad(x, (1, 1, 1, 1)), w, numbers(4, 71), stride=1))
    x = F.max_pool2d(x, 2)
    x = norm(x, 80, 1e-5)
    x = x.reshape(1, -1)
    return x @ numbers(4 * 9 * 3, 72).reshape(36, 3) + numbers(3, 73)


for net in [mobile, inception, theano]:
    print(net.__name__, [float(f"{v:.7g}") for v in net().flatten()])
