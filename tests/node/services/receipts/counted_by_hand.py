"""The figures of a city a second time: from feeds alone, by hand, with nothing of the program.

Reads JSON as it is published: matches halves of desks that were given, weighs them by what was measured, else stated,
else by the usual weight of a desk, and works out carbon, its range and the landfill tax. Grams and pence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

DESK_KG, TAX = Fraction(26), Fraction("130.75")
"""A usual desk (Merseyside), and pounds a tonne in England from April 2026."""
WRAP, RESTART = Fraction(2, 5), Fraction("67.13076923") / Fraction("29.80769231")
"""Carbon of a kilogram: what WRAP says was avoided, and what The Restart Project says that furniture has cost."""
LEAST, MOST = Fraction(27, 100), Fraction(82, 100)


def items(pages: Iterable[bytes]) -> list[dict[str, Any]]:
    return [item["_sharefeed"] for page in pages for item in json.loads(page)["items"]]


def matched(halves: Iterable[Mapping[str, Any]], *outcomes: str) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Both halves of each exchange that two nodes tell alike and that came to its end."""
    by: dict[str, dict[str, Mapping[str, Any]]] = {}
    for half in halves:
        by.setdefault(half["exchange"], {})[half["side"]] = half
    found = []
    for told in by.values():
        if len(told) == 2 and told["owner"]["signed_by"] != told["asker"]["signed_by"]:
            owner, asker = told["owner"], told["asker"]
            same = all(owner[name] == asker[name] for name in ("outcome", "quantity", "listing", "asker_home"))
            if same and owner["outcome"] in (outcomes or ("received",)):
                found.append((owner, asker))
    return found


def whole(number: Fraction) -> int:
    return int(number + Fraction(1, 2))


def grams(owner: Mapping[str, Any], asker: Mapping[str, Any]) -> int:
    """Of all of them: measured before stated, of two the smaller, else what a desk weighs."""
    said = [(one["weight_source"], Fraction(str(one["weight_kg"]))) for one in (owner, asker) if "weight_kg" in one]
    measured = [kilograms for source, kilograms in said if source == "measured"]
    one = min(measured or [kilograms for _, kilograms in said] or [DESK_KG])
    return whole(one * 1000 * owner["quantity"])


def sums(pages: Iterable[bytes], avoided: Fraction | None = None) -> dict[str, int]:
    """What all desks come to; ``avoided`` is an operator's own figure for a kilogram, which then stands alone."""
    told = {"exchanges": 0, "weight_g": 0, "co2e_low_g": 0, "co2e_g": 0, "co2e_high_g": 0, "cost_pence": 0}
    for owner, asker in matched(items(pages)):
        weight = grams(owner, asker)
        net = (WRAP if avoided is None else avoided) * weight
        published = [net] if avoided is not None else [net, RESTART * weight * LEAST, RESTART * weight * MOST]
        told["exchanges"] += 1
        told["weight_g"] += weight
        told["co2e_low_g"] += whole(min(published))
        told["co2e_g"] += whole(net)
        told["co2e_high_g"] += whole(max(published))
        told["cost_pence"] += whole(TAX * 100 * weight / 1_000_000)
    return told
