"""The step of auto-encoding variational Bayes in JAX, compiled as a whole, with Adam."""

import functools
import math

import jax
import jax.numpy as jnp
import jax.scipy.special
import numpy as np

from turns import arguments, take_turns

PIXELS, HIDDEN, LATENT, BATCH, LIKELIHOOD, _, KIND = arguments()
ITEMS = 10_000
LEAST_LOG_VARIANCE = -13.567432
# Samples of the importance-weighted bound; channels and kernel of the convolutions, which have a stride of 2.
SAMPLES = 50
CHANNELS, KERNEL = (32, 64), 4
# Steps of a sequence, units of the recurrent layer, and of the emitter's layer behind the latent variables.
STEPS, RECURRENT, EMITTER = 60, 600, 100


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


def weighted_loss(parameters, x, noise):
    """The importance-weighted bound with two hidden layers (Burda, Grosse and Salakhutdinov 2016, equation 8)."""
    first, second, moments, third, fourth, output = parameters
    hidden = jnp.tanh(affine(second, jnp.tanh(affine(first, x))))
    mean, log_variance = jnp.split(affine(moments, hidden), 2, axis=1)
    z = mean + jnp.exp(0.5 * log_variance) * noise
    logits = affine(output, jnp.tanh(affine(fourth, jnp.tanh(affine(third, z)))))
    log_likelihood = jnp.sum(x * logits - jax.nn.softplus(logits), axis=2)
    divergence = 0.5 * jnp.sum(z**2 - noise**2 - log_variance, axis=2)
    return -jnp.sum(jax.scipy.special.logsumexp(log_likelihood - divergence, axis=0) - math.log(SAMPLES))


def convolutional_loss(parameters, x, noise):
    """The bound with convolutions before the encoder's layers, and transposed ones behind the decoder's."""
    down, first, moments, second, smallest, up = parameters
    maps = x.reshape(-1, 28, 28, 1)
    for weight, bias in down:
        maps = jax.lax.conv_general_dilated(
            maps, weight, (2, 2), ((1, 1), (1, 1)), dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        maps = jax.nn.relu(maps + bias)
    hidden = jax.nn.relu(affine(first, maps.reshape(len(maps), -1)))
    mean, log_variance = jnp.split(affine(moments, hidden), 2, axis=1)
    z = mean + jnp.exp(0.5 * log_variance) * noise
    hidden = jax.nn.relu(affine(smallest, jax.nn.relu(affine(second, z))))
    maps = hidden.reshape(-1, 7, 7, CHANNELS[1])
    for place, (weight, bias) in enumerate(up):
        maps = jax.lax.conv_transpose(maps, weight, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + bias
        maps = maps if place == len(up) - 1 else jax.nn.relu(maps)
    logits = maps.reshape(len(maps), -1)
    kl = -0.5 * jnp.sum(1 + log_variance - mean**2 - jnp.exp(log_variance))
    return kl - jnp.sum(x * logits - jax.nn.softplus(logits))


def markov_loss(parameters, x, noise):
    """The bound of a deep Markov model (Krishnan, Shalit and Sontag 2017, equations 6, 11 and 13) with a plain recurrent layer."""
    recognition, transition, emitter = parameters
    reader, recurrent, combine, moments, before_first = recognition
    values = jnp.swapaxes(x.reshape(BATCH, STEPS, -1), 0, 1)

    def read(state, step):
        state = jnp.tanh(step + state @ recurrent)
        return state, state

    _, states = jax.lax.scan(read, jnp.zeros((BATCH, RECURRENT)), affine(reader, values), reverse=True)

    def draw(z, step):
        state, noise = step
        combined = 0.5 * (jnp.tanh(affine(combine, z)) + state)
        mean, log_variance = jnp.split(affine(moments, combined), 2, axis=1)
        z = mean + jnp.exp(0.5 * log_variance) * noise
        return z, (z, mean, log_variance)

    _, (z, mean, log_variance) = jax.lax.scan(
        draw, jnp.broadcast_to(before_first, (BATCH, LATENT)), (states, noise)
    )
    gate_hidden, gate, proposal_hidden, proposal, straight, scale, first = transition
    before = jnp.concatenate([jnp.broadcast_to(first, (1, BATCH, LATENT)), z[:-1]])
    share = jax.nn.sigmoid(affine(gate, jax.nn.relu(affine(gate_hidden, before))))
    proposed = affine(proposal, jax.nn.relu(affine(proposal_hidden, before)))
    prior_mean = (1 - share) * affine(straight, before) + share * proposed
    prior_variance = jax.nn.softplus(affine(scale, jax.nn.relu(proposed))) + 1e-6
    squares = (jnp.exp(log_variance) + (mean - prior_mean) ** 2) / prior_variance
    kl = 0.5 * jnp.sum(jnp.log(prior_variance) - log_variance + squares - 1)
    small, large, output = emitter
    logits = affine(output, jax.nn.relu(affine(large, jax.nn.relu(affine(small, z)))))
    return kl - jnp.sum(values * logits - jax.nn.softplus(logits))


LOSS = {
    "plain": loss,
    "weighted": weighted_loss,
    "convolutional": convolutional_loss,
    "markov": markov_loss,
}[KIND]
NOISE = {"weighted": (SAMPLES, BATCH, LATENT), "markov": (STEPS, BATCH, LATENT)}.get(KIND, (BATCH, LATENT))


@functools.partial(jax.jit, donate_argnums=(0, 1, 2, 3))
def update(parameters, first, second, count, key, items, start):
    rows = (start + jnp.arange(BATCH)) % ITEMS
    x = items[rows].astype(jnp.float32) / 255
    key, draw = jax.random.split(key)
    gradients = jax.grad(LOSS)(parameters, x, jax.random.normal(draw, NOISE))
    count = count + 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
    rate = 1e-3 * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    parameters = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-8), parameters, first, second)
    return parameters, first, second, count, key


