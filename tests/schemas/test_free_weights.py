"""The trained weights are those of the listings beside the script, and the same listings give the same weights."""

from __future__ import annotations

import csv
import json
from collections import Counter
from itertools import islice

from bench.free_weights import DATA, FILES, document, examples
from schemas.free.weights import FILE


def test_the_weights_were_trained_on_all_of_the_listings() -> None:
    labels: Counter[str] = Counter()
    for name in FILES:
        with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
            labels.update(row["label"] for row in csv.DictReader(file))
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert kept["listings"] == dict(labels), "run: python -m bench.free_weights"


def test_training_twice_gives_the_same_bytes() -> None:
    known = list(islice(examples(), 40))
    found = document(known)
    assert found == document(known)
    assert json.loads(found)["stems"]


def test_the_file_is_small() -> None:
    assert FILE.stat().st_size < 200_000
