"""The step of auto-encoding variational Bayes in PyTorch, as its own example has it, with Adam."""

import math

import torch
from torch.nn import Conv2d, ConvTranspose2d, Flatten, Linear, ReLU, Sequential, Tanh, Unflatten, functional

from turns import arguments, take_turns

PIXELS, HIDDEN, LATENT, BATCH, LIKELIHOOD, THREADS, KIND = arguments()
ITEMS = 10_000
LEAST_LOG_VARIANCE = -13.567432
# Samples of the importance-weighted bound.
SAMPLES = 50


class Vae(torch.nn.Module):
    def __init__(self):
        super().__init__()
        outputs = PIXELS if LIKELIHOOD == "bernoulli" else 2 * PIXELS
        self.first, self.moments = Linear(PIXELS, HIDDEN), Linear(HIDDEN, 2 * LATENT)
        self.second, self.output = Linear(LATENT, HIDDEN), Linear(HIDDEN, outputs)

    def loss(self, x):
        mean, log_variance = self.moments(torch.tanh(self.first(x))).chunk(2, dim=1)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        decoded = self.output(torch.tanh(self.second(z)))
        if LIKELIHOOD == "bernoulli":
            reconstruction = functional.binary_cross_entropy_with_logits(decoded, x, reduction="sum")
        else:
            mean_x, log_variance_x = decoded.chunk(2, dim=1)
            log_variance_x = LEAST_LOG_VARIANCE + functional.softplus(log_variance_x - LEAST_LOG_VARIANCE)
            squares = (x - torch.sigmoid(mean_x)) ** 2 * torch.exp(-log_variance_x)
            reconstruction = 0.5 * torch.sum(math.log(2 * math.pi) + log_variance_x + squares)
        return reconstruction - 0.5 * torch.sum(1 + log_variance - mean**2 - log_variance.exp())


class Weighted(torch.nn.Module):
    """The importance-weighted bound with two hidden layers (Burda, Grosse and Salakhutdinov 2016, equation 8)."""

    def __init__(self):
        super().__init__()
        self.encoder = Sequential(Linear(PIXELS, HIDDEN), Tanh(), Linear(HIDDEN, HIDDEN), Tanh(), Linear(HIDDEN, 2 * LATENT))
        self.decoder = Sequential(Linear(LATENT, HIDDEN), Tanh(), Linear(HIDDEN, HIDDEN), Tanh(), Linear(HIDDEN, PIXELS))

    def loss(self, x):
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        noise = torch.randn(SAMPLES, *mean.shape)
        z = mean + torch.exp(0.5 * log_variance) * noise
        logits = self.decoder(z)
        log_likelihood = (x * logits - functional.softplus(logits)).sum(dim=2)
        divergence = 0.5 * (z**2 - noise**2 - log_variance).sum(dim=2)
        return -(torch.logsumexp(log_likelihood - divergence, dim=0) - math.log(SAMPLES)).sum()


class Convolutional(torch.nn.Module):
    """The bound with convolutions before the encoder's layers, and transposed ones behind the decoder's."""

    def __init__(self):
        super().__init__()
        convolution = {"kernel_size": 4, "stride": 2, "padding": 1}
        self.encoder = Sequential(
            Unflatten(1, (1, 28, 28)),
            Conv2d(1, 32, **convolution), ReLU(), Conv2d(32, 64, **convolution), ReLU(), Flatten(),
            Linear(7 * 7 * 64, HIDDEN), ReLU(), Linear(HIDDEN, 2 * LATENT),
        )
        self.decoder = Sequential(
            Linear(LATENT, HIDDEN), ReLU(), Linear(HIDDEN, 7 * 7 * 64), ReLU(), Unflatten(1, (64, 7, 7)),
            ConvTranspose2d(64, 32, **convolution), ReLU(), ConvTranspose2d(32, 1, **convolution), Flatten(),
        )

    def loss(self, x):
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        reconstruction = functional.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum")
        return reconstruction - 0.5 * torch.sum(1 + log_variance - mean**2 - log_variance.exp())


MODELS = {"plain": Vae, "weighted": Weighted, "convolutional": Convolutional}


def main():
    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    model = MODELS[KIND]()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    items = torch.randint(0, 256, (ITEMS, PIXELS), dtype=torch.uint8)
    start = 0

    def step():
        nonlocal start
        x = items[start : start + BATCH].float() / 255
        start = (start + BATCH) % (ITEMS - BATCH)
        optimizer.zero_grad()
        model.loss(x).backward()
        optimizer.step()

    take_turns(step)


main()
