"""The model that `vae-tui export` writes, as a module of PyTorch's.

    from safetensors.torch import load_file
    from vae import Vae, read_metadata

    vae = Vae(read_metadata("model.safetensors"))
    vae.load_state_dict(load_file("model.safetensors"))
"""

import json
import zipfile

import torch
from torch import lgamma, nn
from torch.nn.functional import logsigmoid, softplus

# The least log-variance of a Gaussian value: that of the rounding to one of 256 levels.
LEAST_LOG_VARIANCE = -13.567432


class Vae(nn.Module):
    """Kingma and Welling (2013), appendix C: fully connected layers in encoder and decoder.

    `metadata` is what an exported file says of its model. `encoder(x)` says the mean of every latent dimension, then the
    log-variance of every one; a model that Monte Carlo EM trained has none. `decoder(z)` says the first number of every value,
    then the second number of every value, and so on, of as many as the likelihood needs.
    """

    def __init__(self, metadata):
        super().__init__()
        pixels, hidden, latent = metadata["pixels"], metadata["hidden"], metadata["latent"]
        self.pixels, self.latent, self.likelihood = pixels, latent, metadata["likelihood"]
        self.observation = metadata["observation"]
        numbers = numbers_per_value(self.likelihood, self.observation)
        if metadata["encoder"]:
            self.encoder = layers([pixels, *hidden, 2 * latent], metadata["activation"])
        self.decoder = layers([latent, *reversed(hidden), numbers * pixels], metadata["activation"])
        if self.likelihood == "gaussian" and self.observation["variance"] == "Shared":
            self.decoder.log_variance = nn.Parameter(torch.zeros(1))

    def posterior(self, x):
        """Mean and log-variance of q(z|x), a row per item."""
        return self.encoder(x).split(self.latent, dim=1)

    def log_likelihood(self, x, z):
        """log p(x|z) in nats, of every row."""
        return self.of_values(self.decoder(z).double(), x.double())[0].sum(1)

    def mean_item(self, z):
        """The mean of p(x|z), a row per latent vector."""
        return self.of_values(self.decoder(z).double(), torch.zeros(len(z), self.pixels).double())[1]

    def lower_bound(self, x, noise):
        """The lower bound of every item in nats, with one sample (equation 10 of the paper)."""
        mean, log_variance = self.posterior(x)
        kl = (mean**2 + log_variance.exp() - log_variance - 1).sum(1) / 2
        return self.log_likelihood(x, mean + (log_variance / 2).exp() * noise) - kl

    def of_values(self, decoded, x):
        """log p(x) of every value given the decoder's numbers, and the mean."""
        scale = self.observation["counts_per_unit"]
        counts = (x * scale).round()
        if self.likelihood == "bernoulli":
            return x * decoded - softplus(decoded), decoded.sigmoid()
        if self.likelihood == "continuous-bernoulli":
            values = torch.distributions.ContinuousBernoulli(logits=decoded, validate_args=False)
            return values.log_prob(x), values.mean
        if self.likelihood == "gaussian":
            return self.of_gaussian_values(decoded, x)
        if self.likelihood == "poisson":
            rate, log_rate = positive(decoded, 16)
            return counts * log_rate - rate - lgamma(counts + 1), rate / scale
        if self.likelihood == "categorical":
            classes = self.observation["classes"]
            per_unit = 1 if scale == 1 else classes - 1
            log_p = decoded.unflatten(1, (classes, -1)).log_softmax(1)
            places = (x * per_unit).round().long().clamp(0, classes - 1)
            picked = log_p.gather(1, places[:, None])[:, 0]
            levels = torch.arange(classes, dtype=torch.double) / per_unit
            return picked, (log_p.exp() * levels[:, None]).sum(1)
        first, second = decoded.chunk(2, dim=1)
        if self.likelihood == "beta-binomial":
            (alpha, _), (beta, _) = positive(first, 12), positive(second, 12)
            misses = scale - counts
            log_choices = lgamma(counts + misses + 1) - lgamma(counts + 1) - lgamma(misses + 1)
            log_p = log_choices + log_beta(counts + alpha, misses + beta) - log_beta(alpha, beta)
            return log_p, alpha / (alpha + beta)
        if self.likelihood == "negative-binomial":
            (mean, log_mean), (shape, log_shape) = positive(first, 16), positive(second, 12)
            log_choices = lgamma(counts + shape) - lgamma(shape) - lgamma(counts + 1)
            log_total = (shape + mean).log()
            log_p = log_choices + counts * (log_mean - log_total) + shape * (log_shape - log_total)
            return log_p, mean / scale
        if self.likelihood == "discretised-logistic":
            width, _ = positive(second, 9)
            upper, lower = ((counts + half) / scale - first for half in (0.5, -0.5))
            below, above = logsigmoid(upper / width), logsigmoid(-lower / width)
            between = below + above + (-torch.expm1(-1 / (scale * width))).log()
            edges = torch.where(counts == 0, below, above)
            inside = (counts > 0) & (counts < scale)
            levels = (torch.arange(scale, dtype=torch.double) + 0.5) / scale
            mean = sum(((first - level) / width).sigmoid() for level in levels) / scale
            return torch.where(inside, between, edges), mean
        raise ValueError(f"the likelihood {self.likelihood} is not known here")

    def of_gaussian_values(self, decoded, x):
        """The same of a Gaussian, whose log-variance is above a floor: of every value its own, one for all, or given."""
        numbers, raw = decoded, None
        if self.observation["variance"] == "Learned":
            numbers, raw = decoded.chunk(2, dim=1)
        elif self.observation["variance"] == "Shared":
            raw = self.decoder.log_variance.double()
        if raw is None:
            log_variance = torch.tensor(self.observation["fixed_variance"]).double().log()
        else:
            log_variance = LEAST_LOG_VARIANCE + softplus(raw - LEAST_LOG_VARIANCE)
        mean = numbers.sigmoid() if self.observation["mean"] == "Unit" else numbers
        return torch.distributions.Normal(mean, (log_variance / 2).exp()).log_prob(x), mean


def numbers_per_value(likelihood, observation):
    """The numbers that the decoder's last layer has for every value."""
    if likelihood == "categorical":
        return observation["classes"]
    if likelihood == "gaussian":
        return 2 if observation["variance"] == "Learned" else 1
    return 1 if likelihood in ["bernoulli", "continuous-bernoulli", "poisson"] else 2


def layers(sizes, activation):
    """Linear layers of these sizes with a nonlinearity between them."""
    nonlinearity = {"tanh": nn.Tanh, "relu": nn.ReLU}[activation]
    stack = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        stack += [nn.Linear(inputs, outputs), nonlinearity()]
    return nn.Sequential(*stack[:-1])


def positive(number, most):
    """A positive number from any, and its logarithm, which is at most so far from 0."""
    logarithm = most * torch.tanh(number / most)
    return logarithm.exp(), logarithm


def log_beta(a, b):
    """The logarithm of the beta function."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


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
