"""The demo network's data: what `examples/` promises in its README, held row by row and picture by picture."""

from __future__ import annotations

import csv
import json
import math
import re
import tomllib
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image

from schemas import json_feed
from schemas.errors import DocumentError
from schemas.fields import rfc3339
from schemas.listing import load_listing
from schemas.organisation import load_organisation
from schemas.vocabulary import (
    ACTIONS_OF_KIND,
    CONDITIONS,
    DIRECTIONS,
    KINDS,
    ORGANISATION_TYPES,
    categories,
)

EXAMPLES = Path(__file__).parent.parent / "examples"
PHOTOS = EXAMPLES / "photos"
HEADER = (
    "id,direction,kind,action,title,description,category,condition,quantity,unit,organisation,organisation_type,"
    "locality,postcode,lat,lon,available_from,available_until,weight_kg,tags,language,expires,image,image_alt,"
    "terms,accessibility,safety,event_dates,event_cancelled,event_starts,event_ends,event_zone,event_places,"
    "event_sign_up"
)
SIZES = {"council": 151, "school": 60, "business": 70, "charity": 25}
LANGUAGES = {"en", "pl", "lt", "pt", "cy", "ur"}
PETERBOROUGH = (52.5733, -0.2441)
FURTHEST_KM = 40
MOST_BYTES = 60_000
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"

Row = dict[str, str]


def rows_of(folder: str) -> list[Row]:
    with (EXAMPLES / folder / "listings.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = [(folder, row) for folder in SIZES for row in rows_of(folder)]
NETWORK: dict[str, Any] = tomllib.loads((EXAMPLES / "network.toml").read_text(encoding="utf-8"))
NODES = [pytest.param(node, id=node["slug"]) for node in NETWORK["node"]]
FOLDERS = [pytest.param(folder, id=folder) for folder in SIZES]
PICTURES = [pytest.param(path, id=path.stem) for path in sorted(PHOTOS.glob("*.jpg"))]


def filled(name: str, base: str = "http://127.0.0.1:8080") -> bytes:
    """The feed with its placeholders replaced, as examples/README.md describes them."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    text = text.replace("{{now}}", rfc3339(NOW)).replace("{{base}}", base).replace("{{node}}", base + "/")
    moment = re.compile(r"\{\{([+-]\d+)d\}\}")
    return moment.sub(lambda found: rfc3339(NOW + timedelta(days=int(found[1]))), text).encode()


def kilometres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Between two points (latitude, longitude), flat enough over a county."""
    east = (there[1] - here[1]) * math.cos(math.radians(here[0]))
    return math.hypot(there[0] - here[0], east) * 111.2


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_spreadsheet_has_the_template_columns_and_crlf_lines(folder: str) -> None:
    data = (EXAMPLES / folder / "listings.csv").read_bytes()
    assert data.split(b"\r\n", 1)[0].decode() == HEADER
    assert data.endswith(b"\r\n")
    assert not data.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_has_its_listings_each_under_its_own_id(folder: str) -> None:
    ids = [row["id"] for row in rows_of(folder)]
    assert len(ids) == SIZES[folder]
    assert len(set(ids)) == len(ids)


def test_no_two_titles_are_alike() -> None:
    titles = Counter(row["title"].casefold() for _, row in ROWS)
    assert [title for title, times in titles.items() if times > 1] == []


def uses_the_vocabulary(row: Row) -> bool:
    return (
        row["direction"] in DIRECTIONS
        and row["action"] in ACTIONS_OF_KIND[row["kind"]]
        and row["category"] in categories()
        and row["organisation_type"].replace(" ", "_") in ORGANISATION_TYPES
        and row["language"] in LANGUAGES
    )


def has_a_condition_if_goods_on_offer(row: Row) -> bool:
    has_one = row["kind"] in ("item", "equipment") and row["direction"] == "offer"
    return row["condition"] in (CONDITIONS if has_one else ("",))


def reads_well_on_a_card(row: Row) -> bool:
    lengths = 8 <= len(row["title"]) <= 90 and 60 <= len(row["description"]) <= 400
    return lengths and row["title"] == row["title"].strip() and 2 <= len(row["tags"].split(";")) <= 20


def counts_and_weighs_plausibly(row: Row) -> bool:
    weight = row["weight_kg"]
    return 1 <= int(row["quantity"]) <= 1000 and bool(row["unit"]) and (not weight or 0.1 <= float(weight) <= 400)


def lies_near_peterborough(row: Row) -> bool:
    near = kilometres(PETERBOROUGH, (float(row["lat"]), float(row["lon"]))) <= FURTHEST_KM
    return near and bool(row["locality"]) and bool(re.fullmatch(r"PE[1-9] \d[A-Z]{2}", row["postcode"]))


def has_relative_dates_in_order_within_a_year(row: Row) -> bool:
    cells = [row[name] for name in ("available_from", "available_until", "expires")]
    if not all(re.fullmatch(r"(\+\d+d)?", cell) for cell in cells):
        return False
    start, end, expiry = (int(cell[1:-1]) if cell else None for cell in cells)
    return expiry is not None and (start or 0) < (end or expiry) <= expiry < 365


def takes_place_until_its_last_date(row: Row) -> bool:
    dates, cancelled = (row[name].split(";") if row[name] else [] for name in ("event_dates", "event_cancelled"))
    if not dates:
        return not any(row[name] for name in row if name.startswith("event_"))
    fits = row["kind"] in ("space", "skill") and row["expires"] == dates[-1] and set(cancelled) < set(dates)
    return fits and all(re.fullmatch(r"\+\d+d", day) for day in dates) and row["event_starts"] < row["event_ends"]


def has_its_picture_with_a_description(row: Row) -> bool:
    if not row["image"]:
        return not row["image_alt"]
    return (PHOTOS / row["image"]).is_file() and 25 <= len(row["image_alt"]) <= 120


RULES: list[Callable[[Row], bool]] = [
    uses_the_vocabulary,
    has_a_condition_if_goods_on_offer,
    reads_well_on_a_card,
    counts_and_weighs_plausibly,
    lies_near_peterborough,
    has_relative_dates_in_order_within_a_year,
    takes_place_until_its_last_date,
    has_its_picture_with_a_description,
]


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.__name__) for rule in RULES])
def test_every_row(rule: Callable[[Row], bool], folder: str) -> None:
    assert [row["id"] for row in rows_of(folder) if not rule(row)] == []


