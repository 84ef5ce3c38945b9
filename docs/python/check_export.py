"""Loads an export of `vae-tui` into PyTorch and compares what both say of the same items with the same noise.

    vae-tui export run.ron -o model.safetensors --check check.npz
    python check_export.py model.safetensors check.npz

Needs: torch, numpy, safetensors. Exit status 1 where the mean lower bound differs by more than 1e-5 of itself.
"""

import sys

import numpy
import torch
from safetensors.torch import load_file

from vae import Vae, read_metadata, read_npz


def main(parameters, check):
    vae = Vae(read_metadata(parameters))
    state = read_npz(parameters) if parameters.endswith(".npz") else load_file(parameters)
    vae.load_state_dict(state)
    with numpy.load(check) as file:
        here = {name: torch.from_numpy(file[name]) for name in file.files}
    x, noise = here["x"], here["noise"]
    with torch.no_grad():
        mean, log_variance = vae.posterior(x)
        bound = vae.lower_bound(x, noise).double()
        mean_item = vae.mean_item(mean + (log_variance / 2).exp() * noise)
    expected = here["log_likelihood"].double() - here["kl"].double()
    difference = abs(bound.mean() - expected.mean()) / abs(expected.mean())
    worst = ((bound - expected).abs() / expected.abs()).max()
    print(f"{len(x)} items, lower bound {expected.mean():.6f} nats per item here, {bound.mean():.6f} in PyTorch")
    print(f"relative difference of the mean {difference:.1e}, of the worst item {worst:.1e}")
    for name, theirs in [("mean", mean), ("log_variance", log_variance), ("mean_item", mean_item)]:
        print(f"largest difference of {name} {(here[name] - theirs).abs().max():.1e}")
    return 0 if difference < 1e-5 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
