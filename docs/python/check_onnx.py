"""Checks the ONNX graphs of `vae-tui export` with the checker of the `onnx` package, and computes them with ONNX Runtime.

    vae-tui export run.ron -o model.safetensors --onnx graphs --check check.npz
    python check_onnx.py graphs check.npz model.safetensors

The encoder is compared with what the program says of the same items, the decoder with PyTorch's of the same file.
Needs: onnx, onnxruntime, numpy, torch, safetensors. Exit status 1 where a number differs by more than 1e-4.
"""

import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime
import torch
from safetensors.torch import load_file

from vae import Vae, read_metadata


def compute(path, **inputs):
    """The outputs of a graph, by name."""
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def main(folder, check, parameters):
    here = numpy.load(check)
    vae = Vae(read_metadata(parameters))
    vae.load_state_dict(load_file(parameters))
    differences = {}
    for items in [1, len(here["x"])]:
        encoded = compute(Path(folder) / "encoder.onnx", x=here["x"][:items])
        for name in ["mean", "log_variance"]:
            differences[name] = numpy.abs(encoded[name] - here[name][:items]).max()
        z = encoded["mean"] + numpy.exp(encoded["log_variance"] / 2) * here["noise"][:items]
        decoded = compute(Path(folder) / "decoder.onnx", z=z)["decoded"]
        with torch.no_grad():
            differences["decoded"] = numpy.abs(decoded - vae.decoder(torch.from_numpy(z)).numpy()).max()
    for name, difference in differences.items():
        print(f"{len(here['x'])} items, largest difference of {name} {difference:.1e}")
    return 0 if max(differences.values()) < 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