def test_addresses_stay_inside_the_example_domains_and_nobody_can_be_rung_up() -> None:
    documents = [p for p in EXAMPLES.rglob("*") if p.suffix in {".csv", ".toml", ".json", ".atom"}]
    texts = [(path.name, path.read_text(encoding="utf-8")) for path in documents]
    # The namespaces and version addresses that the formats prescribe are names, not places to write to.
    known = ("www.w3.org", "jsonfeed.org")
    hosts = {(name, host) for name, text in texts for host in re.findall(r"(?:@|https?://)([\w.-]+)", text)}
    strangers = {pair for pair in hosts if not pair[1].endswith((".example", "example.org", *known))}
    phones = [found for _, text in texts for found in re.findall(r"(?<![\w.-])(?:\+44|0)\d[\d ]{8,}", text)]
    assert (strangers, phones) == (set(), [])


def test_the_mix_is_that_of_a_lively_noticeboard() -> None:
    listings = [row for _, row in ROWS]
    kinds = Counter(row["kind"] for row in listings)
    languages = Counter(row["language"] for row in listings)
    wants = sum(row["direction"] == "want" for row in listings) / len(listings)
    pictured = sum(bool(row["image"]) for row in listings) / len(listings)
    assert all(kinds[kind] >= 40 for kind in KINDS)
    assert all(languages[language] >= 3 for language in LANGUAGES)
    assert 0.08 <= wants <= 0.14
    assert 0.40 <= pictured <= 0.52
    assert sum(bool(row["event_dates"]) for row in listings) >= 4
    assert sum(len(row["title"]) > 60 for row in listings) <= 10


@pytest.mark.parametrize("path", PICTURES)
def test_a_picture_is_a_small_jpeg_of_the_card_ratio_with_its_source(path: Path) -> None:
    with Image.open(path) as image:
        assert (image.format, image.size) == ("JPEG", (960, 720))
    assert path.stat().st_size <= MOST_BYTES
    assert "href" not in (PHOTOS / "src" / f"{path.stem}.svg").read_text(encoding="utf-8")


