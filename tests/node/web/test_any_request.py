"""Whatever stands in an address or a header, there is an answer or a plain refusal, and never a fault of ours."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from node.search.follow import Follower
from tests.fakes.sites import item
from tests.node.web.aggregator import Browser, follow, send
from tests.thorough import examples

ODD = [
    *(
        "",
        "0",
        "-1",
        "999999999999999999999",
        "NaN",
        "inf",
        "1e309",
        "\x00",
        "%",
        "\ud83d",
        "ß'\"<script>",
        "+",
        "&",
        "#",
    ),
    *("../../etc/passwd", "[]", "{}", "null", "a" * 5000, "desk OR", '"desk', "title:desk", "*", "?", "~", "^9", ";--"),
    *("52.6,-0.2", "2026-13-40", "2026-12-01", "PE6", "كرسي", "want", "offer", "1,2", "true", "\u202e", "1", "desk"),
]
NAMES = [
    *(
        "q",
        "near",
        "lat",
        "lon",
        "within",
        "page",
        "cursor",
        "limit",
        "sort",
        "kind",
        "action",
        "direction",
        "category",
    ),
    *(
        "organisation_type",
        "condition",
        "event",
        "from",
        "to",
        "source",
        "after",
        "lang",
        "bbox",
        "state",
        "frequency",
        "email",
    ),
]
HEADERS = {
    "Accept-Language": ["xx", "pl;q=9", "*" * 300, "en-GB,en;q=0.5"],
    "Accept": ["application/json", "*/*", "text/html", "garbage"],
    "If-None-Match": ['"x"', "*", "W/", '"'],
    "Range": ["bytes=5-1", "bytes=-1", "lines=3", "bytes=0-999999999"],
}
ROOM = {"kind": "space", "action": "host", "category": "space/meeting-room", "available": {"from": "2026-12-01"}}
PER_ROUTE = 12


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    made = Browser(tmp_path / "home")
    desk = item("desk", place={"locality": "Eye", "lat": 52.6, "lon": -0.19, "postcode": "PE6 7AA"})
    send(made.node, follow(made.node), [desk, item("seeker", direction="want"), item("room", **ROOM)])
    Follower(made.node).catch_up()
    return made


def written(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def requests(browser: Browser, chance: random.Random) -> Iterator[tuple[str, dict[str, str]]]:
    """An address and headers for each page, feed and file, several times over."""
    for rule in browser.client.application.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        for _ in range(PER_ROUTE):
            path = re.sub(r"<[^>]*>", lambda _: written(chance.choice(ODD)) or "x", rule.rule)
            asked = [(chance.choice(NAMES), chance.choice(ODD)) for _ in range(chance.randint(0, 4))]
            query = "&".join(f"{name}={written(value)}" for name, value in asked)
            yield f"{path}?{query}", {n: chance.choice(v) for n, v in HEADERS.items() if chance.random() < 0.2}


@pytest.mark.parametrize("seed", range(examples(1)))
def test_nothing_that_is_asked_is_a_fault_of_ours(browser: Browser, seed: int) -> None:
    answers = [
        (browser.client.get(address, headers=headers).status_code, address, headers)
        for address, headers in requests(browser, random.Random(seed))
    ]
    assert len(answers) > 500
    assert [answer for answer in answers if answer[0] >= 500] == []


@pytest.mark.parametrize("path", ["/sources/{}", "/sources/{}/report.json"])
def test_a_number_beyond_all_rows_is_not_there(browser: Browser, path: str) -> None:
    assert browser.get(path.format(1)).status_code == 200
    for number in (2**63 - 1, 2**63, 10**40):
        assert browser.get(path.format(number)).status_code == 404
