"""The model that `vae-tui export` writes, as a module of PyTorch's.

    from safetensors.torch import load_file
    from vae import Vae, read_metadata

    vae = Vae.of(read_metadata("model.safetensors"))
    vae.load_state_dict(load_file("model.safetensors"))
"""

import json
import zipfile

import torch
from torch import nn
from torch.nn import functional

# The least log-variance of a Gaussian pixel: that of the rounding to one of 256 levels.
LEAST_LOG_VARIANCE = -13.567432


class Vae(nn.Module):
    """Kingma and Welling (2013), appendix C: fully connected layers in encoder and decoder.

    `encoder(x)` says the mean of every latent dimension, then the log-variance of every one; a model that Monte Carlo EM
    trained has none. `decoder(z)` says the numbers of p(x|z): of a Bernoulli the logit of every pixel; of a Gaussian the
    logit of the mean of every pixel, then the raw log-variance of every one.
    """

    def __init__(self, pixels, hidden, latent, activation="tanh", likelihood="bernoulli", encoder=True):
        super().__init__()
        self.latent, self.likelihood = latent, likelihood
        outputs = {"bernoulli": 1, "gaussian": 2}[likelihood] * pixels
        if encoder:
            self.encoder = layers([pixels, *hidden, 2 * latent], activation)
        self.decoder = layers([latent, *reversed(hidden), outputs], activation)

    @classmethod
    def of(cls, metadata):
        """A model with the sizes that an exported file says of itself, and its first values still random."""
        names = ["pixels", "hidden", "latent", "activation", "likelihood", "encoder"]
        return cls(**{name: metadata[name] for name in names})

    def posterior(self, x):
        """Mean and log-variance of q(z|x), a row per item."""
        return self.encoder(x).split(self.latent, dim=1)

    def log_likelihood(self, x, z):
        """log p(x|z) in nats, of every row."""
        decoded = self.decoder(z)
        if self.likelihood == "bernoulli":
            return -functional.binary_cross_entropy_with_logits(decoded, x, reduction="none").sum(1)
        logits, raw = decoded.chunk(2, dim=1)
        log_variance = LEAST_LOG_VARIANCE + functional.softplus(raw - LEAST_LOG_VARIANCE)
        return torch.distributions.Normal(logits.sigmoid(), (log_variance / 2).exp()).log_prob(x).sum(1)

    def mean_item(self, z):
        """The mean of p(x|z), a row per latent vector."""
        decoded = self.decoder(z)
        return (decoded if self.likelihood == "bernoulli" else decoded.chunk(2, dim=1)[0]).sigmoid()

    def lower_bound(self, x, noise):
        """The lower bound of every item in nats, with one sample (equation 10 of the paper)."""
        mean, log_variance = self.posterior(x)
        kl = (mean**2 + log_variance.exp() - log_variance - 1).sum(1) / 2
        return self.log_likelihood(x, mean + (log_variance / 2).exp() * noise) - kl


def layers(sizes, activation):
    """Linear layers of these sizes with a nonlinearity between them."""
    nonlinearity = {"tanh": nn.Tanh, "relu": nn.ReLU}[activation]
    stack = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        stack += [nn.Linear(inputs, outputs), nonlinearity()]
    return nn.Sequential(*stack[:-1])


def read_metadata(path):
    """What an exported file says of its model, in safetensors or NPZ."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as file:
            return json.loads(file.read("vae-tui.json"))
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        return json.loads(file.metadata()["vae-tui"])


def read_npz(path):
    """The parameters in an NPZ file, for `load_state_dict`."""
    import numpy

    with numpy.load(path) as file:
        names = [name for name in file.files if name != "vae-tui.json"]
        return {name: torch.from_numpy(file[name]) for name in names}
