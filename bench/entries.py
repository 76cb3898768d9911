"""Catalogue entries for benchmarks: hand-written ones from ``bench/data`` and as many made-up ones as are asked for."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from federation.facts import Entry, facts_of, short_key
from schemas.canonical import listing_hash
from schemas.json_feed import encode_item
from schemas.listing import Available, Listing, Quantity, dump_listing, load_listing
from schemas.organisation import Organisation
from schemas.place import Place
from schemas.vocabulary import ACTIONS_OF_KIND, CONDITIONS, ORGANISATION_TYPES, categories

DATA = Path(__file__).parent / "data"
BASE = "https://bench.example/"
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def entry_of(listing: Listing, source_id: int | None = None) -> Entry:
    """The catalogue's entry for a listing."""
    item = dump_listing(listing)
    hash_ = listing_hash(item)
    item["_sharefeed"]["hash"] = hash_
    text = encode_item(item).decode()
    return Entry(listing.id, short_key(listing.id), source_id, text, hash_, (), facts_of(load_listing(item)))


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one file of ``bench/data``."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hand_written() -> Iterator[Entry]:
    """The listings of ``listings.csv`` as published: without their labels and their marks of duplicates."""
    return (entry_of(_hand_written(row)) for row in rows("listings.csv"))


def hand_written_key(row_id: str) -> str:
    """The catalogue's key of a row of ``listings.csv``."""
    return short_key(f"{BASE}listings/{row_id}")


def _hand_written(row: dict[str, str]) -> Listing:
    goods = row["kind"] in ("item", "equipment")
    available = Available(_day(row["available_from"]), _day(row["available_until"]))
    return Listing(
        id=f"{BASE}listings/{row['id']}",
        title=row["title"],
        content_text=row["description"] or None,
        tags=tuple(tag for tag in row["tags"].split(";") if tag and not tag.startswith("dup:")),
        date_modified=NOW - timedelta(days=3),
        expires=NOW + timedelta(days=90),
        language="en",
        direction=row["direction"],
        kind=row["kind"],
        action=row["action"],
        category=row["category"],
        condition=(row["condition"] or None) if goods else None,
        quantity=Quantity(max(1, int(float(row["quantity"] or 1))), row["unit"] or None),
        organisation=_organisation(row["organisation"], row["organisation_type"].replace(" ", "_")),
        place=_place(row["locality"], float(row["lat"]), float(row["lon"])),
        available=available if available.from_ or available.until else None,
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _organisation(name: str, type_: str) -> Organisation:
    slug = "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())
    return Organisation(id=f"{BASE}organisations/{slug}", name=name, type=type_)


def _place(locality: str, lat: float, lon: float, precision_m: float | None = None) -> Place:
    return Place(locality=locality, country="GB", lat=round(lat, 4), lon=round(lon, 4), precision_m=precision_m)


_TRAIT_WORDS = """
oak beech walnut white black blue green red grey steel folding stackable solid sturdy large small tall low wide narrow
old vintage modern adjustable portable heavy light plain upholstered painted spare surplus unused boxed complete working
tested washable outdoor indoor
"""
_TRAITS = _TRAIT_WORDS.split()
_SENTENCES = (
    "From our office move; collect on any weekday between nine and five.",
    "Two of them are scratched on top, the others look almost new.",
    "We bought these for a project that has ended and would love to see them used.",
    "Ground floor, easy parking, and somebody can help you to load a van.",
    "Please bring your own blankets for the journey.",
    "Suitable for a community centre, a school or a small charity.",
    "Clean, from a smoke-free building, and checked last month.",
    "Please tell us what it is for and when you would like to come.",
    "It needs a little repair: one screw is missing and the drawer sticks.",
    "Can be borrowed for up to two weeks; we show you how it works.",
    "There is a kitchen next door and step-free access from the street.",
    "We can give about two hours a week, evenings are best.",
)
_PLACES = (
    ("Peterborough", 52.5733, -0.2441), ("Woodston", 52.5622, -0.2527), ("Stanground", 52.5533, -0.2181),
    ("Bretton", 52.5884, -0.2893), ("Werrington", 52.6102, -0.2684), ("Eye", 52.6002, -0.1893),
    ("Whittlesey", 52.5561, -0.1284), ("Yaxley", 52.5184, -0.2559), ("Market Deeping", 52.6768, -0.3171),
    ("Oundle", 52.4809, -0.4681), ("Stamford", 52.6520, -0.4800), ("March", 52.5510, 0.0880),
)  # fmt: skip
_NAME_WORDS = "Quayside Fenland Nene Orton Cathedral Riverside Millfield Fletton Parnwell Thorpe Gunthorpe Dogsthorpe"
_NAMES = _NAME_WORDS.split()
_SORTS_OF_NAME = {
    "business": ("Print", "Joinery", "Interiors", "Logistics"),
    "charity": ("Reuse Trust", "Aid", "Foundation"),
    "school": ("Primary School", "Academy", "College"),
    "community_group": ("Scouts", "Allotments", "Community Hub", "Repair Cafe"),
    "faith_group": ("Chapel", "Gurdwara", "Mosque", "Parish Church"),
    "public_body": ("Council", "Library", "Health Centre"),
}


def made_up(count: int, seed: int = 1) -> Iterator[Entry]:
    """``count`` listings of the vocabulary's things around Peterborough, the same for the same seed.

    About 1,200 organisations in 12 places, each point blurred by some hundred metres; three of four are offers.
    """
    dice = random.Random(seed)
    leaves = [category for category in categories().values() if category.examples]
    organisations = [_made_up_organisation(dice, number) for number in range(1200)]
    return (entry_of(_made_up(dice, number, leaves, organisations), number % 200) for number in range(count))


def _made_up_organisation(dice: random.Random, number: int) -> tuple[Organisation, Place]:
    type_ = dice.choice(ORGANISATION_TYPES)
    name = f"{dice.choice(_NAMES)} {dice.choice(_SORTS_OF_NAME[type_])} {number}"
    town, lat, lon = dice.choice(_PLACES)
    place = _place(town, dice.gauss(lat, 0.01), dice.gauss(lon, 0.015), dice.choice((None, 100, 500, 1000)))
    return _organisation(name, type_), place


def _made_up(
    dice: random.Random, number: int, leaves: list[Any], organisations: list[tuple[Organisation, Place]]
) -> Listing:
    category = dice.choice(leaves)
    kind = dice.choice(category.kinds)
    organisation, place = dice.choice(organisations)
    thing = dice.choice((*category.examples, *category.synonyms))
    traits = dice.sample(_TRAITS, 2)
    goods = kind in ("item", "equipment")
    modified = NOW - timedelta(minutes=dice.randrange(200_000))
    return Listing(
        id=f"{BASE}made-up/{number}",
        url=f"{BASE}made-up/{number}",
        title=f"{' '.join(traits).capitalize()} {thing}",
        content_text=f"{thing.capitalize()}, {dice.choice(_TRAITS)}. {' '.join(dice.sample(_SENTENCES, 3))}",
        tags=(thing[:60], dice.choice(_TRAITS)),
        date_modified=modified,
        expires=NOW + timedelta(days=dice.randrange(20, 200)),
        language="en",
        direction="offer" if dice.random() < 0.75 else "want",
        kind=kind,
        action=dice.choice(ACTIONS_OF_KIND[kind]),
        category=category.path,
        condition=dice.choice(CONDITIONS) if goods else None,
        organisation=organisation,
        place=place,
    )