def kernel(key, inputs, outputs):
    limit = math.sqrt(6 / (KERNEL * KERNEL * (inputs + outputs)))
    shape = (KERNEL, KERNEL, inputs, outputs)
    return jax.random.uniform(key, shape, minval=-limit, maxval=limit), jnp.zeros(outputs)


def markov_parameters(keys):
    values = PIXELS // STEPS
    keys = iter(keys)
    of = lambda *sizes: [layer(next(keys), *size) for size in sizes]
    reader, (recurrent, _), combine, moments = of(
        (values, RECURRENT), (RECURRENT, RECURRENT), (LATENT, RECURRENT), (RECURRENT, 2 * LATENT)
    )
    recognition = [reader, recurrent, combine, moments, jnp.zeros(LATENT)]
    transition = of(
        (LATENT, HIDDEN), (HIDDEN, LATENT), (LATENT, HIDDEN), (HIDDEN, LATENT), (LATENT, LATENT), (LATENT, LATENT)
    )
    return [recognition, [*transition, jnp.zeros(LATENT)], of((LATENT, EMITTER), (EMITTER, HIDDEN), (HIDDEN, values))]


def first_parameters(keys):
    if KIND == "markov":
        return markov_parameters(keys)
    outputs = PIXELS if LIKELIHOOD == "bernoulli" else 2 * PIXELS
    if KIND == "convolutional":
        flattened = 7 * 7 * CHANNELS[1]
        down = [kernel(keys[0], 1, CHANNELS[0]), kernel(keys[1], *CHANNELS)]
        up = [kernel(keys[2], *CHANNELS[::-1]), kernel(keys[3], CHANNELS[0], 1)]
        sizes = [(flattened, HIDDEN), (HIDDEN, 2 * LATENT), (LATENT, HIDDEN), (HIDDEN, flattened)]
        layers = [layer(key, *size) for key, size in zip(keys[4:], sizes)]
        return [down, *layers, up]
    sizes = [(PIXELS, HIDDEN), (HIDDEN, 2 * LATENT), (LATENT, HIDDEN), (HIDDEN, outputs)]
    if KIND == "weighted":
        sizes[1:1] = [(HIDDEN, HIDDEN)]
        sizes[-1:-1] = [(HIDDEN, HIDDEN)]
    return [layer(key, *size) for key, size in zip(keys, sizes)]


def main():
    keys = jax.random.split(jax.random.key(1), 14)
    parameters = first_parameters(keys[1:])
    zeros = lambda: jax.tree.map(jnp.zeros_like, parameters)
    items = jnp.asarray(np.random.default_rng(1).integers(0, 256, (ITEMS, PIXELS), dtype=np.uint8))
    state = [parameters, zeros(), zeros(), jnp.zeros(()), keys[0]]
    start = 0

    def step():
        nonlocal state, start
        state = update(*state, items, start)
        start = (start + BATCH) % ITEMS
        jax.block_until_ready(state[0])

    take_turns(step)


main()
