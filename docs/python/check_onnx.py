"""Checks the ONNX graphs of `vae-tui export` with the checker of the `onnx` package, and computes them with ONNX Runtime.

    vae-tui export run.ron --onnx graphs --check check.npz
    python check_onnx.py graphs check.npz

Needs: onnx, onnxruntime, numpy. Exit status 1 where a number differs by more than 1e-4.
"""

import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime


def compute(path, **inputs):
    """The outputs of a graph, by name."""
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def main(folder, check):
    here = numpy.load(check)
    pixels = here["x"].shape[1]
    differences = {}
    for items in [1, len(here["x"])]:
        encoded = compute(Path(folder) / "encoder.onnx", x=here["x"][:items])
        for name in ["mean", "log_variance"]:
            differences[name] = numpy.abs(encoded[name] - here[name][:items]).max()
        z = encoded["mean"] + numpy.exp(encoded["log_variance"] / 2) * here["noise"][:items]
        logits = compute(Path(folder) / "decoder.onnx", z=z)["decoded"][:, :pixels]
        differences["mean_item"] = numpy.abs(1 / (1 + numpy.exp(-logits)) - here["mean_item"][:items]).max()
    for name, difference in differences.items():
        print(f"{len(here['x'])} items, largest difference of {name} {difference:.1e}")
    return 0 if max(differences.values()) < 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
