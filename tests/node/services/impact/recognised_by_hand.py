"""Levels and badges a second time: from published receipts and the published rules, with nothing of the program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

Row = Mapping[str, Any]


def rows(pairs: Iterable[tuple[Row, Row]], today: str) -> list[dict[str, Any]]:
    """What counts, in the order of time: the owner's half of each pair, with who gave and who got it."""
    found = []
    for half, _ in pairs:
        two = [half["owner"].get("id", ""), half["asker"].get("id", "")]
        giver, taker = two if half["direction"] == "offer" else two[::-1]
        if giver != taker and half["ended"] <= today:
            found.append({**half, "giver": giver, "taker": taker, "answered": half["owner"].get("id", "")})
    return sorted(found, key=lambda row: (row["ended"], row["exchange"]))


def capped(some: Iterable[Row], most: int) -> list[Row]:
    seen: dict[tuple[str, str, str], int] = {}
    kept = []
    for row in some:
        two = row["giver"], row["taker"], row["ended"][:7]
        seen[two] = seen.get(two, 0) + 1
        if "" in two or seen[two] <= most:
            kept.append(row)
    return kept


def within(first: str | None, then: str, days: int) -> bool:
    return bool(first) and timedelta() <= date.fromisoformat(then) - date.fromisoformat(str(first)) <= timedelta(days)


def measured(badge: Row, us: str, known: list[dict[str, Any]], today: str, most: int) -> list[str]:
    """The days of what a badge is earned by."""
    mine = [row for row in known if row["giver"] == us]
    if badge["measure"] == "shared":
        return [row["ended"] for row in capped((row for row in mine if row["action"] in badge["actions"]), most)]
    if badge["measure"] in ("first_of_category", "newcomers"):
        name, other = ("category", "giver") if badge["measure"] == "first_of_category" else ("taker", "taker")
        told = [row for row in known if row[other] and row[name] not in ("", *badge.get("except", ()))]
        first = {row[name]: row["ended"] for row in reversed(told)}
        own = {row[name]: row["ended"] for row in told if row["giver"] == us and row["ended"] == first[row[name]]}
        return sorted(own.values())
    if badge["measure"] == "kept":
        ours = [row for row in known if us in (row["giver"], row["taker"])]
        good = [r for r in ours if r["action"] != "give" or within(r.get("accepted"), r["ended"], badge["days"])]
        return [row["ended"] for row in capped(good, most)]
    start = (date.fromisoformat(today) - timedelta(badge["within"])).isoformat()
    late = capped((r for r in known if r["answered"] == us and r.get("accepted", "") >= start and r.get("asked")), most)
    quick = sorted(row["accepted"] for row in late if within(row["asked"], row["accepted"], badge["days"]))
    return quick if 100 * len(quick) >= badge["percent"] * len(late) else []


def recognised(rules: Row, us: str, pairs: Iterable[tuple[Row, Row]], today: str) -> dict[str, tuple[int, str]]:
    """Of every level and badge: of how many handovers it is made, and the day since when it is earned."""
    most, known = rules["counts"]["same_two_a_month"], rows(pairs, today)

    def reached(found: list[str], goal: Row) -> tuple[int, str]:
        months, needs = sorted({day[:7]: day for day in reversed(found)}.values()), goal.get("months", 1)
        enough = len(found) >= goal["needs"] and len(months) >= needs
        return len(found), max(found[goal["needs"] - 1], months[needs - 1]) if enough else ""

    given = [row["ended"] for row in capped((row for row in known if row["giver"] == us), most)]
    levels = {level["id"]: reached(given, level) for level in rules["levels"]}
    return levels | {one["id"]: reached(measured(one, us, known, today, most), one) for one in rules["badges"]}
