"""Pages as QR codes.

No decoder is among what this project installs, so what is drawn is held against the matrix that segno, which does
nothing else, makes of the address that is expected. That says that the drawing is right, and leaves it to segno that
phones read it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import segno
from lxml import etree, html

from federation.facts import short_key
from node.services.printing import qr
from tests.fakes.publisher import URL, clock_of
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send

KEY = short_key(f"{PARK}listings/desk")
CODES = [
    pytest.param("/qr.svg", URL, id="board"),
    pytest.param(f"/listings/{KEY}/qr.svg", f"{URL}listings/{KEY}", id="listing"),
    pytest.param("/organisations/{}/qr.svg", f"{URL}organisations/{{}}", id="organisation"),
]
_RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    made = Browser(tmp_path / "home")
    send(made.node, follow(made.node), [item()])
    return made


def organisation_key(browser: Browser) -> str:
    [path] = html.fromstring(browser.text(f"/listings/{KEY}")).xpath("//*[@class='who-name']/a/@href")
    return str(path).rpartition("/")[2]


def modules(svg: bytes) -> list[list[int]]:
    """The code that an SVG of ours draws, without its quiet zone; whatever else it holds is a fault."""
    root = etree.fromstring(svg)
    [side] = {float(part) for part in root.get("viewBox").split()[2:]}
    paper, ink = root
    assert (paper.get("fill"), ink.get("fill")) == ("#fff", "#000")
    assert paper.get("d") == f"M0 0h{side:g}v{side:g}h-{side:g}z"
    drawn = [[0] * int(side) for _ in range(int(side))]
    runs = _RUN.findall(ink.get("d"))
    assert "".join(f"M{x} {y}h{n}v1h-{back}z" for x, y, n, back in runs) == ink.get("d")
    for x, y, length, back in runs:
        assert length == back
        for column in range(int(x), int(x) + int(length)):
            drawn[int(y)][column] += 1
    inner = range(qr.QUIET, int(side) - qr.QUIET)
    assert sum(map(sum, drawn)) == sum(drawn[y][x] for y in inner for x in inner), "the quiet zone is not quiet"
    return [[drawn[y][x] for x in inner] for y in inner]


@pytest.mark.parametrize(("path", "address"), CODES)
def test_a_code_draws_the_address_of_its_page(browser: Browser, path: str, address: str) -> None:
    key = organisation_key(browser)
    answer = browser.get(path.format(key))
    expected = segno.make_qr(address.format(key), error="m")
    assert expected.error in ("M", "Q", "H")
    assert modules(answer.data) == [list(row) for row in expected.matrix]
    assert modules(answer.data) != [list(row) for row in segno.make_qr(URL + "x", error="m").matrix]
    assert browser.get(address.format(key).removeprefix(URL.rstrip("/"))).status_code == 200


@pytest.mark.parametrize(("path", "address"), CODES)
def test_a_code_is_kept_by_browsers_and_asked_for_conditionally(browser: Browser, path: str, address: str) -> None:
    path = path.format(organisation_key(browser))
    answer = browser.get(path)
    assert answer.content_type == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert browser.client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert answer.headers.getlist("Set-Cookie") == []


def test_what_is_not_there_has_no_code(browser: Browser) -> None:
    assert browser.get("/listings/nothing/qr.svg").status_code == 404
    assert browser.get("/organisations/nobody/qr.svg").status_code == 404
    clock_of(browser.node).pass_by(days=400)
    assert browser.get(f"/listings/{KEY}/qr.svg").status_code == 404


@pytest.mark.parametrize(
    "address", ["https://a.example/", "https://a.example/ü?<&>\"'", "https://a.example/" + "x" * 900]
)
def test_any_address_is_drawn(address: str) -> None:
    assert modules(qr.code(address).body) == [list(row) for row in segno.make_qr(address, error="m").matrix]
