"""The step of auto-encoding variational Bayes in JAX, compiled as a whole, with Adam."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np

from turns import arguments, take_turns

PIXELS, HIDDEN, LATENT, BATCH, LIKELIHOOD, _ = arguments()
ITEMS = 10_000
LEAST_LOG_VARIANCE = -13.567432


def layer(key, inputs, outputs):
    limit = math.sqrt(6 / (inputs + outputs))
    return jax.random.uniform(key, (inputs, outputs), minval=-limit, maxval=limit), jnp.zeros(outputs)


def affine(parameters, x):
    weight, bias = parameters
    return x @ weight + bias


def loss(parameters, x, noise):
    first, moments, second, output = parameters
    mean, log_variance = jnp.split(affine(moments, jnp.tanh(affine(first, x))), 2, axis=1)
    z = mean + jnp.exp(0.5 * log_variance) * noise
    decoded = affine(output, jnp.tanh(affine(second, z)))
    if LIKELIHOOD == "bernoulli":
        log_likelihood = jnp.sum(x * decoded - jax.nn.softplus(decoded))
    else:
        mean_x, log_variance_x = jnp.split(decoded, 2, axis=1)
        log_variance_x = LEAST_LOG_VARIANCE + jax.nn.softplus(log_variance_x - LEAST_LOG_VARIANCE)
        squares = (x - jax.nn.sigmoid(mean_x)) ** 2 * jnp.exp(-log_variance_x)
        log_likelihood = -0.5 * jnp.sum(math.log(2 * math.pi) + log_variance_x + squares)
    kl = -0.5 * jnp.sum(1 + log_variance - mean**2 - jnp.exp(log_variance))
    return kl - log_likelihood


@functools.partial(jax.jit, donate_argnums=(0, 1, 2, 3))
def update(parameters, first, second, count, key, items, start):
    rows = (start + jnp.arange(BATCH)) % ITEMS
    x = items[rows].astype(jnp.float32) / 255
    key, draw = jax.random.split(key)
    gradients = jax.grad(loss)(parameters, x, jax.random.normal(draw, (BATCH, LATENT)))
    count = count + 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
    rate = 1e-3 * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    parameters = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-8), parameters, first, second)
    return parameters, first, second, count, key


def main():
    keys = jax.random.split(jax.random.key(1), 5)
    outputs = PIXELS if LIKELIHOOD == "bernoulli" else 2 * PIXELS
    sizes = [(PIXELS, HIDDEN), (HIDDEN, 2 * LATENT), (LATENT, HIDDEN), (HIDDEN, outputs)]
    parameters = [layer(key, *size) for key, size in zip(keys, sizes)]
    zeros = lambda: jax.tree.map(jnp.zeros_like, parameters)
    items = jnp.asarray(np.random.default_rng(1).integers(0, 256, (ITEMS, PIXELS), dtype=np.uint8))
    state = [parameters, zeros(), zeros(), jnp.zeros(()), keys[4]]
    start = 0

    def step():
        nonlocal state, start
        state = update(*state, items, start)
        start = (start + BATCH) % ITEMS
        jax.block_until_ready(state[0])

    take_turns(step)


main()
