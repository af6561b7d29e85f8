"""Writes small nets with reparametrised weights into reparametrised/, with the weights that PyTorch computes with.

python make_reparametrised.py     (torch, safetensors)

parts.pth and parts.safetensors: the state dict as torch.save and safetensors write it; effective.safetensors: for each
layer the weight of its forward pass in evaluation, under the name that it has without the reparametrisation.
"""
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.utils import parametrizations, parametrize, prune, spectral_norm, weight_norm

HERE = pathlib.Path(__file__).parent / "reparametrised"
torch.manual_seed(0)


class Symmetric(nn.Module):
    """Something of which a state dict tells nothing."""

    def forward(self, weight):
        return weight + weight.flip(-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        conv = lambda i=3, o=4: nn.Conv2d(i, o, 3)
        self.old = weight_norm(conv())
        self.old_inputs = weight_norm(conv(), dim=1)
        self.old_whole = weight_norm(conv(), dim=None)
        self.new = parametrizations.weight_norm(conv())
        self.new_rows = parametrizations.weight_norm(conv(), dim=2)
        self.new_whole = parametrizations.weight_norm(conv(), dim=None)
        self.one = weight_norm(conv(3, 1))
        self.spectral = spectral_norm(conv(), n_power_iterations=3)
        self.spectral_up = spectral_norm(nn.ConvTranspose2d(4, 4, 3), n_power_iterations=5)
        self.new_spectral = parametrizations.spectral_norm(conv())
        self.new_spectral_up = parametrizations.spectral_norm(nn.ConvTranspose2d(3, 5, 3))
        self.both = parametrizations.spectral_norm(parametrizations.weight_norm(conv()))
        self.pruned = conv()
        prune.l1_unstructured(self.pruned, "weight", amount=0.5)
        prune.random_unstructured(self.pruned, "bias", amount=0.5)
        self.fc = weight_norm(nn.Linear(6, 4))
        self.unknown = conv()
        parametrize.register_parametrization(self.unknown, "weight", Symmetric())


net = Net()
with torch.no_grad():
    for name, parameter in net.named_parameters():
        # Lengths and directions of their own, not those of a fresh layer.
        if name.endswith(("weight_g", "original0")):
            parameter.uniform_(0.5, 2)
# Singular vectors come from training steps.
for layer, channels in ((net.spectral, 3), (net.spectral_up, 4), (net.new_spectral, 3), (net.both, 3)):
    for _ in range(5):
        layer(torch.randn(1, channels, 5, 5))
net.eval()
effective = {}
with torch.no_grad():
    for name, module in net.named_children():
        if name == "unknown":
            continue
        # The old kind computes its weight in a hook before the forward pass.
        for hook in module._forward_pre_hooks.values():
            hook(module, None)
        effective[f"{name}.weight"] = module.weight.detach().clone().contiguous()
    effective["pruned.bias"] = net.pruned.bias.detach().clone()
state = {k: v.contiguous() for k, v in net.state_dict().items()}
torch.save(state, HERE / "parts.pth")
save_file(state, HERE / "parts.safetensors")
save_file(effective, HERE / "effective.safetensors")
print(*sorted(state), sep="\n")
