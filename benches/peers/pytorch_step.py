"""The step of auto-encoding variational Bayes in PyTorch, as its own example has it, with Adam."""

import math

import torch
from torch.nn import Linear, functional

from turns import arguments, take_turns

PIXELS, HIDDEN, LATENT, BATCH, LIKELIHOOD, THREADS = arguments()
ITEMS = 10_000
LEAST_LOG_VARIANCE = -13.567432


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


def main():
    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    model = Vae()
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
