"""The step of auto-encoding variational Bayes in PyTorch, as its own example has it, with Adam."""

import math

import torch
from torch.nn import RNN, Conv2d, ConvTranspose2d, Flatten, Linear, Parameter, ReLU, Sequential, Tanh, Unflatten, functional

from turns import arguments, take_turns

PIXELS, HIDDEN, LATENT, BATCH, LIKELIHOOD, THREADS, KIND = arguments()
ITEMS = 10_000
LEAST_LOG_VARIANCE = -13.567432
# Samples of the importance-weighted bound.
SAMPLES = 50
# Steps of a sequence, units of the recurrent layer, and of the emitter's layer behind the latent variables.
STEPS, RECURRENT, EMITTER = 60, 600, 100


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


class Markov(torch.nn.Module):
    """The bound of a deep Markov model (Krishnan, Shalit and Sontag 2017, equations 6, 11 and 13) with a plain recurrent layer."""

    def __init__(self):
        super().__init__()
        values = PIXELS // STEPS
        # The library's recurrent layer reads forwards: it gets the sequence turned round.
        self.recurrent = RNN(values, RECURRENT, nonlinearity="tanh")
        self.combine, self.moments = Linear(LATENT, RECURRENT), Linear(RECURRENT, 2 * LATENT)
        self.gate = Sequential(Linear(LATENT, HIDDEN), ReLU(), Linear(HIDDEN, LATENT))
        self.proposal = Sequential(Linear(LATENT, HIDDEN), ReLU(), Linear(HIDDEN, LATENT))
        self.straight, self.scale = Linear(LATENT, LATENT), Linear(LATENT, LATENT)
        self.emitter = Sequential(
            Linear(LATENT, EMITTER), ReLU(), Linear(EMITTER, HIDDEN), ReLU(), Linear(HIDDEN, values)
        )
        self.before_first, self.first = Parameter(torch.zeros(LATENT)), Parameter(torch.zeros(LATENT))

    def loss(self, x):
        values = x.view(BATCH, STEPS, -1).transpose(0, 1)
        states = self.recurrent(values.flip(0))[0].flip(0)
        z, draws, all_moments = self.before_first.expand(BATCH, LATENT), [], []
        for state, noise in zip(states, torch.randn(STEPS, BATCH, LATENT)):
            moments = self.moments(0.5 * (torch.tanh(self.combine(z)) + state))
            mean, log_variance = moments.chunk(2, dim=1)
            z = mean + torch.exp(0.5 * log_variance) * noise
            draws.append(z)
            all_moments.append(moments)
        z = torch.stack(draws)
        mean, log_variance = torch.stack(all_moments).chunk(2, dim=2)
        before = torch.cat([self.first.expand(1, BATCH, LATENT), z[:-1]])
        share, proposed = torch.sigmoid(self.gate(before)), self.proposal(before)
        prior_mean = (1 - share) * self.straight(before) + share * proposed
        prior_variance = functional.softplus(self.scale(torch.relu(proposed))) + 1e-6
        squares = (log_variance.exp() + (mean - prior_mean) ** 2) / prior_variance
        kl = 0.5 * torch.sum(prior_variance.log() - log_variance + squares - 1)
        return kl + functional.binary_cross_entropy_with_logits(self.emitter(z), values, reduction="sum")


MODELS = {"plain": Vae, "weighted": Weighted, "convolutional": Convolutional, "markov": Markov}


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
