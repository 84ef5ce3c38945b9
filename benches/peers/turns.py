"""A peer's side of the bench: makes steps when it is told to, and says how long one took."""

import sys
import time


def take_turns(step):
    """Reads the seconds of a turn from each line, makes steps for that long and writes the seconds of one.

    `step` makes one training step and returns when it is done.
    """
    step()
    for line in sys.stdin:
        turn, steps, started = float(line), 0, time.perf_counter()
        while time.perf_counter() - started < turn:
            step()
            steps += 1
        print((time.perf_counter() - started) / steps, flush=True)


def arguments():
    """Pixels, hidden units, latent dimensions, minibatch, likelihood, threads, kind of step."""
    pixels, hidden, latent, batch = (int(word) for word in sys.argv[1:5])
    return pixels, hidden, latent, batch, sys.argv[5], int(sys.argv[6]), sys.argv[7]