def test_every_picture_is_drawn_and_used() -> None:
    drawn = {path.stem for path in (PHOTOS / "src").glob("*.svg")}
    pictures = {path.stem for path in PHOTOS.glob("*.jpg")}
    used = {Path(row["image"]).stem for _, row in ROWS if row["image"]}
    assert len(pictures) >= 28
    assert drawn == pictures == used


@pytest.mark.parametrize("node", NODES)
def test_a_node_of_the_network_has_its_file_and_whole_organisations(node: dict[str, Any]) -> None:
    assert node["kind"] in ("publisher", "static", "plain")
    assert (EXAMPLES / node["folder"] / node["file"]).is_file()
    west, south, east, north = node["area"]
    assert west < east
    assert south < north
    for organisation in node["organisation"]:
        assert load_organisation({"id": "urn:example:one", **organisation}).description


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_spreadsheet_and_the_network_name_the_same_organisations(folder: str) -> None:
    node = next(node for node in NETWORK["node"] if node["folder"] == folder)
    listed = {(row["organisation"], row["organisation_type"].replace(" ", "_")) for row in rows_of(folder)}
    assert listed == {(one["name"], one["type"]) for one in node["organisation"]}


@pytest.mark.parametrize("folder", FOLDERS)
def test_listings_lie_in_the_area_of_their_node(folder: str) -> None:
    node = next(node for node in NETWORK["node"] if node["folder"] == folder)
    west, south, east, north = node["area"]
    rows = rows_of(folder)
    assert all(west <= float(row["lon"]) <= east and south <= float(row["lat"]) <= north for row in rows)
    assert {row["language"] for row in rows} == set(node["languages"])


def test_the_troublesome_feed_is_complete_and_wrong_in_exactly_two_places() -> None:
    page = json_feed.decode(filled("troublesome/feed.json"))
    assert page.head is not None
    assert page.head.complete
    node = next(node for node in NETWORK["node"] if node["folder"] == "troublesome")
    promised = {id_.replace("{{base}}", "http://127.0.0.1:8080"): [code] for id_, code in node["quarantined"].items()}
    found = {}
    for item in page.items:
        try:
            load_listing(item)
        except DocumentError as error:
            found[item["id"]] = [problem.code for problem in error.problems]
    assert len(page.items) == 6
    assert found == promised


def test_the_troublesome_feed_needs_its_placeholders_and_no_others() -> None:
    text = (EXAMPLES / "troublesome" / "feed.json").read_text(encoding="utf-8")
    assert {"{{now}}", "{{+60d}}", "{{base}}", "{{node}}"} <= set(re.findall(r"\{\{.*?\}\}", text))
    assert "{{" not in filled("troublesome/feed.json").decode()
    assert json.loads(text)["version"] == "https://jsonfeed.org/version/1.1"


def test_the_noticeboard_is_plain_atom_as_rfc_4287_wants_it() -> None:
    feed = etree.fromstring(filled("parish/feed.atom"))
    entries = feed.findall(ATOM + "entry")
    ids = [entry.findtext(ATOM + "id") or "" for entry in entries]
    assert feed.tag == ATOM + "feed"
    assert {etree.QName(tag).namespace for tag in feed.iter(etree.Element)} == {
        "http://www.w3.org/2005/Atom",
        "http://www.w3.org/1999/xhtml",
    }
    assert (len(ids), len(set(ids))) == (12, 12)
    assert all(id_.startswith("tag:jackdaw-drove.example,") or uuid.UUID(id_) for id_ in ids)
    assert all(datetime.fromisoformat(entry.findtext(ATOM + "updated") or "") <= NOW for entry in entries)


def test_the_noticeboard_mixes_the_forms_of_content_that_readers_meet() -> None:
    feed = etree.fromstring(filled("parish/feed.atom"))
    forms = {content.get("type") for content in feed.iter(ATOM + "content")}
    languages = {entry.get("{http://www.w3.org/XML/1998/namespace}lang") for entry in feed.iter(ATOM + "entry")}
    assert forms == {"text", "html", "xhtml"}
    assert languages == {None, "cy"}
    assert feed.find(f"{ATOM}entry/{ATOM}summary") is not None
