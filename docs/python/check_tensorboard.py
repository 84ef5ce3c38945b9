"""Reads the event files of `vae-tui curves` as TensorBoard does and compares them with the CSV of the same runs.

    vae-tui curves a.ron b.ron -o curves.csv --tensorboard logs
    python check_tensorboard.py logs curves.csv

Needs: tensorboard. Exit status 1 where a number is missing or another.
"""

import csv
import math
import sys
from collections import defaultdict
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

TAGS = {
    "elbo/train": "elbo_train",
    "elbo/test": "elbo_test",
    "terms/reconstruction": "reconstruction",
    "terms/kl": "kl",
    "learning_rate": "learning_rate",
}


def main(folder, table):
    rows = defaultdict(list)
    with open(table, newline="") as file:
        for row in csv.DictReader(file):
            rows[row["run"]].append(row)
    compared = 0
    for run, evaluations in rows.items():
        events = EventAccumulator(str(Path(folder) / run), size_guidance={"scalars": 0})
        events.Reload()
        for tag, column in TAGS.items():
            expected = [row for row in evaluations if row[column]]
            found = events.Scalars(tag) if expected else []
            assert len(found) == len(expected), f"{run} {tag}: {len(found)} of {len(expected)}"
            for event, row in zip(found, expected):
                assert event.step == int(row["samples"]), f"{run} {tag}: step {event.step}"
                assert event.wall_time == float(row["seconds"]), f"{run} {tag}: {event.wall_time} s"
                assert math.isclose(event.value, float(row[column]), rel_tol=1e-6), f"{run} {tag}: {event.value}"
                compared += 1
    print(f"{len(rows)} runs, {compared} numbers: all as in the table")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
